"""What is done upstream is done once, whatever is lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import TypeVar

import msgspec
import pytest

from overair.credentials import Credentials
from overair.items import Contact, Event, Item, Message
from overair.items.mail.message import index_message
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.interface import (
    FolderExists,
    FolderType,
    MailboxUnavailable,
    NoSuchFolder,
    Session,
    StoredItem,
    View,
)
from overair.storage.interface import DatabaseUnavailable, Transaction
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway_place import GatewayPlace, users
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
T = TypeVar("T")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[GatewayPlace]:
    with Radicale(users()) as radicale:
        place = GatewayPlace(tmp_path_factory.mktemp("gateway"), dovecot, radicale)
        yield place
        place.close()


def contact(place: GatewayPlace) -> Item:
    return Contact(first_name="Ada", last_name="Lovelace", file_as="Lovelace, Ada")


def event(place: GatewayPlace) -> Item:
    return Event(subject="Tea", start_time=NOON, end_time=NOON.replace(hour=13))


def draft(place: GatewayPlace) -> Item:
    message = EmailMessage()
    message["To"], message["Subject"] = "otto@example.net", "later"
    message.set_content("not yet")
    mime = message.as_bytes(policy=SMTP)
    blob = place.blobs.put(mime)
    return msgspec.structs.replace(index_message(mime, NOON), blob=blob, read=True, is_draft=True)


KINDS: dict[FolderType, Callable[[GatewayPlace], Item]] = {
    FolderType.CONTACTS: contact,
    FolderType.CALENDAR: event,
    FolderType.DRAFTS: draft,
}


class LostCommits:
    """A database that dies with the work of its next commits done, after something was done upstream."""

    def __init__(self, place: GatewayPlace) -> None:
        self._write = place.gateway.database.write
        self.lost = 0

    async def __call__(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        is_attempt = "attempt" in getattr(work, "__qualname__", "")
        if not is_attempt or not self.lost:
            return await self._write(work)

        async def dying(transaction: Transaction) -> T:
            await work(transaction)
            raise DatabaseUnavailable("the power is gone")

        # An attempt that lacks something ends before the power does.
        try:
            return await self._write(dying)
        except DatabaseUnavailable:
            self.lost -= 1
            raise


def everything(place: GatewayPlace, mailbox: GatewayMailbox, folder_id: str) -> list[StoredItem]:
    async def work(session: Session) -> list[StoredItem]:
        changes = await session.changes(folder_id, View(), await session.start(folder_id), 100)
        found = await session.read(folder_id, [change.item_id for change in changes.items])
        return [one for one in found if one is not None]

    return place.runner.run(mailbox.inspect(work))


def folder_of(place: GatewayPlace, mailbox: GatewayMailbox, kind: FolderType) -> str:
    return place.runner.run(mailbox.inspect(lambda session: session.folder_of_type(kind))).folder_id


@pytest.mark.parametrize("pulled", [False, True], ids=["repeated at once", "brought in before"])
@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_an_add_whose_commit_was_lost_is_not_doubled(
    place: GatewayPlace, monkeypatch: pytest.MonkeyPatch, kind: FolderType, pulled: bool
) -> None:
    mailbox = place.mailbox()
    folder_id = folder_of(place, mailbox, kind)
    item = KINDS[kind](place)
    commits = LostCommits(place)
    commits.lost = 1
    monkeypatch.setattr(place.gateway.database, "write", commits)

    def add() -> StoredItem:
        return place.runner.run(mailbox.transact(lambda session: session.add(folder_id, item)))

    with pytest.raises(MailboxUnavailable):
        add()
    assert commits.lost == 0
    assert everything(place, mailbox, folder_id) == []
    if pulled:
        place.runner.run(mailbox.refresh([folder_id]))
        assert len(everything(place, mailbox, folder_id)) == 1
    stored = add()
    assert not stored.overtaken
    assert [one.item_id for one in everything(place, mailbox, folder_id)] == [stored.item_id]
    place.runner.run(mailbox.refresh([folder_id]))
    assert [one.item_id for one in everything(place, mailbox, folder_id)] == [stored.item_id]


@pytest.mark.parametrize("pulled", [False, True], ids=["repeated at once", "brought in before"])
def test_an_add_whose_item_others_have_changed_since_says_so(
    place: GatewayPlace, monkeypatch: pytest.MonkeyPatch, pulled: bool
) -> None:
    """So its phone is shown what stands; it would take its own form for that."""
    mailbox = place.mailbox()
    folder_id = folder_of(place, mailbox, FolderType.CONTACTS)
    commits = LostCommits(place)
    commits.lost = 1
    monkeypatch.setattr(place.gateway.database, "write", commits)

    def add() -> StoredItem:
        return place.runner.run(mailbox.transact(lambda session: session.add(folder_id, contact(place))))

    with pytest.raises(MailboxUnavailable):
        add()
    name = place.names[mailbox.account_id]
    home = place.radicale.folder / "collections" / "collection-root" / name
    [card] = home.glob("*/*.vcf")
    path = f"/{name}/{card.parent.name}/{card.name}"
    place.radicale.put(name, path, card.read_bytes().decode().replace("Lovelace", "King"))
    if pulled:
        place.runner.run(mailbox.refresh([folder_id]))
    stored = add()
    assert stored.overtaken
    assert isinstance(stored.item, Contact)
    assert stored.item.last_name == "King"
    assert [one.item.as_stored for one in everything(place, mailbox, folder_id)] == [stored.item]


@pytest.mark.parametrize("pulled", [False, True], ids=["repeated at once", "brought in before"])
@pytest.mark.parametrize("kind", [FolderType.USER_MAIL, FolderType.USER_CALENDAR])
def test_a_folder_whose_commit_was_lost_is_the_one_that_is_there(
    place: GatewayPlace, monkeypatch: pytest.MonkeyPatch, kind: FolderType, pulled: bool
) -> None:
    mailbox = place.mailbox()
    commits = LostCommits(place)
    commits.lost = 1
    monkeypatch.setattr(place.gateway.database, "write", commits)

    def create() -> str:
        return place.runner.run(mailbox.transact(lambda session: session.create_folder("0", "New", kind)))

    def called_new() -> list[str]:
        folders = place.runner.run(mailbox.inspect(lambda session: session.folders()))
        return [one.folder_id for one in folders if one.name.startswith("New")]

    with pytest.raises(MailboxUnavailable):
        create()
    assert called_new() == []
    if pulled:
        place.runner.run(mailbox.refresh(None))
        assert len(called_new()) == 1
    made = create()
    assert called_new() == [made]
    place.runner.run(mailbox.refresh(None))
    assert called_new() == [made]
    with pytest.raises(FolderExists):  # which it is not the second time that somebody wants it
        create()


@pytest.mark.parametrize("kind", [FolderType.CONTACTS, FolderType.CALENDAR])
@pytest.mark.parametrize("what", ["change", "move", "remove"])
def test_what_is_done_to_an_item_is_done_once_though_its_commit_was_lost(
    place: GatewayPlace, monkeypatch: pytest.MonkeyPatch, kind: FolderType, what: str
) -> None:
    mailbox = place.mailbox()
    folder_id = folder_of(place, mailbox, kind)
    own = FolderType.USER_CALENDAR if kind is FolderType.CALENDAR else FolderType.USER_CONTACTS

    async def prepare(session: Session) -> tuple[StoredItem, str]:
        other = await session.create_folder("0", "Other", own)
        return await session.add(folder_id, KINDS[kind](place)), other

    stored, other_id = place.runner.run(mailbox.transact(prepare))
    edited = {"file_as": "Countess"} if kind is FolderType.CONTACTS else {"subject": "Coffee"}
    new = msgspec.structs.replace(stored.item, **edited)
    commits = LostCommits(place)
    commits.lost = 1
    monkeypatch.setattr(place.gateway.database, "write", commits)

    async def work(session: Session) -> None:
        match what:
            case "change":
                await session.change(folder_id, stored.item_id, new)
            case "move":
                await session.move(folder_id, stored.item_id, other_id)
            case "remove":
                await session.remove(folder_id, stored.item_id)

    with pytest.raises(MailboxUnavailable):
        place.runner.run(mailbox.transact(work))
    assert commits.lost == 0
    place.runner.run(mailbox.transact(work))
    for _ in range(2):
        here, there = everything(place, mailbox, folder_id), everything(place, mailbox, other_id)
        assert (len(here), len(there)) == {"change": (1, 0), "move": (0, 1), "remove": (0, 0)}[what]
        if what == "change":
            name = next(iter(edited))
            assert getattr(here[0].item, name) == edited[name]
        place.runner.run(mailbox.refresh([folder_id, other_id]))


def test_two_that_are_alike_are_two(place: GatewayPlace) -> None:
    mailbox = place.mailbox()
    folder_id = folder_of(place, mailbox, FolderType.CONTACTS)

    async def work(session: Session) -> set[str]:
        return {(await session.add(folder_id, contact(place))).item_id for _ in range(2)}

    made = place.runner.run(mailbox.transact(work)) | place.runner.run(mailbox.transact(work))
    assert len(made) == 4
    place.runner.run(mailbox.refresh([folder_id]))
    assert {one.item_id for one in everything(place, mailbox, folder_id)} == made


def test_a_log_in_that_is_refused_amid_something_is_told_and_ends_nothing(place: GatewayPlace) -> None:
    """As where a device comes with a password that was right a moment ago."""
    mailbox = place.mailbox()
    folder_id = folder_of(place, mailbox, FolderType.CONTACTS)
    name = place.names[mailbox.account_id]
    refused: list[int] = []
    place.gateway.on_wrong_credentials = refused.append

    async def add(session: Session) -> str:
        return (await session.add(folder_id, contact(place))).item_id

    def run(password: str) -> str:
        opening = Credentials(name, password)
        with place.gateway.enter(mailbox.account_id, f"{name}@example.org", opening):
            return place.runner.run(mailbox.transact(add))

    with pytest.raises(MailboxUnavailable):
        run("old")
    assert refused == [mailbox.account_id]
    made = run(PASSWORD)
    place.runner.run(mailbox.refresh([folder_id]))
    assert [one.item_id for one in everything(place, mailbox, folder_id)] == [made]


def test_bytes_of_what_others_have_deleted_are_not_to_be_had(place: GatewayPlace) -> None:
    mailbox = place.mailbox()

    async def work(session: Session) -> str | None:
        folder_id = await session.create_folder("0", "Work", FolderType.USER_MAIL)
        added = await session.add(folder_id, draft(place))
        return added.item.blob if isinstance(added.item, Message) else None

    key = place.runner.run(mailbox.transact(work)) or ""
    assert b"not yet" in place.runner.run(asyncio.to_thread(place.blobs.read, key))
    with place.dovecot.client(place.names[mailbox.account_id]) as imap:
        imap.delete_folder("Work")
    with pytest.raises(KeyError):
        place.runner.run(asyncio.to_thread(place.blobs.read, key))


def test_stubs_in_what_others_have_deleted_are_gone(place: GatewayPlace) -> None:
    """Found out within the unit of work that reads them, which knows what to say of it."""
    mailbox = place.mailbox()
    folder_id = place.runner.run(
        mailbox.transact(lambda session: session.create_folder("0", "Work", FolderType.USER_MAIL))
    )
    with place.dovecot.client(place.names[mailbox.account_id]) as imap:
        for number in range(12):  # more than are brought whole
            imap.append("Work", f"Subject: {number}\r\n\r\nx\r\n".encode())
        place.runner.run(mailbox.refresh([folder_id]))
        imap.delete_folder("Work")

    async def work(session: Session) -> str:
        try:
            changes = await session.changes(folder_id, View(), await session.start(folder_id), 100)
            found = await session.read(folder_id, [change.item_id for change in changes.items])
        except NoSuchFolder:
            return "no folder"
        return f"{len(found)} items"

    assert place.runner.run(mailbox.inspect(work)) == "no folder"


def test_a_draft_that_is_edited_keeps_its_id(place: GatewayPlace) -> None:
    mailbox = place.mailbox()
    folder_id = folder_of(place, mailbox, FolderType.DRAFTS)
    stored = place.runner.run(mailbox.transact(lambda session: session.add(folder_id, draft(place))))

    async def edit(session: Session) -> None:
        [found] = await session.read(folder_id, [stored.item_id])
        assert found is not None
        mime = mailbox_bytes.replace(b"not yet", b"soon...")
        blob = place.blobs.put(mime)
        new = msgspec.structs.replace(found.item, index=index_message(mime, NOON).index, blob=blob)
        await session.change(folder_id, stored.item_id, new)

    assert isinstance(stored.item, Message)
    key = stored.item.blob or ""
    mailbox_bytes = place.runner.run(asyncio.to_thread(place.blobs.read, key))
    place.runner.run(mailbox.transact(edit))
    place.runner.run(mailbox.refresh([folder_id]))
    [found] = everything(place, mailbox, folder_id)
    assert found.item_id == stored.item_id
    assert isinstance(found.item, Message)
    assert found.item.index is not None
    assert "soon" in found.item.index.text
    with place.dovecot.client(place.names[mailbox.account_id], "Drafts") as client:
        assert len(client.search("ALL")) == 1
