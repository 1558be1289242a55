"""The occurrences of an event: those of its pattern, less the deleted and with the changed ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import merge
from itertools import chain, islice, takewhile
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import msgspec

from overair.items.item import FAR_FUTURE
from overair.items.recurrence.rules import check
from overair.items.recurrence.series import Series
from overair.items.time_zones.information import TimeZoneInformation
from overair.items.time_zones.names import is_zone
from overair.items.time_zones.names import tzinfo as iana_zone
from overair.items.time_zones.rules import rules
from overair.times import microseconds

if TYPE_CHECKING:
    from overair.items.calendar.event import Event, EventException

_WESTERNMOST: Final = timedelta(hours=12)
"""From midnight in UTC to midnight where the day ends last."""
_OVERLAPPING: Final = 1000
"""How many occurrences that began before a window are looked at for whether they last into it."""
_NEAR: Final = timedelta(days=2)
"""More than the original start that an exception tells may be off, on the same day, and days float."""
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)


class Occurrence(msgspec.Struct, frozen=True):
    """One occurrence of an event; times are as in Event."""

    original: datetime
    """Its start in the series."""
    start: datetime
    end: datetime
    all_day: bool
    exception: EventException | None = None


def series_of(event: Event, default_zone: str = "UTC") -> Series | None:
    """The series of an event; None of one that does not recur or has no start."""
    if event.recurrence is None or event.start_time is None:
        return None
    return Series(event.recurrence, event.start_time, zone_of(event, default_zone))


def zone_of(event: Event, default_zone: str = "UTC") -> tzinfo:
    """The zone in which an event recurs: UTC for all-day events, which are stored as if in UTC."""
    return UTC if event.all_day_event else zone_of_clock(event, default_zone)


def zone_of_clock(event: Event, default_zone: str = "UTC") -> tzinfo:
    """The zone whose clock an event goes by, and whose midnights the days of an all-day event are."""
    if event.zone is not None and is_zone(event.zone):
        return iana_zone(event.zone)
    found = TimeZoneInformation.stored(event.timezone)
    return iana_zone(default_zone) if found is None else rules(found)


def occurrences(event: Event, first: datetime, last: datetime, default_zone: str) -> Iterator[Occurrence]:
    """The occurrences that overlap the window from ``first`` to before ``last``, by their start.

    An exception whose original start is on none of the series' days is none of its occurrences.
    """
    if event.start_time is None:
        return
    series = series_of(event, default_zone)
    if series is None:
        yield from _overlapping([_alone(event, event.start_time)], first, last)
        return
    exceptions = _exceptions(event, series)
    begun = takewhile(
        lambda start: _alone(event, start).end > first, islice(series.before(first), _OVERLAPPING)
    )
    starts = chain(reversed(list(begun)), series.between(first, last))
    unchanged = (_alone(event, start) for start in starts if series.day(start) not in exceptions)
    moved = _changed(event, series, exceptions.values(), first, last)
    changed = sorted(_overlapping(moved, first, last), key=_start)
    yield from merge(unchanged, changed, key=_start)


def view_date(event: Event) -> int:
    """When the last occurrence ends, in microseconds UTC (mailboxes.interface.View).

    A day ends last in UTC-12, so that is where all-day events end: none is left out that is not
    over everywhere. With every occurrence deleted the event ends where it would alone.
    """
    if event.start_time is None:
        return FAR_FUTURE
    series = series_of(event)
    if series is None:
        return _view_date(_alone(event, event.start_time))
    if series.endless:
        return FAR_FUTURE
    exceptions = _exceptions(event, series)
    unchanged = (start for start in series.before(_END) if series.day(start) not in exceptions)
    found = [_alone(event, start) for start in islice(unchanged, 1)]
    since = found[0].end if found else _BEGINNING
    found.extend(_changed(event, series, exceptions.values(), since, _END))
    return max(map(_view_date, found or [_alone(event, event.start_time)]))


def _alone(event: Event, start: datetime) -> Occurrence:
    """The occurrence that begins at some time and is as the series says."""
    return Occurrence(start, start, _end(event, start), bool(event.all_day_event))


def _changed(
    event: Event,
    series: Series,
    exceptions: Iterable[EventException],
    first: datetime,
    last: datetime,
) -> Iterator[Occurrence]:
    """The occurrences that are otherwise than the series, those at least that overlap a window."""
    for exception in exceptions:
        if exception.deleted:
            continue
        start = exception.start_time or exception.exception_start_time
        end = exception.end_time or _end(event, start)
        if _later(end, _NEAR) < first or start > _later(last, _NEAR):
            continue
        original = series.at(exception.exception_start_time)
        if original is None:
            continue
        start = exception.start_time or original
        all_day = event.all_day_event if exception.all_day_event is None else exception.all_day_event
        yield Occurrence(original, start, exception.end_time or _end(event, start), bool(all_day), exception)


def _end(event: Event, start: datetime) -> datetime:
    if event.start_time is None or event.end_time is None or event.end_time < event.start_time:
        return start
    return _later(start, event.end_time - event.start_time)


def _later(instant: datetime, length: timedelta) -> datetime:
    try:
        return instant + length
    except OverflowError:
        return _END


def _view_date(occurrence: Occurrence) -> int:
    end = _later(occurrence.end, _WESTERNMOST) if occurrence.all_day else occurrence.end
    return microseconds(end)


def _exceptions(event: Event, series: Series) -> dict[int, EventException]:
    """The exceptions of an event by the local day of their original start."""
    return {series.day(one.exception_start_time): one for one in event.exceptions or ()}


def _overlapping(found: Iterable[Occurrence], first: datetime, last: datetime) -> list[Occurrence]:
    return [one for one in found if one.start < last and (one.end > first or one.start >= first)]


_start = attrgetter("start")

__all__ = ["FAR_FUTURE", "Occurrence", "Series", "check", "occurrences", "series_of", "view_date"]
