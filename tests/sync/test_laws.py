"""The laws of the engine, one by one, with contacts on a real mailbox."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from overair.items import Contact
from overair.mailboxes.embedded import EmbeddedMailbox
from overair.mailboxes.embedded.session import EmbeddedSession
from overair.mailboxes.interface import Folder, FolderType, MailboxUnavailable, Session
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    CollectionRequest,
    DeleteCommand,
)
from overair.storage.interface import Transaction
from overair.wbxml.element import Element
from overair.wbxml.pages import Contacts
from support.asynchronous import run
from support.databases import refusing_updates
from sync.phone import CLIENT_WINS, Phone, statuses
from sync.scenarios import phone_of, play
from sync.world import World, contact, mime, world


def test_key_zero_gives_a_key_and_nothing_else(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.add(phone.folder, contact("Ada"))
        first = await phone.begin()
        assert first.status == SyncStatus.SUCCESS
        assert first.sync_key.isdecimal()
        assert first.sync_key != "0"
        await phone.rest()
        assert phone.names == ["Ada"]

    play(tmp_path, scenario)


def test_nothing_to_tell_keeps_the_key_and_costs_no_write(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.add(phone.folder, contact("Ada"))
        await phone.rest()
        key = phone.key
        for _ in range(3):
            assert await phone.sync() is None
        assert phone.key == key
        before = there.storage.database.statements
        assert await phone.sync() is None
        assert there.storage.database.statements - before == 2  # the state and the folder

    play(tmp_path, scenario)


def test_an_unknown_key_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        refused = await phone.ask(phone.add(contact("Ada")), key="1234567890123")
        assert refused is not None
        assert refused.status == SyncStatus.INVALID_SYNC_KEY
        assert not await there.items(phone.folder)
        await phone.sync(phone.add(contact("Ada")))
        assert phone.names == ["Ada"]

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2066", "MS-ASCMD_R2069", "MS-ASCMD_R4444")
def test_the_server_wins_a_conflict_unless_told_otherwise(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        item_id = phone.id_of("Ada")
        await there.do(lambda session: session.change(phone.folder.folder_id, item_id, contact("Eve")))
        command = phone.change(item_id, contact("Zoe"))
        lost = await phone.ask(command)
        assert statuses(lost) == [SyncStatus.CONFLICT]
        answer = await phone.sync(command)
        assert statuses(answer) == [SyncStatus.CONFLICT]
        assert phone.names == ["Eve"]
        assert (await there.items(phone.folder))[item_id] == contact("Eve")
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2067")
def test_the_client_wins_a_conflict_where_it_asks_for_that(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        item_id = phone.id_of("Ada")
        await there.do(lambda session: session.change(phone.folder.folder_id, item_id, contact("Eve")))
        command = phone.change(item_id, contact("Zoe"))
        await phone.ask(command, options=CLIENT_WINS)
        answer = await phone.sync(command, options=CLIENT_WINS)
        assert statuses(answer) == []
        assert phone.names == ["Zoe"]
        assert (await there.items(phone.folder))[item_id] == contact("Zoe")
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2076", "MS-ASCMD_R5846")
def test_a_deletion_takes_precedence(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")), phone.add(contact("Bob")))
        ada, bob = phone.id_of("Ada"), phone.id_of("Bob")
        folder_id = phone.folder.folder_id
        await there.do(lambda session: session.change(folder_id, ada, contact("Eve")))
        await there.do(lambda session: session.remove(folder_id, bob))
        answer = await phone.sync(DeleteCommand(server_id=ada), phone.change(bob, contact("Zoe")))
        assert statuses(answer) == [SyncStatus.OBJECT_NOT_FOUND]
        assert phone.items == {}
        assert not await there.items(phone.folder)
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_a_restart_lives_beside_the_old_pair_until_its_key_comes_back(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        old = phone.key
        lost = await phone.ask(key="0")
        assert lost is not None
        # The answer was lost, and the phone goes on with its old key.
        await there.add(phone.folder, contact("Bob"))
        await phone.sync()
        assert phone.names == ["Ada", "Bob"]
        restart = await phone.ask(key="0")
        assert restart is not None
        assert restart.sync_key == lost.sync_key  # whichever of the answers the phone has will do
        old = phone.key
        phone.key, phone.items = restart.sync_key, {}
        await phone.rest()
        assert phone.names == ["Ada", "Bob"]
        refused = await phone.ask(key=old)
        assert refused is not None
        assert refused.status == SyncStatus.INVALID_SYNC_KEY

    play(tmp_path, scenario)


def test_two_phones_and_two_accounts_do_not_meet(tmp_path: Path) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            first, second = await phone_of(there), await phone_of(there, "PHONE2")
            same_id = await phone_of(there, "PHONE1", "ben")
            await first.sync(first.add(contact("Ada"), "c1"))
            await same_id.sync(same_id.add(contact("Ben"), "c1"))
            await second.rest()
            assert first.names == second.names == ["Ada"]
            assert same_id.names == ["Ben"]
            for phone in (first, second, same_id):
                assert await phone.sync() is None
            foreign = await same_id.ask(DeleteCommand(server_id=first.id_of("Ada")))
            assert statuses(foreign) == [SyncStatus.OBJECT_NOT_FOUND]
            assert await there.items(first.folder)

    run(work())


def test_an_effect_and_its_state_are_one(tmp_path: Path) -> None:
    """A state that cannot be kept takes the effect with it (law 2)."""

    async def scenario(there: World, phone: Phone) -> None:
        command = phone.add(contact("Ada"))
        with refusing_updates(there.storage.directory, "sync_state") as refusal, pytest.raises(refusal):
            await phone.ask(command)
        assert not await there.items(phone.folder)
        await phone.sync(command)
        assert list(await there.items(phone.folder)) == list(phone.items)

    play(tmp_path, scenario)


class HalfBrokenSession(EmbeddedSession):
    """A unit of work on a mailbox whose one folder lives on a server that is down."""

    broken = ""

    async def folder(self, folder_id: str) -> Folder:
        if folder_id == self.broken:
            raise MailboxUnavailable("the server is down")
        return await super().folder(folder_id)


class HalfBroken(EmbeddedMailbox):
    """The mailbox of such sessions."""

    broken = ""

    def session(self, transaction: Transaction) -> Session:
        session = HalfBrokenSession(self.account_id, transaction)
        session.broken = self.broken
        return session


def test_a_broken_backend_fails_its_own_collection_only(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        inbox = await there.folder(FolderType.INBOX)
        account = there.users["anna"].account_id
        mailbox = HalfBroken(account, there.storage.database, there.storage.blobs)
        partner = dataclasses.replace(phone.partner, mailbox=mailbox)
        mail = Phone(there, partner, inbox)
        await mail.begin()
        await there.deliver(mime("one"))
        await there.add(phone.folder, contact("Ada"))
        mailbox.broken = inbox.folder_id
        asked = [
            CollectionRequest(sync_key=one.key, collection_id=one.folder.folder_id) for one in (mail, phone)
        ]
        broken, whole = await there.engine.exchange(partner, asked, 512)
        assert broken.status == SyncStatus.RETRY
        assert broken.sync_key == mail.key
        assert not broken.commands
        phone.take(whole)
        assert phone.names == ["Ada"]
        await there.add(phone.folder, contact("Eve"))
        both = [inbox.folder_id, phone.folder.folder_id]
        watched = await there.engine.has_news(partner, both)
        assert watched.with_news == (phone.folder.folder_id,)
        assert watched.missing == ()
        mailbox.broken = ""
        await mail.sync()
        assert mail.names == ["one"]

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R5906", "MS-ASCMD_R5907", "MS-ASCMD_R5909", "MS-ASCMD_R5911", "MS-ASCMD_R5912")
@pytest.mark.parametrize(
    ("supported", "kept"),
    [
        (None, set()),
        ([], {"company_name", "spouse"}),
        ([Element(Contacts.Spouse)], {"company_name"}),
    ],
)
def test_what_is_ghosted_stays(tmp_path: Path, supported: list[Element] | None, kept: set[str]) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.begin(supported=supported)
        full = contact("Ada", company_name="Engines", spouse="William")
        item_id = (await there.add(phone.folder, full)).item_id
        await phone.rest()
        await phone.sync(phone.change(item_id, contact("Eve")))
        stored = (await there.items(phone.folder))[item_id]
        assert {name for name in ("company_name", "spouse") if getattr(stored, name)} == kept
        assert isinstance(stored, Contact)
        assert stored.first_name == "Eve"

    play(tmp_path, scenario)
