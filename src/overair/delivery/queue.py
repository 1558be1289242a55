"""The queue of mail out: a row for each message, one for each of its recipients.

The functions work within a transaction; all times are microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from overair.delivery.tables import outgoing_message, outgoing_recipient
from overair.storage.interface import Row, Transaction
from overair.storage.statement import Statement


class RecipientState(IntEnum):
    """What became of a recipient; those that are delivered or failed stay until none waits."""

    WAITING = 0
    DELIVERED = 1
    FAILED = 2


class Recipient(msgspec.Struct, frozen=True):
    """A recipient of a message, with the last answer that was heard of it."""

    number: int
    address: str
    state: RecipientState = RecipientState.WAITING
    status: str = ""
    answer: str = ""


class Outgoing(msgspec.Struct, frozen=True):
    """A message of the queue."""

    message_key: int
    account_id: int
    sender: str
    blob: str
    submitted: int
    attempts: int
    due: int
    begun: int
    told: int


_m = outgoing_message.c
_r = outgoing_recipient.c
_columns = [outgoing_message.c[name] for name in Outgoing.__struct_fields__]
_this: Final = _m.message_key == bindparam("key")
_of_this: Final = _r.message_key == bindparam("key")

ADD_MESSAGE: Final = Statement(
    insert(outgoing_message)
    .values(
        account_id=bindparam("account"),
        sender=bindparam("from_address"),
        blob=bindparam("content"),
        submitted=bindparam("now"),
        due=bindparam("now"),
        **{name: bindparam("zero") for name in ("sorted", "attempts", "begun", "told")},
    )
    .returning(_m.message_key)
)
ADD_RECIPIENT: Final = Statement(insert(outgoing_recipient))
NEXT_UNSORTED: Final = Statement(
    select(*_columns)
    .where(_m.sorted == bindparam("zero"), _m.message_key > bindparam("after"))
    .order_by(_m.message_key)
    .limit(bindparam("most"))
)
RECIPIENTS: Final = Statement(
    select(_r.number, _r.address, _r.state, _r.status, _r.answer).where(_of_this).order_by(_r.number)
)
SET_SORTED: Final = Statement(
    update(outgoing_message)
    .where(_this, _m.sorted == bindparam("zero"))
    .values(sorted=bindparam("one"), due=bindparam("now"))
)
NEXT_DUE: Final = Statement(
    select(*_columns)
    .where(_m.sorted == bindparam("one"), _m.due <= bindparam("now"), _m.begun == bindparam("zero"))
    .order_by(_m.due, _m.message_key)
    .limit(bindparam("most"))
)
EARLIEST: Final = Statement(
    select(func.min(_m.due)).where(_m.sorted == bindparam("one"), _m.begun == bindparam("zero"))
)
BEGIN: Final = Statement(
    update(outgoing_message)
    .where(_this, _m.begun == bindparam("zero"))
    .values(begun=bindparam("now"), attempts=_m.attempts + 1)
)
INTERRUPTED: Final = Statement(
    update(outgoing_message)
    .where(_m.begun > bindparam("zero"))
    .values(begun=bindparam("zero"), due=bindparam("now"))
)
SET_STATE: Final = Statement(
    update(outgoing_recipient)
    .where(_of_this, _r.number == bindparam("place"), _r.state == bindparam("before"))
    .values(state=bindparam("after"), status=bindparam("code"), answer=bindparam("said"))
)
POSTPONE: Final = Statement(
    update(outgoing_message)
    .where(_this)
    .values(begun=bindparam("zero"), due=bindparam("next"), told=bindparam("late"))
)
COUNT_WAITING: Final = Statement(
    select(func.count()).select_from(outgoing_recipient).where(_of_this, _r.state == bindparam("zero"))
)
REMOVE_RECIPIENTS: Final = Statement(delete(outgoing_recipient).where(_of_this))
DONE: Final = Statement(delete(outgoing_message).where(_this))
ALL: Final = Statement(
    select(*_columns)
    .where(_m.message_key > bindparam("after"))
    .order_by(_m.message_key)
    .limit(bindparam("most"))
)
ONE: Final = Statement(select(*_columns).where(_this))
SIZE: Final = Statement(select(func.count(), func.min(_m.submitted)).select_from(outgoing_message))
MAKE_DUE: Final = Statement(update(outgoing_message).where(_this).values(due=bindparam("now")))
MAKE_ALL_DUE: Final = Statement(
    update(outgoing_message).where(_m.due > bindparam("now")).values(due=bindparam("now"))
)
OF_ACCOUNT: Final = Statement(
    select(_m.message_key).where(_m.account_id == bindparam("account")).order_by(_m.message_key)
)
BLOBS: Final = Statement(select(_m.blob))


async def add(
    transaction: Transaction, *, account_id: int, sender: str, recipients: Sequence[str], blob: str, now: int
) -> None:
    """Put a message into the queue, whose bytes are on disk."""
    row = await transaction.one(
        ADD_MESSAGE, account=account_id, from_address=sender, content=blob, now=now, zero=0
    )
    key: int = row[0] if row else 0
    await transaction.many(
        ADD_RECIPIENT,
        [
            {
                "message_key": key,
                "number": number,
                "address": address,
                "state": RecipientState.WAITING.value,
                "status": "",
                "answer": "",
            }
            for number, address in enumerate(recipients)
        ],
    )


async def next_unsorted(transaction: Transaction, after: int) -> Outgoing | None:
    """The next message of which nobody has seen yet who of its recipients is here."""
    rows = await transaction.all(NEXT_UNSORTED, zero=0, after=after, most=1)
    return _outgoing(rows[0]) if rows else None


async def recipients_of(transaction: Transaction, key: int) -> tuple[Recipient, ...]:
    """All recipients of a message."""
    rows = await transaction.all(RECIPIENTS, key=key)
    return tuple(
        Recipient(number, address, RecipientState(state), *said) for number, address, state, *said in rows
    )


async def set_sorted(transaction: Transaction, key: int, now: int) -> bool:
    """Only recipients elsewhere are left, and are due; False where that is settled already."""
    return await transaction.execute(SET_SORTED, key=key, zero=0, one=1, now=now) > 0


async def due(transaction: Transaction, now: int, most: int) -> list[Outgoing]:
    """The messages whose next attempt is due and which nobody attempts, the longest due first."""
    return [_outgoing(row) for row in await transaction.all(NEXT_DUE, now=now, zero=0, one=1, most=most)]


async def earliest(transaction: Transaction) -> int | None:
    """When the next attempt of any message is due."""
    row = await transaction.one(EARLIEST, zero=0, one=1)
    return None if row is None else row[0]


async def size(transaction: Transaction) -> tuple[int, int | None]:
    """How many messages there are, and when the oldest was submitted."""
    row = await transaction.one(SIZE)
    return (0, None) if row is None else (row[0], row[1])


async def begin_next(transaction: Transaction, now: int) -> tuple[Outgoing, tuple[Recipient, ...]] | None:
    """Begin the attempt that has been due the longest: the intent of law 2, settled by ``finish``."""
    for message in await due(transaction, now, 1):
        if await transaction.execute(BEGIN, key=message.message_key, now=now, zero=0):
            begun = msgspec.structs.replace(message, attempts=message.attempts + 1, begun=now)
            return begun, await recipients_of(transaction, message.message_key)
    return None


async def settle_interrupted(transaction: Transaction, now: int) -> int:
    """Make attempts due again whose process ended; returns how many there were."""
    return await transaction.execute(INTERRUPTED, zero=0, now=now)


async def set_states(transaction: Transaction, key: int, recipients: Iterable[Recipient]) -> None:
    """Write down what became of recipients that waited until now."""
    await transaction.many(
        SET_STATE,
        [
            {
                "key": key,
                "place": recipient.number,
                "before": RecipientState.WAITING.value,
                "after": recipient.state.value,
                "code": recipient.status,
                "said": recipient.answer,
            }
            for recipient in recipients
        ],
    )


async def finish(transaction: Transaction, key: int, *, next_attempt: int, told: bool) -> bool:
    """End an attempt: the message is due again while a recipient waits, else it goes, which is True."""
    row = await transaction.one(COUNT_WAITING, key=key, zero=0)
    if row is None or not row[0]:
        return await remove(transaction, key)
    await transaction.execute(POSTPONE, key=key, zero=0, next=next_attempt, late=int(told))
    return False


async def remove(transaction: Transaction, key: int) -> bool:
    """Take a message out of the queue, whatever becomes of it; whether it was there."""
    await transaction.execute(REMOVE_RECIPIENTS, key=key)
    return await transaction.execute(DONE, key=key) > 0


async def listed(transaction: Transaction, after: int, most: int) -> list[Outgoing]:
    """The messages behind one, in their order."""
    return [_outgoing(row) for row in await transaction.all(ALL, after=after, most=most)]


async def one(transaction: Transaction, key: int) -> Outgoing | None:
    """A message by its number."""
    row = await transaction.one(ONE, key=key)
    return None if row is None else _outgoing(row)


async def make_due(transaction: Transaction, key: int | None, now: int) -> int:
    """Have a message, or with None every one, attempted now; returns how many were not due already."""
    if key is None:
        return await transaction.execute(MAKE_ALL_DUE, now=now)
    return await transaction.execute(MAKE_DUE, key=key, now=now)


async def forget_account(transaction: Transaction, account_id: int) -> None:
    """Remove what an account has in the queue."""
    for (key,) in await transaction.all(OF_ACCOUNT, account=account_id):
        await remove(transaction, key)


async def blobs(transaction: Transaction) -> set[str]:
    """The keys of the blobs that the queue names."""
    return {str(row[0]) for row in await transaction.all(BLOBS)}


def _outgoing(row: Row) -> Outgoing:
    return Outgoing(*row)
