"""What the index has done to it beside the requests: items that were stored without documents get theirs,
and documents without items are swept away. All of it in short transactions, so nobody waits long.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
import structlog
from sqlalchemy import bindparam, delete, func, insert, literal_column, select, text, update
from sqlalchemy.sql.elements import ClauseElement

from overair.items import Item, searching
from overair.mailboxes.embedded import codec
from overair.mailboxes.embedded.companion import Place
from overair.mailboxes.embedded.search.tables import search_backlog, search_documents, search_terms
from overair.mailboxes.embedded.search.words import add_document, received_of, terms_of
from overair.mailboxes.embedded.tables import folders, items
from overair.storage.interface import (
    BlobStore,
    Database,
    DatabaseUnavailable,
    MailboxChange,
    Row,
    Statement,
    Transaction,
)

log = structlog.get_logger(__name__)

CHUNK: Final = 50
"""Documents written or swept away in one transaction."""
PAUSE_SECONDS: Final = 2.0
"""After a change before the sweep, so that one sweep serves many changes."""
RETRY_SECONDS: Final = 60.0
NOT_COPIED: Final = ("search_documents", "search_terms", "search_backlog")
"""Tables that a copy of a store makes anew (``index_everything``), since the index is each database's own."""

BACKLOG: Final = Statement(select(search_backlog.c.after, search_backlog.c.last))
NO_BACKLOG: Final = Statement(delete(search_backlog))
SET_BACKLOG: Final = Statement(update(search_backlog).values(after=bindparam("done")))
NEW_BACKLOG: Final = Statement(
    insert(search_backlog).from_select(
        ["after", "last"],
        select(literal_column("0"), func.max(items.c.id)).having(func.max(items.c.id).is_not(None)),
    )
)
WITHOUT_DOCUMENT: Final = Statement(
    select(items.c.id, items.c.folder_id, folders.c.account_id, items.c.item_class, items.c.content)
    .select_from(
        items.join(folders, folders.c.id == items.c.folder_id).outerjoin(
            search_documents, search_documents.c.item_id == items.c.id
        )
    )
    .where(
        items.c.id > bindparam("after"),
        items.c.id <= bindparam("last"),
        search_documents.c.number.is_(None),
    )
    .order_by(items.c.id)
    .limit(bindparam("limit"))
)
IS_WITHOUT_DOCUMENT: Final = Statement(
    select(items.c.id)
    .select_from(items.outerjoin(search_documents, search_documents.c.item_id == items.c.id))
    .where(items.c.id == bindparam("item"), search_documents.c.number.is_(None))
)
WITHOUT_ITEM: Final = Statement(
    select(
        search_documents.c.number,
        search_documents.c.account_id,
        search_documents.c.folder_id,
        search_terms.c.terms,
    )
    .where(search_documents.c.item_id.is_(None), search_terms.c.number == search_documents.c.number)
    .limit(bindparam("limit"))
)


def _forget_words(dialect: str) -> ClauseElement:
    if dialect == "sqlite":
        return text("INSERT INTO full_text (full_text, rowid, terms) VALUES ('delete', :number, :terms)")
    return text(
        "DELETE FROM full_text WHERE number = CAST(:number AS BIGINT) AND CAST(:terms AS TEXT) IS NOT NULL"
    )


FORGET_WORDS: Final = Statement(_forget_words)
FORGET_DOCUMENT: Final = Statement(
    delete(search_documents).where(search_documents.c.number == bindparam("number"))
)


async def index_everything(transaction: Transaction) -> None:
    """Have all items that have no document indexed, as when they came from another database."""
    await transaction.execute(NO_BACKLOG)
    await transaction.execute(NEW_BACKLOG)


class Upkeep:
    """Keeps the index for as long as the server runs; it sleeps until something changes."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._changed = asyncio.Event()
        self._changed.set()
        database.listen(self._note)

    def _note(self, change: MailboxChange) -> None:
        self._changed.set()

    async def run(self) -> None:
        """Work and wait, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.index()
                await self.sweep()
            except (DatabaseUnavailable, OSError) as error:
                log.warning("the search index could not be kept; tried again soon", error=str(error))
                self._changed.set()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def index(self) -> int:
        """Index the items that have no document; returns how many. Raises DatabaseUnavailable, OSError."""
        indexed = 0
        while rows := await self._database.read(_without_document):
            documents = await asyncio.to_thread(self._documents, rows)

            async def write(
                transaction: Transaction,
                rows: list[Row] = rows,
                documents: list[tuple[int, bytes] | None] = documents,
            ) -> None:
                for row, document in zip(rows, documents, strict=True):
                    if document is not None:
                        await _add(transaction, row, *document)
                await transaction.execute(SET_BACKLOG, done=rows[-1][0])

            await self._database.write(write)
            indexed += len(rows)
        if await self._database.read(_backlog) is not None:
            await self._database.write(_end_backlog)
            log.info("all items can be searched", indexed=indexed)
        return indexed

    def _documents(self, rows: list[Row]) -> list[tuple[int, bytes] | None]:
        """When each item was received and its terms; None for one that cannot be read."""
        return [self._document(row) for row in rows]

    def _document(self, row: Row) -> tuple[int, bytes] | None:
        number, _, account_id, item_class, content = row
        try:
            item: Item = codec.decode(item_class, content)
        except (KeyError, msgspec.DecodeError) as error:
            log.error(
                "an item cannot be read", account_id=account_id, item=number, error=type(error).__name__
            )
            return None
        try:
            packed = searching.document(item, self._blobs)
        except OSError:
            raise
        except Exception as error:  # whatever is wrong with one item, it must not keep the others
            log.warning("an item is indexed without its text", item=number, error=type(error).__name__)
            packed = searching.document(item)
        return received_of(item), packed

    async def sweep(self) -> int:
        """Take documents without items out of the index; returns how many. Raises DatabaseUnavailable."""
        swept = 0
        while await self._database.read(_is_there_refuse):
            swept += await self._database.write(_sweep_chunk)
        return swept


async def _backlog(transaction: Transaction) -> Row | None:
    return await transaction.one(BACKLOG)


async def _end_backlog(transaction: Transaction) -> None:
    await transaction.execute(NO_BACKLOG)


async def _without_document(transaction: Transaction) -> list[Row]:
    backlog = await transaction.one(BACKLOG)
    if backlog is None:
        return []
    after, last = backlog
    return await transaction.all(WITHOUT_DOCUMENT, after=after, last=last, limit=CHUNK)


async def _add(transaction: Transaction, row: Row, received: int, packed: bytes) -> None:
    number, folder, account_id = row[:3]
    # One that moved meanwhile has a higher number, and one that changed its words has a document.
    if await transaction.one(IS_WITHOUT_DOCUMENT, item=number) is not None:
        await add_document(transaction, Place(account_id, folder, number), received, packed)


async def _is_there_refuse(transaction: Transaction) -> bool:
    return bool(await transaction.all(WITHOUT_ITEM, limit=1))


async def _sweep_chunk(transaction: Transaction) -> int:
    rows = await transaction.all(WITHOUT_ITEM, limit=CHUNK)
    for number, account_id, folder, packed in rows:
        await transaction.execute(FORGET_WORDS, number=number, terms=terms_of(account_id, folder, packed))
        await transaction.execute(FORGET_DOCUMENT, number=number)
    return len(rows)
