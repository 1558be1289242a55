"""When somebody is busy by an event: times and a status, and nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from overair.items.calendar.event import Event
from overair.items.calendar.statuses import (
    BUSY,
    CANCELED,
    DECLINED,
    FREE,
    OUT_OF_OFFICE,
    TENTATIVE,
    WORKING_ELSEWHERE,
)
from overair.items.calendar.times import utc_of
from overair.items.recurrence.occurrences import Occurrence, occurrences, zone_of_clock

_A_DAY: Final = timedelta(days=1)
"""More than a day of an all-day event may be off UTC's."""
_TOLD: Final = {
    FREE: FREE,
    TENTATIVE: TENTATIVE,
    BUSY: BUSY,
    OUT_OF_OFFICE: OUT_OF_OFFICE,
    WORKING_ELSEWHERE: FREE,
}
"""By BusyStatus; who works elsewhere can be met, and no digit says more (MS-ASCMD_R3320)."""


class Busy(msgspec.Struct, frozen=True, order=True):
    """A time in UTC in which somebody is not free; ``status`` is TENTATIVE, BUSY or OUT_OF_OFFICE."""

    start: datetime
    end: datetime
    status: int


def busy_times(event: Event, first: datetime, last: datetime, default_zone: str) -> Iterator[Busy]:
    """The times between two instants in which the owner of an event is busy by it.

    The days of an all-day event are those of its zone, else of ``default_zone`` (an IANA name). An event
    that does not say is busy; one that is cancelled, or was declined, is not.
    """
    zone = zone_of_clock(event, default_zone)
    for one in occurrences(event, _shifted(first, -_A_DAY), _shifted(last, _A_DAY), default_zone):
        status = _status(event, one)
        if status == FREE:
            continue
        start, end = one.start, one.end
        if one.all_day:
            start, end = utc_of(start, zone), utc_of(end, zone)
        if start < last and end > first and start < end:
            yield Busy(start, end, status)


def _status(event: Event, occurrence: Occurrence) -> int:
    exception = occurrence.exception
    meeting, answer, busy = event.meeting_status, event.response_type, event.busy_status
    if exception is not None:  # what it does not say is as in the series
        meeting = meeting if exception.meeting_status is None else exception.meeting_status
        answer = answer if exception.response_type is None else exception.response_type
        busy = busy if exception.busy_status is None else exception.busy_status
    if (meeting or 0) & CANCELED or answer == DECLINED:
        return FREE
    return BUSY if busy is None else _TOLD.get(busy, BUSY)


def _shifted(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:  # the first or last day of all
        return instant
