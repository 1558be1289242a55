"""Conversations that are moved and deleted, once and for good."""

from __future__ import annotations

from datetime import UTC, datetime
from email.policy import SMTP

import pytest

from overair.items.mail.message import index_message
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.http import Command
from overair.protocol.item_operations import (
    ItemOperationsRequest,
    ItemOperationsResponse,
    Move,
    MoveOptions,
    MoveResponse,
)
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse
from overair.protocol.sync import (
    DeleteCommand,
)
from overair.versions import Version
from support.conversations import VERSIONS, Screen, Thread, within
from support.phone import Phone, letter
from support.server import ANNA, BEN, RunningServer

ALWAYS = MoveOptions(move_always=True)


def new_folder(server: RunningServer, name: str) -> str:
    return within(server, ANNA, lambda session: session.create_folder("0", name, FolderType.USER_MAIL))


def put(server: RunningServer, thread: Thread, kind: FolderType) -> None:
    """One more message of a thread, into another folder than the Inbox."""
    thread.ids.append(f"<{thread.name}.{len(thread.ids)}@example.net>")
    message = letter(f"{thread.name} {len(thread.ids)}", References=thread.ids[0], Message_ID=thread.ids[-1])
    mime = message.as_bytes(policy=SMTP)
    item = index_message(mime, datetime.now(UTC))
    item.blob = server.application.services.blobs.put(mime)

    async def work(session: Session) -> None:
        await session.add((await session.folder_of_type(kind)).folder_id, item)

    within(server, ANNA, work)


def move(phone: Phone, conversation: bytes, folder_id: str, options: MoveOptions | None = ALWAYS) -> int:
    """The status of moving a conversation."""
    return moves(phone, moving(conversation, folder_id, options))[0]


def moving(conversation: bytes, folder_id: str, options: MoveOptions | None = ALWAYS) -> Move:
    return Move(conversation_id=conversation, destination_folder_id=folder_id, options=options)


def moves(phone: Phone, *operations: Move) -> list[int]:
    request = ItemOperationsRequest(operations=operations)
    response = phone.post(Command.ITEM_OPERATIONS, request).read(ItemOperationsResponse)
    assert response.status == 1
    told = [one for one in response.responses if isinstance(one, MoveResponse)]
    assert [one.conversation_id for one in told] == [one.conversation_id for one in operations]
    return [one.status for one in told]


@pytest.mark.req(
    "MS-ASCON_R130", "MS-ASCON_R172", "MS-ASCON_R215", "MS-ASCON_R216", "MS-ASCON_R143", "MS-ASCON_R69",
    "MS-ASCON_R126", "MS-ASCON_R139", "MS-ASCON_R142",
)  # fmt: skip
@pytest.mark.parametrize("version", VERSIONS)
def test_a_conversation_is_always_moved(server: RunningServer, version: Version) -> None:
    thread, other = Thread(server), Thread(server)
    for one in (thread, thread, other):
        one.deliver()
    inbox, sent = Screen.open(server), Screen.open(server, FolderType.SENT_ITEMS)
    phone = Phone(server, version)
    folder_id = new_folder(server, f"Projects {version.text}")
    away = Screen.open(server)
    away.folder_id, away.key, away.shown = folder_id, "0", {}
    away.sync(key="0")
    put(server, thread, FolderType.SENT_ITEMS)
    put(server, thread, FolderType.DRAFTS)
    put(server, thread, FolderType.DELETED_ITEMS)
    for _ in range(2):  # a repeated request, too
        assert move(phone, thread.conversation_id, folder_id) == 1
        places = thread.places()
        assert sorted(places.values()) == sorted(["Drafts", "Sent Items", *3 * [f"Projects {version.text}"]])
    assert inbox.of(thread) == []
    assert inbox.of(other) == ["1"]
    assert sent.of(thread) == ["3"]
    assert away.of(thread) == ["1", "2", "5"]
    thread.deliver()
    other.deliver()
    assert inbox.of(thread) == []
    assert away.of(thread) == ["1", "2", "5", "6"]
    assert inbox.of(other) == ["1", "2"]
    # To move it to the Inbox ends it.
    assert move(phone, thread.conversation_id, inbox.folder_id) == 1
    assert away.of(thread) == []
    assert move(phone, thread.conversation_id, phone.folders()[FolderType.DELETED_ITEMS].server_id) == 1
    assert move(phone, thread.conversation_id, inbox.folder_id) == 1
    thread.deliver()
    assert inbox.of(thread) == ["1", "2", "5", "6", "7"]


