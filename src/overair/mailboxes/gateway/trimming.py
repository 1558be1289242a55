"""How much of the messages upstream is kept here: what was parsed once, up to a number of messages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog
from sqlalchemy import bindparam, func, select

from overair.items import Message
from overair.mailboxes.embedded import codec
from overair.mailboxes.embedded.companion import Place
from overair.mailboxes.embedded.companions import FORGET_KEYS, Keys
from overair.mailboxes.embedded.tables import items
from overair.mailboxes.gateway.intents import forget_old
from overair.mailboxes.gateway.mirroring import Mirroring, is_stub
from overair.mailboxes.gateway.tables import upstream_items
from overair.storage.interface import Database, DatabaseUnavailable, Row, Statement, Transaction

HOUR: Final = 3600.0
CHUNK: Final = 250
"""Messages that are made stubs in one transaction."""

_whole = (items.c.id == upstream_items.c.item_id, items.c.size > 0, items.c.item_class == "Email")
COUNT: Final = Statement(select(func.count()).where(*_whole))
OLDEST: Final = Statement(
    select(items.c.id, items.c.folder_id, items.c.item_class, items.c.content)
    .where(*_whole)
    .order_by(items.c.view_date, items.c.id)
    .limit(bindparam("limit"))
)

log = structlog.get_logger(__name__)


def overview(message: Message) -> Message:
    """A message without what its bytes say, which are asked for again when somebody reads it; its
    Message-ID stays, by which it is known again when its server gives it another UID.
    """
    return Message(
        date_received=message.date_received,
        read=message.read,
        flag=message.flag,
        categories=message.categories,
        last_verb_executed=message.last_verb_executed,
        last_verb_execution_time=message.last_verb_execution_time,
        is_draft=message.is_draft,
        blob=message.blob,
        message_id=message.message_id,
    )


async def trim(database: Database, keep: int) -> int:
    """Make stubs of the oldest messages beyond so many; returns how many. Raises DatabaseUnavailable."""
    row = await database.read(lambda transaction: transaction.one(COUNT))
    excess = max(0, (row[0] if row else 0) - keep)
    trimmed = 0
    while trimmed < excess:
        limit = min(CHUNK, excess - trimmed)
        rows = await database.read(partial(_oldest, limit=limit))
        if not rows:
            break
        await database.write(partial(_forget, rows=rows))
        trimmed += len(rows)
    return trimmed


async def _oldest(transaction: Transaction, limit: int) -> list[Row]:
    return await transaction.all(OLDEST, limit=limit)


async def _forget(transaction: Transaction, rows: Sequence[Row]) -> None:
    session = Mirroring(0, transaction)
    for number, folder_id, item_class, content in rows:
        message = codec.decode(item_class, content)
        if isinstance(message, Message) and not is_stub(message):
            kept = overview(message)
            await session.rewrite(f"{folder_id}:{number}", kept)
            await transaction.execute(FORGET_KEYS, item=number)
            await Keys().added(transaction, Place(0, folder_id, number), kept)


async def keep_trimmed(database: Database, keep: int) -> None:
    """Trim every hour, and forget intents of which nobody will ask any more, until cancelled."""
    while True:
        try:
            await forget_old(database)
            trimmed = await trim(database, keep)
        except DatabaseUnavailable as error:
            log.warning("messages could not be trimmed; tried again in an hour", error=str(error))
        else:
            if trimmed:
                log.info("what was known of old messages was let go", messages=trimmed)
        await asyncio.sleep(HOUR)
