"""Conversations over HTTP: synchronised whole, moved for good, deleted, flagged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from email.utils import format_datetime
from itertools import count
from typing import TypeVar

import pytest

from overair.items.mail.message import Message, conversation_key, index_message
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.get_item_estimate import (
    EstimateCollectionRequest,
    EstimateOptions,
    GetItemEstimateRequest,
    GetItemEstimateResponse,
)
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
    ChangeCommand,
    CollectionRequest,
    DeleteCommand,
    ServerAdd,
    ServerDelete,
    SoftDelete,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync_options import FilterType, Options
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import Email
from support.phone import Phone, letter
from support.server import ANNA, BEN, RunningServer

VERSIONS = (Version.V14_0, Version.V14_1, Version.V16_0, Version.V16_1)
ALWAYS = MoveOptions(move_always=True)
_threads = count(1)
T = TypeVar("T")


@dataclass
class Thread:
    """Messages that answer each other, delivered when they were sent."""

    server: RunningServer
    name: str = field(default_factory=lambda: f"thread{next(_threads)}")
    ids: list[str] = field(default_factory=list)
    conversation_id: bytes = b""

    def deliver(self, days_ago: float = 0, address: str = ANNA) -> None:
        """One more, that came so long ago."""
        headers = {"Message_ID": f"<{self.name}.{len(self.ids)}@example.net>"}
        if self.ids:
            headers["References"] = " ".join(self.ids)
        self.ids.append(headers["Message_ID"])
        sent = datetime.now(UTC) - timedelta(days=days_ago)
        subject = f"{self.name} {len(self.ids)}"
        message = letter(subject, address, Date=format_datetime(sent), **headers).as_bytes(policy=SMTP)
        self.conversation_id = index_message(message, sent).conversation_id or b""
        delivery = self.server.application.delivery

        async def work() -> None:
            await delivery.deliver(await delivery.accept(message, sent), [self.server.users[address]])

        self.server.call(work)

    def places(self, address: str = ANNA) -> dict[str, str]:
        """The folders of its messages, by the messages' numbers."""
        mailbox = self.server.application.services.mailbox(self.server.users[address].account_id)

        async def work(session: Session) -> dict[str, str]:
            found = {}
            for folder in await session.folders():
                for stored in await session.all_with_key(
                    folder.folder_id, conversation_key(self.conversation_id), 100
                ):
                    assert isinstance(stored.item, Message)
                    assert stored.item.subject is not None
                    found[stored.item.subject.split()[1]] = folder.name
            return found

        return self.server.call(lambda: mailbox.inspect(work))


@dataclass
class Screen:
    """A phone with one folder; ``shown`` are subjects by ServerId."""

    phone: Phone
    folder_id: str
    options: Options = field(default_factory=lambda: Options(filter_type=FilterType.THREE_DAYS))
    conversations: bool | None = None
    key: str = "0"
    shown: dict[str, str] = field(default_factory=dict)
    soft: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, server: RunningServer, kind: FolderType = FolderType.INBOX, **fields: object) -> Screen:
        version = fields.pop("version", Version.V16_1)
        phone = Phone(server, version)  # type: ignore[arg-type]  # a version, by keyword
        screen = cls(phone, phone.folders()[kind].server_id, **fields)  # type: ignore[arg-type]  # its own
        screen.sync(key="0")
        screen.rest()
        return screen

    def sync(self, *commands: ChangeCommand | DeleteCommand, key: str | None = None) -> int:
        """One Sync; how many things were told."""
        first = key == "0"
        collection = CollectionRequest(
            sync_key=key or self.key,
            collection_id=self.folder_id,
            conversation_mode=self.conversations,
            options=(self.options,),
            commands=commands,
        )
        answer = self.phone.post(Command.SYNC, SyncRequest(collections=(collection,)))
        if not answer.body:
            return 0
        [one] = answer.read(SyncResponse).collections
        assert one.status == 1, one
        assert all(told.status == 1 for told in one.responses), one
        self.key = one.sync_key
        for told in one.commands:
            if isinstance(told, ServerAdd):
                assert told.server_id not in self.shown
                self.shown[told.server_id] = text_of(told.application_data)
            elif isinstance(told, ServerDelete | SoftDelete):
                del self.shown[told.server_id]
                if isinstance(told, SoftDelete):
                    self.soft.add(told.server_id)
        for command in commands:
            if isinstance(command, DeleteCommand):
                self.shown.pop(command.server_id, None)
        return 1 if first else len(one.commands)

    def rest(self) -> list[str]:
        """Sync until nothing is told; the subjects shown."""
        while self.sync():
            pass
        return sorted(self.shown.values())

    def of(self, thread: Thread) -> list[str]:
        """The numbers of the messages of a thread that are shown."""
        return sorted(one.split()[1] for one in self.rest() if one.split()[0] == thread.name)


def text_of(data: Sequence[Element]) -> str:
    return next(one.text for one in data if one.tag is Email.Subject)