@pytest.mark.req("MS-ASCON_R166", "MS-ASCON_R213", "MS-ASCON_R214", "MS-ASCON_R327")
def test_conversations_are_ignored(server: RunningServer) -> None:
    first, second = Thread(server), Thread(server)
    first.deliver()
    second.deliver()
    phone = Phone(server)
    deleted = phone.folders()[FolderType.DELETED_ITEMS].server_id
    nothing = b"\7" * 16
    asked = [moving(one, deleted) for one in (first.conversation_id, nothing, second.conversation_id)]
    assert moves(phone, *asked) == [1, 6, 1]
    first.deliver()
    assert first.places() == {"1": "Deleted Items", "2": "Deleted Items"}
    assert second.places() == {"1": "Deleted Items"}


@pytest.mark.req(
    "MS-ASCON_R146", "MS-ASCON_R317", "MS-ASCON_R262", "MS-ASCON_R338", "MS-ASCMD_R3475", "MS-ASCMD_R4171",
    "MS-ASCMD_R4173", "MS-ASCMD_R4940",
)  # fmt: skip
def test_moves_that_are_refused(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver()
    phone = Phone(server)
    folders = {kind: entry.server_id for kind, entry in phone.folders().items()}
    for folder_id, options, status in (
        (folders[FolderType.DELETED_ITEMS], None, 155),
        (folders[FolderType.DELETED_ITEMS], MoveOptions(), 155),
        (folders[FolderType.RECIPIENT_INFORMATION_CACHE], ALWAYS, 105),
        (folders[FolderType.CALENDAR], ALWAYS, 156),
        (folders[FolderType.DRAFTS], ALWAYS, 156),
        (folders[FolderType.OUTBOX], ALWAYS, 156),
        ("4711", ALWAYS, 6),
        ("nonsense", ALWAYS, 6),
    ):
        assert move(phone, thread.conversation_id, folder_id, options) == status, folder_id
    for unknown in (b"", b"\1", b"\1" * 16, b"\1" * 5000):
        assert move(phone, unknown, folders[FolderType.DELETED_ITEMS]) == 6
    thread.deliver()
    assert set(thread.places().values()) == {"Inbox"}


def test_a_rule_ends_with_its_folder(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver()
    phone = Phone(server)
    folder_id = new_folder(server, "short-lived")
    assert move(phone, thread.conversation_id, folder_id) == 1
    within(server, ANNA, lambda session: session.delete_folder(folder_id))
    thread.deliver()
    assert thread.places() == {"2": "Inbox"}


def test_a_rule_is_its_owner_s(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver()
    deleted = Phone(server).folders()[FolderType.DELETED_ITEMS].server_id
    ben = Phone(server, address=BEN)
    assert move(ben, thread.conversation_id, deleted) == 6
    assert move(ben, thread.conversation_id, ben.folders()[FolderType.DELETED_ITEMS].server_id) == 6
    assert move(Phone(server), thread.conversation_id, deleted) == 1
    thread.deliver(address=BEN)
    assert thread.places(BEN) == {"2": "Inbox"}


@pytest.mark.req("MS-ASCON_R157", "MS-ASCON_R158", "MS-ASCON_R199", "MS-ASCON_R200", "MS-ASCON_R201")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_conversation_is_deleted_but_not_what_comes(server: RunningServer, version: Version) -> None:
    thread = Thread(server)
    thread.deliver(20)
    thread.deliver()
    screen = Screen.open(server, version=version, conversations=True)
    mine = [item_id for item_id, subject in screen.shown.items() if subject.split()[0] == thread.name]
    screen.sync(*(DeleteCommand(server_id=item_id) for item_id in mine))
    assert thread.places() == {"1": "Deleted Items", "2": "Deleted Items"}
    thread.deliver()
    assert screen.of(thread) == ["3"]


@pytest.mark.req("MS-ASCON_R170", "MS-ASCON_R217", "MS-ASCON_R218")
def test_a_conversation_is_moved_out_of_one_folder(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver(20)
    thread.deliver()
    screen = Screen.open(server, conversations=True)
    folder_id = new_folder(server, "Once")
    asked = tuple(
        ItemMove(item_id, screen.folder_id, folder_id)
        for item_id, subject in screen.shown.items()
        if subject.split()[0] == thread.name
    )
    answer = screen.phone.post(Command.MOVE_ITEMS, MoveItemsRequest(moves=asked)).read(MoveItemsResponse)
    assert [one.status for one in answer.responses] == [3, 3]
    assert screen.of(thread) == []
    thread.deliver()
    assert thread.places() == {"1": "Once", "2": "Once", "3": "Inbox"}
