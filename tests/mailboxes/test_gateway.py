"""The mailbox of a gateway keeps the contract, on a real Dovecot and Radicale."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar

import msgspec
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import rule

from mailboxes.contract import Do, MailboxContract
from mailboxes.conversation_contract import letter
from mailboxes.machine import MailboxMachine
from mailboxes.phones import message
from overair.credentials import Credentials
from overair.items import ItemClass, Message
from overair.items.mail.flag import NO_FLAG
from overair.mailboxes.embedded import create_mailbox
from overair.mailboxes.embedded.maintenance import prune
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.interface import FolderType, MailboxUnavailable, Session, View
from overair.mailboxes.search_query import SearchQuery, clauses_of
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.gateway_place import GatewayPlace, users
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]

DOVECOT = dovecot_fixture()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[GatewayPlace]:
    with Radicale(users()) as radicale:
        place = GatewayPlace(tmp_path_factory.mktemp("gateway"), dovecot, radicale)
        yield place
        place.close()


@pytest.fixture
def runner(place: GatewayPlace) -> asyncio.Runner:
    return place.runner


@pytest.fixture
def mailbox(place: GatewayPlace) -> GatewayMailbox:
    return place.mailbox()


@pytest.fixture
def stranger(place: GatewayPlace) -> GatewayMailbox:
    return place.mailbox()


class TestGatewayMailbox(MailboxContract):
    """The contract, with what servers show besides."""

    def test_a_new_mailbox_has_each_default_folder_once(self, do: Do) -> None:
        folders = do(lambda session: session.folders())
        types = [folder.type for folder in folders if folder.type is not FolderType.USER_MAIL]
        assert sorted(types) == [*range(2, 12), FolderType.RECIPIENT_INFORMATION_CACHE]
        assert {folder.name for folder in folders if folder.type is FolderType.USER_MAIL} == {
            "Junk",
            "Archive",
        }

    def test_a_conversation_is_found_in_the_mirror_and_its_words_by_the_server(self, do: Do) -> None:
        async def add(session: Session) -> list[str]:
            inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
            return [
                (await session.add(inbox, message(day, subject, conversation))).item_id
                for day, subject, conversation in ((1, "apples", 7), (2, "pears", 7), (3, "apples", 8))
            ]

        async def search(session: Session) -> tuple[list[str], list[str]]:
            whole = SearchQuery(item_classes=frozenset({ItemClass.EMAIL}), conversation_id=bytes([7]) * 16)
            words = msgspec.structs.replace(whole, clauses=clauses_of("apples"))
            found = [await session.search(query, 10) for query in (whole, words)]
            return [one.item_id for one in found[0]], [one.item_id for one in found[1]]

        added = do(add)
        assert do(search) == ([added[1], added[0]], [added[0]])


class GatewayMachine(MailboxMachine):
    """Random work of phones, each bit of which goes to the servers and comes back in refreshes."""

    place: ClassVar[GatewayPlace]

    def open_mailbox(self) -> GatewayMailbox:
        self.runner = self.place.runner
        return self.place.mailbox()

    def new_message(self, day: int, conversation: int = 0) -> Message:
        """In the form that servers give to a message without marks."""
        made = super().new_message(day, conversation)
        return msgspec.structs.replace(made, read=False, flag=NO_FLAG, categories=(), is_draft=False)

    async def prune(self) -> bool:
        return await prune(self.place.database, datetime.now(UTC) + timedelta(seconds=1)) > 0

    @rule()
    def look(self) -> None:
        """What a refresh brings is what is there already."""
        self.runner.run(self.mailbox.refresh(self.folders))


GatewayMachine.TestCase.settings = settings(
    max_examples=max(2, settings().max_examples // 20),
    stateful_step_count=30,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a step takes too long to look for fewer
)
TestGatewayAtRandom = GatewayMachine.TestCase


@pytest.fixture(scope="module", autouse=True)
def machine_place(place: GatewayPlace) -> None:
    """All examples share one place."""
    GatewayMachine.place = place


def test_folders_that_another_client_deletes_with_those_in_them_go(place: GatewayPlace) -> None:
    mailbox = place.mailbox()
    with place.dovecot.client(place.names[mailbox.account_id]) as client:
        for path in ("outer", "outer/inner", "outer/inner/most"):
            client.create_folder(path)
            client.subscribe_folder(path)
        place.runner.run(mailbox.refresh(None))
        before = {folder.name for folder in place.runner.run(mailbox.inspect(lambda one: one.folders()))}
        assert {"outer", "inner", "most"} < before
        for path in ("outer/inner/most", "outer/inner", "outer"):
            client.delete_folder(path)
    place.runner.run(mailbox.refresh(None))
    folders = place.runner.run(mailbox.inspect(lambda one: one.folders()))
    assert {folder.name for folder in folders} == before - {"outer", "inner", "most"}


def test_what_cannot_be_moved_for_good_stays_and_is_shown(place: GatewayPlace) -> None:
    """Where its folder was deleted by another client, or has no room."""
    mailbox, run = place.mailbox(), place.runner.run

    async def begin(session: Session) -> str:
        inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
        work = await session.create_folder("0", "Work", FolderType.USER_MAIL)
        added = await session.add(inbox, letter("<begun@example.net>", Subject="x"))
        await session.move_always(added.item.conversation_key or "", work)
        return inbox

    async def read(session: Session) -> int:
        changes = await session.changes(inbox, View(), await session.start(inbox), 100)
        found = await session.read(inbox, [change.item_id for change in changes.items])
        return len([one for one in found if one is not None])

    inbox = run(mailbox.transact(begin))
    with place.dovecot.client(place.names[mailbox.account_id]) as client:
        for number in range(12):  # more than are brought whole
            header = f"Message-ID: <{number}@example.net>\r\nReferences: <begun@example.net>"
            client.append("INBOX", f"{header}\r\nSubject: Re: x\r\n\r\nx\r\n".encode())
        client.delete_folder("Work")
    run(mailbox.refresh([inbox]))
    assert run(mailbox.inspect(read)) == 13


def test_a_mailbox_at_which_the_server_fails_is_alone(place: GatewayPlace) -> None:
    mailbox, run = place.mailbox(), place.runner.run
    name = place.names[mailbox.account_id]
    with place.dovecot.client(name) as client:
        client.create_folder("Broken")
        run(mailbox.refresh(None))
        folders = {one.name: one.folder_id for one in run(mailbox.inspect(lambda one: one.folders()))}
        run(mailbox.refresh([folders["Broken"], folders["Inbox"]]))
        client.append("Broken", b"Subject: x\r\n\r\nx\r\n")
        client.append("INBOX", b"Subject: shown\r\n\r\nx\r\n")
    [place_of_it] = place.dovecot.directory.glob(f"mails/{name}/**/Broken/dbox-Mails")
    for file in place_of_it.iterdir():
        file.unlink()
        file.mkdir()
    run(mailbox.refresh([folders["Broken"], folders["Inbox"]]))

    async def begin(session: Session, folder: str) -> list[str]:
        changes = await session.changes(folders[folder], View(), await session.start(folders[folder]), 9)
        return [change.item_id for change in changes.items]

    assert len(run(mailbox.inspect(partial(begin, folder="Inbox")))) == 1
    with pytest.raises(MailboxUnavailable):
        run(mailbox.inspect(partial(begin, folder="Broken")))


def test_a_watch_that_finds_nobody_here_says_nothing_of_the_servers(place: GatewayPlace) -> None:
    """Whoever comes next would be told that they are down."""

    async def work() -> None:
        account_id = 9_999
        await place.database.write(lambda transaction: create_mailbox(transaction, account_id))
        with place.gateway.enter(account_id, "user1@example.org", Credentials("user1", "")):
            account = place.gateway.find(account_id)
            assert account is not None
            await account.refresh(None)
            assert account.unavailable == {}

    place.runner.run(work())
