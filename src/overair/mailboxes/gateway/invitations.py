"""Meeting messages that came into the Inbox, until the meeting stands in the calendar: each once.

Whatever lay there before the account was first seen is none of them: those meetings were answered, or
removed from the calendar, long ago. Nor is what is moved there later, or has come too long ago.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from overair.items import Item
from overair.items.mail.message import Message, message_key
from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.gateway.tables import invitations
from overair.mailboxes.interface import FolderType
from overair.storage.interface import Statement, Transaction
from overair.storage.statement import upsert
from overair.times import microseconds, moment_of, utc_now

CLASSES: Final = frozenset(
    {
        "IPM.Schedule.Meeting.Request",
        "IPM.Schedule.Meeting.Canceled",
        "IPM.Schedule.Meeting.Resp.Pos",
        "IPM.Schedule.Meeting.Resp.Tent",
        "IPM.Schedule.Meeting.Resp.Neg",
    }
)
"""The classes of messages by which meetings stand in calendars, and what attendees answer."""
OLDEST: Final = 30
"""Days since it was received after which a message is of no use to a calendar."""
SINCE: Final = ""
"""The name of the row that says when the account was first seen."""

_i = invitations.c
_this = (_i.account_id == bindparam("account"), _i.name == bindparam("name"))
ONE: Final = Statement(select(_i.received, _i.noted).where(*_this))
ADD: Final = Statement(upsert(invitations, ("account_id", "name")))
NOTED: Final = Statement(update(invitations).where(*_this).values(noted=1))
WAITING: Final = Statement(
    select(_i.name, _i.folder_id, _i.key, _i.received)
    .where(_i.account_id == bindparam("account"), _i.noted == 0, _i.name != SINCE)
    .order_by(_i.received, _i.name)
    .limit(bindparam("limit"))
)
FORGET_OLD: Final = Statement(
    delete(invitations).where(
        _i.account_id == bindparam("account"), _i.name != SINCE, _i.received < bindparam("oldest")
    )
)
FORGET: Final = Statement(delete(invitations).where(_i.account_id == bindparam("account")))


class Waiting(NamedTuple):
    """A meeting message that is to be taken note of: by what it is known, and where it stands."""

    name: str
    folder_id: str
    key: str
    received: datetime


async def begin(transaction: Transaction, account_id: int) -> None:
    """An account is seen, from now on unless it was before."""
    if await transaction.one(ONE, account=account_id, name=SINCE) is None:
        now = utc_now().replace(microsecond=0)  # as mail servers say when something was received
        await _add(transaction, account_id, SINCE, "0", "", microseconds(now))


async def arrived(transaction: Transaction, folder: MirroredFolder, key: str, item: Item) -> bool:
    """Keep a message that was read for the first time, if its meeting is to stand in the calendar."""
    if folder.type is not FolderType.INBOX or not isinstance(item, Message):
        return False
    if item.message_class not in CLASSES or item.date_received is None:
        return False
    received = microseconds(item.date_received)
    since = await transaction.one(ONE, account=folder.account_id, name=SINCE)
    oldest = microseconds(utc_now() - timedelta(days=OLDEST))
    if since is None or received < max(int(since[0]), oldest):
        return False
    name = message_key(item.message_id or f"{folder.path} {key}")
    if await transaction.one(ONE, account=folder.account_id, name=name) is not None:
        return False
    await transaction.execute(FORGET_OLD, account=folder.account_id, oldest=oldest)
    await _add(transaction, folder.account_id, name, folder.folder_id, key, received)
    return True


async def waiting(transaction: Transaction, account_id: int, limit: int) -> list[Waiting]:
    """Those that are to be taken note of, in the order in which they came."""
    rows = await transaction.all(WAITING, account=account_id, limit=limit)
    return [Waiting(row[0], str(row[1]), row[2], moment_of(row[3])) for row in rows]


async def is_noted(transaction: Transaction, account_id: int, name: str) -> bool:
    """Whether a message was taken note of."""
    row = await transaction.one(ONE, account=account_id, name=name)
    return row is None or bool(row[1])


async def note(transaction: Transaction, account_id: int, name: str) -> None:
    """A message was taken note of, in the transaction that did so."""
    await transaction.execute(NOTED, account=account_id, name=name)


async def forget_invitations(transaction: Transaction, account_id: int) -> None:
    """Remove what is kept of an account's meeting messages."""
    await transaction.execute(FORGET, account=account_id)


async def _add(
    transaction: Transaction, account_id: int, name: str, folder_id: str, key: str, received: int
) -> None:
    await transaction.execute(
        ADD,
        account_id=account_id,
        name=name,
        folder_id=int(folder_id),
        key=key,
        received=received,
        noted=0,
    )
