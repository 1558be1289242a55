"""What becomes of the full-text index: nothing stays in it, and what is not in it yet comes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.sql.elements import ClauseElement

from mailboxes.search_contract import found
from overair.items import Contact, Message
from overair.items.mail.message import read_message
from overair.mailboxes.embedded import EmbeddedMailbox, create_mailbox, remove_mailbox
from overair.mailboxes.embedded.search.tables import search_documents, search_terms
from overair.mailboxes.embedded.search.upkeep import Upkeep, index_everything
from overair.mailboxes.interface import FolderType, Session
from overair.storage.blobs import FileBlobStore
from overair.storage.interface import Statement, Transaction
from support.databases import KINDS, open_database


def _vocabulary(dialect: str) -> ClauseElement:
    if dialect == "sqlite":
        return text("SELECT count(*) FROM temp.vocabulary")
    return text("SELECT count(*) FROM full_text")


VOCABULARY = Statement(_vocabulary)
SEE_VOCABULARY = Statement(
    lambda dialect: text(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, full_text, row)"
        if dialect == "sqlite"
        else "SELECT 1"
    )
)
COUNTS = [Statement(select(func.count()).select_from(table)) for table in (search_documents, search_terms)]
LET_ALL_GO = Statement(update(search_documents).values(item_id=None))
LONG = 30_000


class Store:
    """A database with one mailbox."""

    def __init__(self, directory: Path, kind: str) -> None:
        self.runner = asyncio.Runner()
        self.database = open_database(directory, kind)
        self.blobs = FileBlobStore(directory / "blobs")
        self.runner.run(self.database.write(lambda transaction: create_mailbox(transaction, 1)))
        self.mailbox = EmbeddedMailbox(1, self.database, self.blobs)
        self.upkeep = Upkeep(self.database, self.blobs)

    def deliver(self, subject: str, body: str, count: int = 1) -> list[str]:
        """A message into the Inbox, that many times; returns their ids."""
        message = EmailMessage()
        message["Subject"] = subject
        message.set_content(body)
        mime = message.as_bytes()
        arrived = read_message(mime, datetime(2026, 3, 1, tzinfo=UTC)).message
        stored = msgspec.structs.replace(arrived, blob=self.blobs.put(mime))

        async def work(session: Session) -> list[str]:
            inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
            return [(await session.add(inbox, stored)).item_id for _ in range(count)]

        return self.runner.run(self.mailbox.transact(work))

    def found(self, words: str) -> list[str]:
        return self.runner.run(self.mailbox.inspect(lambda session: found(session, words, 10_000)))

    def sizes(self) -> tuple[int, ...]:
        """How many documents there are, and how much the index itself holds."""

        async def work(transaction: Transaction) -> tuple[int, ...]:
            await transaction.all(SEE_VOCABULARY)
            rows = [await transaction.one(statement) for statement in (*COUNTS, VOCABULARY)]
            return tuple(row[0] for row in rows if row is not None)

        return self.runner.run(self.database.write(work))


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, request.param)
    with opened.runner:
        yield opened
        opened.runner.run(opened.database.close())


def test_nothing_stays_of_a_removed_account(store: Store) -> None:
    store.deliver("ephemeral", "gone with its account", count=130)
    assert store.sizes()[0] == 130
    assert store.sizes()[2] > 0
    store.runner.run(store.database.write(lambda transaction: remove_mailbox(transaction, 1)))
    assert store.found("ephemeral") == []
    assert store.runner.run(store.upkeep.sweep()) == 130
    assert store.sizes() == (0, 0, 0)


def test_what_is_changed_moved_and_removed_leaves_nothing_behind(store: Store) -> None:
    async def work(session: Session) -> None:
        inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
        deleted = (await session.folder_of_type(FolderType.DELETED_ITEMS)).folder_id
        folder = await session.create_folder("0", "Brief", FolderType.USER_MAIL)
        stored = await session.add(inbox, Message(subject="first"))
        await session.change(inbox, stored.item_id, Message(subject="second"))
        moved = await session.move(inbox, stored.item_id, deleted)
        kept = await session.move(deleted, moved.item_id, inbox)
        await session.move(inbox, (await session.add(inbox, Message(subject="third"))).item_id, folder)
        await session.delete_folder(folder)
        await session.remove(inbox, kept.item_id)

    store.runner.run(store.mailbox.transact(work))
    store.runner.run(store.upkeep.sweep())
    assert store.sizes() == (0, 0, 0)


def test_a_sweep_takes_nothing_that_is_found(store: Store) -> None:
    ids = store.deliver("several", "messages", count=3)

    async def work(session: Session) -> None:
        inbox = (await session.folder_of_type(FolderType.INBOX)).folder_id
        await session.remove(inbox, ids[1])

    store.runner.run(store.mailbox.transact(work))
    assert store.runner.run(store.upkeep.sweep()) == 1
    assert sorted(store.found("several mess")) == [ids[0], ids[2]]


def test_very_many_at_one_moment_have_places_of_their_own(store: Store) -> None:
    ids = store.deliver("same", "moment", count=300)
    assert sorted(store.found("same")) == sorted(ids)


def test_text_behind_what_the_index_of_a_message_keeps_is_found(store: Store) -> None:
    body = "\n".join(f"line {count}" for count in range(LONG // 10)) + "\nthe very last words"
    ids = store.deliver("long", body)
    assert store.found("last") == ids
    assert store.found('"very last words"') == ids


def test_what_was_stored_without_an_index_is_indexed(store: Store) -> None:
    body = "\n".join(f"line {count}" for count in range(LONG // 10)) + "\nepilogue"
    ids = store.deliver("before", body, count=120)

    async def add(session: Session) -> str:
        contacts = await session.folder_of_type(FolderType.CONTACTS)
        return (await session.add(contacts.folder_id, Contact(first_name="Before"))).item_id

    ids.append(store.runner.run(store.mailbox.transact(add)))
    forget_all_documents(store)
    assert store.found("before") == []
    later = store.deliver("before and later", "x")
    assert store.found("before") == later
    assert store.runner.run(store.upkeep.index()) == len(ids)
    assert sorted(store.found("before")) == sorted(ids + later)
    assert sorted(store.found("epilogue")) == sorted(ids[:-1])
    assert store.runner.run(store.upkeep.index()) == 0


def forget_all_documents(store: Store) -> None:
    """Make the store one of before there was an index."""
    sizes = store.sizes()[0]

    async def let_go(transaction: Transaction) -> None:
        await transaction.execute(LET_ALL_GO)

    store.runner.run(store.database.write(let_go))
    assert store.runner.run(store.upkeep.sweep()) == sizes
    store.runner.run(store.database.write(index_everything))
