"""How much a mailbox holds is the sum of what its items count, whatever is done to them; and its quota."""

from __future__ import annotations

import asyncio
import atexit
import tempfile
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from overair.items import Contact, Item, Message
from overair.items.body import Body
from overair.items.calendar.event import Event, EventException, StoredAttachment
from overair.items.mail.parts import Index
from overair.mailboxes.embedded import EmbeddedMailbox, create_mailbox
from overair.mailboxes.embedded.usage import set_quota, usage_of
from overair.mailboxes.interface import FolderType, MailboxFull, NoSuchFolder, Session
from overair.protocol.body_preferences import BodyType
from overair.storage.blobs import FileBlobStore
from support.databases import open_database
from support.events import NOW

T = TypeVar("T")
PICKS = st.integers(0, 1000)
SIZES = st.integers(1, 3000)
_accounts = count(1)


def counted(item: Item) -> int:
    """What an item counts, reckoned by the sentence in docs/commands.md."""
    stored = len(msgspec.json.encode(item))
    if isinstance(item, Message):
        return item.index.size if item.blob and item.index else stored
    if isinstance(item, Event):
        return stored + sum({one.blob: one.size for one in item.attachments_kept()}.values())
    return stored


def letter(size: int) -> Message:
    return Message(subject="letter", blob=f"blob-{size}", index=Index(size=size))


def draft(size: int) -> Message:
    return Message(subject="d" * size)


def contact(size: int) -> Contact:
    return Contact(first_name="Anna", body=Body(type=BodyType.PLAIN_TEXT, data="n" * size))


def event(size: int) -> Event:
    """With an attachment of its own, one that stands twice, and one of an exception."""
    own = StoredAttachment(1, f"blob-{size}", size, "a.txt")
    again = StoredAttachment(2, f"blob-{size}", size, "b.txt")
    other = StoredAttachment(3, f"other-{size}", size + 1, "c.txt")
    exception = EventException(exception_start_time=NOW, stored_attachments=(other,))
    return Event(uid=f"uid-{size}", stored_attachments=(own, again), exceptions=(exception,))


ITEMS = st.builds(lambda make, size: make(size), st.sampled_from([letter, draft, contact, event]), SIZES)


class Store:
    """One database for all examples."""

    def __init__(self) -> None:
        directory = tempfile.TemporaryDirectory()
        atexit.register(directory.cleanup)
        self.runner = asyncio.Runner()
        self.database = open_database(Path(directory.name))
        self.blobs = FileBlobStore(Path(directory.name) / "blobs")

    def mailbox(self, quota: int = 0) -> EmbeddedMailbox:
        account = next(_accounts)
        self.runner.run(self.database.write(lambda transaction: create_mailbox(transaction, account)))
        return EmbeddedMailbox(account, self.database, self.blobs, quota)


_stores: list[Store] = []


def shared_store() -> Store:
    if not _stores:
        _stores.append(Store())
    return _stores[0]


