"""What an embedded store has done to it now and then, beside the phones' requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import bindparam, delete, func, select, update

from overair.mailboxes.embedded.tables import folders, items, journal
from overair.storage.blobs import FileBlobStore
from overair.storage.interface import Database, DatabaseUnavailable, Row, Statement, Transaction
from overair.times import microseconds

log = structlog.get_logger(__name__)

CHUNK: Final = 2000
"""Rows handled in one transaction, so that nobody waits long for the writer."""
HORIZON: Final = timedelta(days=90)
"""How long changes are remembered; a phone that stays away longer begins anew (TokenExpired)."""
INTERVAL: Final = timedelta(days=1)

FOLDERS: Final = Statement(select(folders.c.id).order_by(folders.c.id))
OLD_ROWS: Final = Statement(
    select(func.max(journal.c.modseq)).where(
        journal.c.folder_id == bindparam("folder"),
        journal.c.modseq.in_(
            select(journal.c.modseq)
            .where(journal.c.folder_id == bindparam("folder"), journal.c.written < bindparam("horizon"))
            .order_by(journal.c.modseq)
            .limit(bindparam("limit"))
        ),
    )
)
FORGET: Final = Statement(
    delete(journal).where(
        journal.c.folder_id == bindparam("folder"), journal.c.modseq <= bindparam("position")
    )
)
SET_PRUNED: Final = Statement(
    update(folders).where(folders.c.id == bindparam("folder")).values(pruned=bindparam("position"))
)
BLOBS: Final = Statement(
    select(items.c.id, items.c.blobs)
    .where(items.c.id > bindparam("after"))
    .order_by(items.c.id)
    .limit(bindparam("limit"))
)


async def keep_tidy(
    database: Database, blobs: FileBlobStore, others: Callable[[], Awaitable[Iterable[str]]]
) -> None:
    """Prune and collect once a day for as long as the server runs; ``others`` is as in collect_blobs."""
    while True:
        try:
            forgotten = await prune(database, datetime.now(UTC) - HORIZON)
            removed = await collect_blobs(database, blobs, await others())
            log.info("tidied the store", forgotten_changes=forgotten, removed_blobs=removed)
        except (DatabaseUnavailable, OSError) as error:
            log.warning("the store could not be tidied; tried again tomorrow", error=str(error))
        await asyncio.sleep(INTERVAL.total_seconds())


async def prune(database: Database, horizon: datetime) -> int:
    """Forget the changes made before ``horizon`` (aware); returns how many there were.

    Tokens older than a forgotten change raise TokenExpired from then on.
    """
    before = microseconds(horizon)
    forgotten = 0
    for (folder,) in await _all(database, FOLDERS):
        while True:
            [(position,)] = await _all(database, OLD_ROWS, folder=folder, horizon=before, limit=CHUNK)
            if position is None:
                break
            forgotten += await _forget(database, folder, position)
    return forgotten


async def collect_blobs(database: Database, blobs: FileBlobStore, others: Iterable[str] = ()) -> int:
    """Remove the blobs that no item names, younger ones apart; returns how many went.

    ``others`` are the keys that rows of other rooms name, such as mail that waits to be sent. An
    item that moves meanwhile gets a higher number, so going through them upwards misses none.
    """
    referenced = set(others)
    after = 0
    while rows := await _all(database, BLOBS, after=after, limit=CHUNK):
        for _, keys in rows:
            referenced.update(keys.split())
        after = rows[-1][0]
    return await asyncio.to_thread(blobs.collect, referenced)


async def _all(database: Database, statement: Statement, **parameters: int) -> list[Row]:
    async def work(transaction: Transaction) -> list[Row]:
        return await transaction.all(statement, **parameters)

    return await database.read(work)


async def _forget(database: Database, folder: int, position: int) -> int:
    async def work(transaction: Transaction) -> int:
        await transaction.execute(SET_PRUNED, folder=folder, position=position)
        return await transaction.execute(FORGET, folder=folder, position=position)

    return await database.write(work)
