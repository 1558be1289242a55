"""Noting, in the transaction that delivers a message, that it may have to be answered.

That is all the delivery does: one look at the recipients' settings, and a row for those who are out of
office. Whether the message is one that is answered is seen afterwards (answering.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, or_, select

from overair.delivery.out_of_office.tables import automatic_reply, out_of_office
from overair.directory.interface import User
from overair.protocol.settings import OofState
from overair.storage.interface import Database, Statement, Transaction
from overair.times import microseconds

_o = out_of_office.c
_a = automatic_reply.c
AWAY: Final = Statement(
    select(_o.account_id).where(
        _o.account_id == bindparam("account"),
        or_(
            _o.state == OofState.GLOBAL.value,
            and_(
                _o.state == OofState.TIME_BASED.value,
                _o.start_time <= bindparam("now"),
                _o.end_time > bindparam("now"),
            ),
        ),
    )
)
NOTE: Final = Statement(
    insert(automatic_reply).values(
        {name: bindparam(name) for name in ("account_id", "address", "sender", "blob", "received")}
    )
)
NEXT: Final = Statement(
    select(_a.reply_key, _a.account_id, _a.address, _a.sender, _a.blob, _a.received)
    .where(_a.reply_key > bindparam("after"))
    .order_by(_a.reply_key)
    .limit(1)
)
DONE: Final = Statement(delete(automatic_reply).where(_a.reply_key == bindparam("done")))
BLOBS: Final = Statement(select(_a.blob))


class Noted(msgspec.Struct, frozen=True):
    """A message to a user who was out of office when it came (``received``, microseconds UTC)."""

    reply_key: int
    account_id: int
    address: str
    sender: str
    blob: str
    received: int


async def note(
    transaction: Transaction, users: Collection[User], sender: str, blob: str, received: datetime
) -> bool:
    """Note a message with a return path for those of its recipients who are out of office.

    Returns whether there was any. A message without a return path is never answered (RFC 3834, 2).
    """
    if not sender:
        return False
    now = microseconds(received)
    recipients = [user for user in users if not user.owns(sender)]
    away = await transaction.each(AWAY, [{"account": user.account_id, "now": now} for user in recipients])
    for user, row in zip(recipients, away, strict=True):
        if row is not None:
            await transaction.execute(
                NOTE, account_id=user.account_id, address=user.address, sender=sender, blob=blob, received=now
            )
    return any(row is not None for row in away)


async def next_noted(database: Database, after: int) -> Noted | None:
    """The oldest note behind one. Raises DatabaseUnavailable."""
    row = await database.read(lambda transaction: transaction.one(NEXT, after=after))
    return None if row is None else Noted(*row)


async def done(transaction: Transaction, noted: Noted) -> bool:
    """Remove a note; False where it is gone, as with its account."""
    return await transaction.execute(DONE, done=noted.reply_key) > 0


async def noted_blobs(database: Database) -> set[str]:
    """The keys of the blobs that notes name. Raises DatabaseUnavailable."""
    rows = await database.read(lambda transaction: transaction.all(BLOBS))
    return {str(row[0]) for row in rows}