class UsageMachine(RuleBasedStateMachine):
    """Two units of work at a time on one mailbox, folders that come and go, and a quota that moves."""

    def __init__(self) -> None:
        super().__init__()
        self.store = shared_store()
        self.mailbox = self.store.mailbox()
        self.folders: dict[str, str] = {}
        self.items: dict[str, tuple[str, Item]] = {}
        self.quota = 0

    def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        return self.store.runner.run(self.mailbox.transact(work))

    def used(self) -> int:
        return sum(counted(item) for _, item in self.items.values())

    def some_folder(self, pick: int) -> str:
        return list(self.folders)[pick % len(self.folders)]

    def some_item(self, pick: int) -> str:
        return list(self.items)[pick % len(self.items)]

    def fits(self, by: int) -> bool:
        return by <= 0 or not self.quota or self.used() + by <= self.quota

    @initialize()
    def begin(self) -> None:
        for kind in (FolderType.INBOX, FolderType.CONTACTS):
            folder = self.transact(lambda session, kind=kind: session.folder_of_type(kind))  # type: ignore[misc]
            self.folders[folder.folder_id] = "0"

    @rule(pick=PICKS, item=ITEMS, beyond=st.booleans())
    def add(self, pick: int, item: Item, beyond: bool) -> None:
        folder = self.some_folder(pick)

        async def work(session: Session) -> str | None:
            try:  # the rest of the unit of work stands whatever becomes of this
                return (await session.add(folder, item, beyond_quota=beyond)).item_id
            except MailboxFull:
                return None

        item_id = self.transact(work)
        assert (item_id is not None) == (beyond or self.fits(counted(item)))
        if item_id is not None:
            self.items[item_id] = (folder, item)

    @precondition(lambda self: self.items)
    @rule(pick=PICKS, item=ITEMS)
    def change(self, pick: int, item: Item) -> None:
        item_id = self.some_item(pick)
        folder, old = self.items[item_id]

        async def work(session: Session) -> bool:
            try:
                await session.change(folder, item_id, item)
            except MailboxFull:
                return False
            return True

        taken = self.transact(work)
        assert taken == self.fits(counted(item) - counted(old))
        if taken:
            self.items[item_id] = (folder, item)

    @precondition(lambda self: self.items)
    @rule(pick=PICKS)
    def remove(self, pick: int) -> None:
        item_id = self.some_item(pick)
        folder, _ = self.items.pop(item_id)
        self.transact(lambda session: session.remove(folder, item_id))

    @precondition(lambda self: self.items)
    @rule(pick=PICKS, place=PICKS)
    def move(self, pick: int, place: int) -> None:
        item_id = self.some_item(pick)
        folder, item = self.items.pop(item_id)
        destination = self.some_folder(place)
        moved = self.transact(lambda session: session.move(folder, item_id, destination))
        self.items[moved.item_id] = (destination, item)

    @rule(pick=PICKS)
    def create_folder(self, pick: int) -> None:
        parent, name = self.some_folder(pick), f"folder {len(self.folders)} {pick}"

        async def work(session: Session) -> str | None:
            if any(folder.name == name for folder in await session.folders()):
                return None
            return await session.create_folder(parent, name, FolderType.USER_MAIL)

        created = self.transact(work)
        if created is not None:
            self.folders[created] = parent

    @precondition(lambda self: len(self.folders) > 2)
    @rule(pick=PICKS)
    def delete_folder(self, pick: int) -> None:
        own = [folder for folder, parent in self.folders.items() if parent != "0"]
        gone = {own[pick % len(own)]}
        self.transact(lambda session: session.delete_folder(next(iter(gone))))
        for folder, parent in self.folders.items():  # parents stand before their children
            if parent in gone:
                gone.add(folder)
        self.folders = {folder: parent for folder, parent in self.folders.items() if folder not in gone}
        self.items = {key: held for key, held in self.items.items() if held[0] not in gone}

    @rule(item=ITEMS)
    def fail(self, item: Item) -> None:
        folder = self.some_folder(0)

        async def work(session: Session) -> None:
            await session.add(folder, item, beyond_quota=True)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            self.transact(work)

    @rule(quota=st.sampled_from([0, 1, 500, 5_000, 20_000]))
    def limit(self, quota: int) -> None:
        self.quota = quota
        account = self.mailbox.account_id
        self.store.runner.run(
            self.store.database.write(lambda transaction: set_quota(transaction, account, quota))
        )

    @invariant()
    def usage_is_the_sum(self) -> None:
        account = self.mailbox.account_id
        usage = self.store.runner.run(
            self.store.database.read(lambda transaction: usage_of(transaction, account))
        )
        assert usage.used == self.used()


UsageMachine.TestCase.settings = settings(
    max_examples=(settings().max_examples + 2) // 3, stateful_step_count=30
)
TestUsageAtRandom = UsageMachine.TestCase


def test_a_mailbox_without_a_quota_of_its_own_has_that_of_the_settings() -> None:
    store = shared_store()
    mailbox = store.mailbox(quota=1000)
    inbox = store.runner.run(mailbox.inspect(lambda session: session.folder_of_type(FolderType.INBOX)))
    store.runner.run(mailbox.transact(lambda session: session.add(inbox.folder_id, letter(1000))))
    with pytest.raises(MailboxFull) as full:
        store.runner.run(mailbox.transact(lambda session: session.add(inbox.folder_id, letter(1))))
    assert (full.value.account_id, full.value.too_large) == (mailbox.account_id, False)
    with pytest.raises(MailboxFull) as large:
        store.runner.run(mailbox.transact(lambda session: session.add(inbox.folder_id, letter(1001))))
    assert large.value.too_large
    account = mailbox.account_id
    for quota, fits in ((0, True), (None, False)):  # no limit, and that of the settings again
        store.runner.run(
            store.database.write(
                lambda transaction, quota=quota: set_quota(transaction, account, quota)  # type: ignore[misc]
            )
        )

        async def work(session: Session) -> None:
            await session.add(inbox.folder_id, letter(1))

        if fits:
            store.runner.run(mailbox.transact(work))
        else:
            with pytest.raises(MailboxFull):
                store.runner.run(mailbox.transact(work))


def test_a_folder_that_is_not_there_is_not_taken_for_a_full_mailbox() -> None:
    store = shared_store()
    mailbox, other = store.mailbox(quota=1), store.mailbox()
    foreign = store.runner.run(other.inspect(lambda session: session.folder_of_type(FolderType.INBOX)))
    for folder in ("999999999", foreign.folder_id, "x"):
        with pytest.raises(NoSuchFolder):
            store.runner.run(
                mailbox.transact(lambda session, folder=folder: session.add(folder, letter(5)))  # type: ignore[misc]
            )