def within(server: RunningServer, address: str, work: Callable[[Session], Awaitable[T]]) -> T:
    mailbox = server.application.services.mailbox(server.users[address].account_id)
    return server.call(lambda: mailbox.transact(work))


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
    "MS-ASCON_R180", "MS-ASCON_R330", "MS-ASCMD_R2107", "MS-ASCMD_R2110", "MS-ASCMD_R2111", "MS-ASCON_R228"
)
@pytest.mark.parametrize("version", VERSIONS)
def test_whole_conversations_are_shown(server: RunningServer, version: Version) -> None:
    thread, old, lone = Thread(server), Thread(server), Thread(server)
    for days_ago in (40, 20, 0):
        thread.deliver(days_ago)
    for days_ago in (40, 20):
        old.deliver(days_ago)
    lone.deliver(20)
    plain = Screen.open(server, version=version)
    whole = Screen.open(server, version=version, conversations=True)
    assert (plain.of(thread), plain.of(old), plain.of(lone)) == (["3"], [], [])
    assert (whole.of(thread), whole.of(old), whole.of(lone)) == (["1", "2", "3"], [], [])
    old.deliver()
    assert plain.of(old) == ["3"]
    assert whole.of(old) == ["1", "2", "3"]
    assert not whole.soft | plain.soft


@pytest.mark.req("MS-ASCMD_R2109", "MS-ASCMD_R2110", "MS-ASCON_R116")
def test_the_mode_changes_between_syncs_and_stays(server: RunningServer) -> None:
    thread = Thread(server)
    for days_ago in (30, 10, 0):
        thread.deliver(days_ago)
    screen = Screen.open(server)
    assert screen.of(thread) == ["3"]
    screen.conversations = True
    assert screen.of(thread) == ["1", "2", "3"]
    screen.conversations = None
    assert screen.of(thread) == ["1", "2", "3"], "what was said stays"
    screen.conversations = False
    assert screen.of(thread) == ["3"]
    assert len(screen.soft) >= 2
    screen.options = Options(filter_type=FilterType.ALL)
    screen.conversations = True
    assert screen.of(thread) == ["1", "2", "3"]
    screen.options = Options(filter_type=FilterType.TWO_WEEKS)
    screen.conversations = False
    assert screen.of(thread) == ["2", "3"]


@pytest.mark.req(
    "MS-ASCON_R211", "MS-ASCON_R261", "MS-ASCON_R343", "MS-ASCMD_R2096", "MS-ASCMD_R2097", "MS-ASCMD_R2098"
)
def test_estimates_count_conversations(server: RunningServer) -> None:
    screen = Screen.open(server)
    thread = Thread(server)
    for days_ago in (30, 10, 0):
        thread.deliver(days_ago)

    def estimate(mode: bool | None) -> int:
        asked = EstimateCollectionRequest(
            sync_key=screen.key,
            collection_id=screen.folder_id,
            conversation_mode=mode,
            options=(EstimateOptions(filter_type=FilterType.THREE_DAYS),),
        )
        answer = screen.phone.post(Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest(collections=(asked,)))
        [one] = answer.read(GetItemEstimateResponse).responses
        assert one.collection is not None
        return one.collection.estimate or 0

    told = len(screen.shown)
    plain, whole = estimate(False), estimate(True)
    assert (plain, estimate(None)) == (1, 1)
    screen.conversations = True
    assert len(screen.rest()) == told + whole
    assert whole >= 3


@pytest.mark.req("MS-ASCON_R336", "MS-ASCMD_R2117", "MS-ASCMD_R2100")
@pytest.mark.parametrize("mode", [True, False])
def test_only_mail_has_conversations(server: RunningServer, mode: bool) -> None:
    phone = Phone(server, Version.V14_1)
    folder_id = phone.folders()[FolderType.CONTACTS].server_id

    def ask(key: str, mode: bool | None) -> SyncResponse:
        one = CollectionRequest(sync_key=key, collection_id=folder_id, conversation_mode=mode)
        return phone.post(Command.SYNC, SyncRequest(collections=(one,))).read(SyncResponse)

    key = ask("0", None).collections[0].sync_key
    assert ask(key, mode).collections[0].status == 4
    asked = EstimateCollectionRequest(sync_key=key, collection_id=folder_id, conversation_mode=mode)
    answer = phone.post(Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest(collections=(asked,)))
    assert [one.status for one in answer.read(GetItemEstimateResponse).responses] == [103]


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


@pytest.mark.req("MS-ASCON_R223", "MS-ASCON_R157")
def test_the_rest_of_a_conversation_stays_until_it_ages(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver(20)
    thread.deliver()
    screen = Screen.open(server, conversations=True)
    [newest] = [item_id for item_id, subject in screen.shown.items() if subject == f"{thread.name} 2"]
    screen.sync(DeleteCommand(server_id=newest))
    assert screen.of(thread) == ["1"]
    assert not screen.soft


@pytest.mark.req("MS-ASCON_R203", "MS-ASCON_R284", "MS-ASCON_R204", "MS-ASCON_R207", "MS-ASCON_R208")
def test_what_is_said_of_old_messages_of_a_conversation_is_no_conflict(server: RunningServer) -> None:
    thread = Thread(server)
    thread.deliver(20)
    screen = Screen.open(server, options=Options(filter_type=FilterType.ALL))
    [first] = [item_id for item_id, subject in screen.shown.items() if subject == f"{thread.name} 1"]
    thread.deliver()  # which lifts the first one
    screen.sync(ChangeCommand(server_id=first, application_data=[Element(Email.Read, "1")]))
    assert screen.of(thread) == ["1", "2"]
    assert screen.phone is not None

    async def read(session: Session) -> bool:
        [stored] = await session.read(screen.folder_id, [first])
        assert stored is not None
        assert isinstance(stored.item, Message)
        return bool(stored.item.read)

    assert within(server, ANNA, read)
