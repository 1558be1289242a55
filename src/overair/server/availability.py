"""When people are busy, as ResolveRecipients tells it: a digit for each half hour."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from overair.items.calendar.busy import Busy
from overair.items.calendar.statuses import FREE
from overair.mailboxes import interface as mailboxes
from overair.mailboxes.interface import MailboxUnavailable, Span
from overair.protocol.resolve_recipients import Availability, AvailabilityRequest
from overair.protocol.statuses import AvailabilityStatus
from overair.server.context import Context
from overair.server.recipients import Found

INTERVAL: Final = timedelta(minutes=30)
DEFAULT_SPAN: Final = timedelta(days=7)
"""MS-ASCMD_R2265."""
LONGEST_SPAN: Final = 42
"""Days (MS-ASCMD_R5175); so no answer is near 32 KB (MS-ASCMD_R3317)."""
MOST_RECIPIENTS: Final = 100
"""The number of recipients that cannot be reached (MS-ASCMD_R4621, R4622)."""
TIME_LIMIT: Final = 10.0
"""Seconds in which it must be known; the phone's user waits."""

log = structlog.get_logger(__name__)


class InvalidSpan(ValueError):
    """The time that is asked about ends too early or too late."""


def span_of(asked: AvailabilityRequest, time_zone: str) -> Span:
    """The time that a request asks about. Raises InvalidSpan (MS-ASCMD_R2266, R5430)."""
    try:
        end = asked.end_time or asked.start_time + DEFAULT_SPAN
        if not INTERVAL <= end - asked.start_time <= timedelta(days=LONGEST_SPAN):
            raise InvalidSpan
    except OverflowError:
        raise InvalidSpan from None
    return Span(asked.start_time, end, time_zone)


async def availabilities(context: Context, people: Iterable[Found], span: Span) -> dict[str, Availability]:
    """What is told of people, by their addresses."""
    asked: dict[str, int | None] = {one.address: one.account_id for one in people}
    beyond = list(asked)[MOST_RECIPIENTS - 1 :]
    wanted = {address: account_id for address, account_id in asked.items() if address not in beyond}
    told = {address: Availability(status=AvailabilityStatus.TOO_MANY_RECIPIENTS) for address in beyond}
    status = AvailabilityStatus.FAILURE
    busy: Mapping[str, Sequence[Busy]] = {}
    try:
        async with asyncio.timeout(TIME_LIMIT):
            busy = await context.mailbox.busy(wanted, span)
    except (TimeoutError, MailboxUnavailable) as error:
        log.warning(
            "it is not known when people are busy",
            account_id=context.mailbox.account_id,
            reason=str(error) or type(error).__name__,
        )
        status = AvailabilityStatus.TRANSIENT_FAILURE
    except mailboxes.Refused:
        status = AvailabilityStatus.FAILURE
    for address in wanted:
        if address in busy:
            digits = merged(busy[address], span.start, span.end)
            told[address] = Availability(status=AvailabilityStatus.SUCCESS, merged_free_busy=digits)
        else:
            told[address] = Availability(status=status)
    return told


def merged(busy: Iterable[Busy], start: datetime, end: datetime) -> str:
    """A digit for each half hour from the start on, the last of which may be shorter: the highest status
    within it, which is 0 free, 1 tentative, 2 busy, 3 out of office (MS-ASCMD_R3319 to R3330).
    """
    number = -((start - end) // INTERVAL)
    digits = [FREE] * number
    for one in busy:
        if one.end <= start or one.start >= end:
            continue
        first = max((one.start - start) // INTERVAL, 0)
        beyond = min(-((start - one.end) // INTERVAL), number)
        for place in range(first, beyond):
            digits[place] = max(digits[place], one.status)
    return "".join(map(str, digits))
