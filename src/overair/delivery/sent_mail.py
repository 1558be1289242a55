"""How much each account sends, counted by hours of the clock, and how much it may."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, func, select

from overair.delivery.tables import sent_mail
from overair.protocol.statuses import CommonStatus
from overair.storage.interface import Transaction
from overair.storage.statement import Statement, upsert
from overair.sync.submission import SubmissionRefused

HOUR: Final = 3600 * 1_000_000
"""Microseconds."""
HOURS_OF_A_DAY: Final = 24


class SendLimits(msgspec.Struct, frozen=True):
    """How much may be sent: recipients of one message; messages, and recipients of all, of an account."""

    recipients: int = 500
    messages_per_hour: int = 500
    messages_per_day: int = 2_000
    recipients_per_hour: int = 2_000
    recipients_per_day: int = 10_000


_s = sent_mail.c
SENT: Final = Statement(
    select(func.sum(_s.messages), func.sum(_s.recipients)).where(
        _s.account_id == bindparam("account"), _s.hour >= bindparam("since")
    )
)
COUNTED: Final = Statement(
    select(_s.messages, _s.recipients).where(
        _s.account_id == bindparam("account"), _s.hour == bindparam("this_hour")
    )
)
COUNT: Final = Statement(upsert(sent_mail, ("account_id", "hour"), ("messages", "recipients")))
FORGET_OLD: Final = Statement(
    delete(sent_mail).where(_s.account_id == bindparam("account"), _s.hour < bindparam("before"))
)
FORGET_ACCOUNT: Final = Statement(delete(sent_mail).where(_s.account_id == bindparam("account")))


async def count(
    transaction: Transaction, limits: SendLimits, *, account_id: int, recipients: int, now: int
) -> None:
    """Count a message of an account; ``now`` is in microseconds.

    Raises SubmissionRefused (115), and has written nothing then. A day are the hour that runs and the
    23 before it.
    """
    hour = now // HOUR
    row = await transaction.one(COUNTED, account=account_id, this_hour=hour)
    in_hour: tuple[int, int] = (row[0], row[1]) if row else (0, 0)
    row = await transaction.one(SENT, account=account_id, since=hour - HOURS_OF_A_DAY + 1)
    in_day: tuple[int, int] = (row[0] or 0, row[1] or 0) if row else (0, 0)
    most = (
        ("messages in an hour", in_hour[0] + 1, limits.messages_per_hour),
        ("messages in a day", in_day[0] + 1, limits.messages_per_day),
        ("recipients in an hour", in_hour[1] + recipients, limits.recipients_per_hour),
        ("recipients in a day", in_day[1] + recipients, limits.recipients_per_day),
    )
    for what, would_be, limit in most:
        if would_be > limit:
            raise SubmissionRefused(CommonStatus.SEND_QUOTA_EXCEEDED, f"more than {limit} {what}")
    await transaction.execute(
        COUNT,
        account_id=account_id,
        hour=hour,
        messages=in_hour[0] + 1,
        recipients=in_hour[1] + recipients,
    )
    if not in_hour[0]:
        await transaction.execute(FORGET_OLD, account=account_id, before=hour - HOURS_OF_A_DAY)


async def forget_account(transaction: Transaction, account_id: int) -> None:
    """Remove what is counted of an account."""
    await transaction.execute(FORGET_ACCOUNT, account=account_id)
