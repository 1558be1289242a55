"""Conversations of the client against a real server, in every version that has them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from overair.client import Client, MailFolder, StatusError, SynchronousClient
from overair.items.mail.flag import Flag, FlagStatus
from overair.protocol.sync_options import FilterType, Options
from overair.versions import SERVED, Version
from support.asynchronous import run
from support.server import ANNA, PASSWORD, RunningServer

MakeClient = Callable[..., Client]
INBOX, DELETED_ITEMS, CALENDAR = 2, 4, 8
WEEK = Options(filter_type=FilterType.ONE_WEEK)
_threads = itertools.count(1)


def deliver(server: RunningServer, *received: datetime) -> str:
    """A thread of messages that came at these times; its name."""
    name = f"talk{next(_threads)}"
    delivery = server.application.delivery
    for number, when in enumerate(received):
        reference = f"References: <{name}.0@example.net>\r\n" if number else ""
        mime = (
            f"From: ben@example.net\r\nTo: {ANNA}\r\nSubject: {name}\r\n"
            f"Message-ID: <{name}.{number}@example.net>\r\n{reference}\r\ntext"
        ).encode()

        async def work(mime: bytes = mime, when: datetime = when) -> None:
            await delivery.deliver(await delivery.accept(mime, when), [server.users[ANNA]])

        server.call(work)
    return name


async def opened(client: Client, name: str, **arguments: object) -> tuple[MailFolder, bytes]:
    """The Inbox, and the id of a conversation in it."""
    await client.folder_sync()
    inbox = client.mail_folder(client.folder_of_type(INBOX).server_id, options=WEEK, **arguments)  # type: ignore[arg-type]  # by name
    await inbox.sync()
    ids = {inbox.item(one).conversation_id for one in inbox.elements if inbox.item(one).subject == name}
    [conversation_id] = ids
    assert conversation_id is not None
    return inbox, conversation_id


@pytest.mark.req("MS-ASCON_R206", "MS-ASCON_R207", "MS-ASCON_R208", "MS-ASCON_R209", "MS-ASCON_R203")
@pytest.mark.parametrize("version", [version for version in SERVED if version >= Version.V14_0])
def test_a_conversation_is_handled_as_one(
    server: RunningServer, make_client: MakeClient, version: Version
) -> None:
    before = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    name = deliver(server, *before, datetime.now(UTC))

    async def work() -> None:
        async with make_client(version=version) as client, make_client() as other, make_client() as third:
            mine, conversation_id = await opened(client, name, conversations=True)
            theirs, _ = await opened(other, name, conversations=True)
            plain, _ = await opened(third, name, conversations=False)
            ids = mine.conversation(conversation_id)
            assert tuple(mine.item(one).date_received for one in ids[:2]) == before
            assert (len(ids), len(plain.conversation(conversation_id))) == (3, 1)

            async def seen() -> list[tuple[bool | None, FlagStatus | None]]:
                assert not (await mine.sync()).refused
                await theirs.sync()
                shown = [theirs.item(one) for one in theirs.conversation(conversation_id)]
                return [(one.read, one.flag.status if one.flag else None) for one in shown]

            await mine.mark_conversation(conversation_id, read=True)
            assert await seen() == [(True, None)] * 3
            await mine.flag_conversation(
                conversation_id, Flag(status=FlagStatus.ACTIVE, flag_type="for Follow Up")
            )
            assert await seen() == [(True, None)] * 2 + [(True, FlagStatus.ACTIVE)]
            await mine.complete_conversation(conversation_id)
            assert await seen() == [(True, None)] * 2 + [(True, FlagStatus.COMPLETE)]
            await mine.clear_flags(conversation_id)
            await mine.mark_conversation(conversation_id, read=False)
            assert await seen() == [(False, None)] * 3
            mine.delete_conversation(conversation_id)
            assert await seen() == []

    run(work())


def test_a_conversation_is_ignored(server: RunningServer, make_client: MakeClient) -> None:
    name = deliver(server, datetime.now(UTC))
    values = {"device_id": "synchronous", "ssl": server.trust}
    with SynchronousClient(server.url, ANNA, PASSWORD, **values) as client:
        client.folder_sync()
        folders = client.asynchronous
        inbox = client.mail_folder(folders.folder_of_type(INBOX).server_id, options=WEEK)
        inbox.sync()
        [mine] = [one for one in inbox.elements if inbox.item(one).subject == name]
        conversation_id = inbox.item(mine).conversation_id or b""
        for conversation, kind, status in (
            (b"\0" * 16, DELETED_ITEMS, 6),
            (conversation_id, CALENDAR, 156),
        ):
            with pytest.raises(StatusError) as refused:
                client.move_conversation(conversation, folders.folder_of_type(kind).server_id)
            assert refused.value.status == status
        assert inbox.conversation(conversation_id) == [mine]
        client.move_conversation(conversation_id, folders.folder_of_type(DELETED_ITEMS).server_id)
        inbox.sync()
        assert inbox.conversation(conversation_id) == []
