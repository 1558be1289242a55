"""The times of an event: as they are stored, and as clients of each version are shown and send them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from overair.items.recurrence.occurrences import series_of
from overair.items.time_zones.years import FIRST_YEAR, LAST_YEAR, year_of_rules, year_of_zone
from overair.items.time_zones.zones import (
    TimeZoneInformation,
    information,
    is_zone,
    packed,
    rules,
    same_wall_time,
)
from overair.items.time_zones.zones import tzinfo as zone_named
from overair.versions import Version

if TYPE_CHECKING:
    from overair.items.calendar.event import Event, EventException

LAST: Final = datetime.max.replace(microsecond=0, tzinfo=UTC)
_HALF_A_DAY: Final = timedelta(hours=12)
_COMPARED_YEARS: Final = 30
"""A series that is older has its rules looked up for the year of its last occurrence, too."""
_NEW_YEAR: Final = ((1, 1), (12, 31))


class Clock(msgspec.Struct, frozen=True):
    """How the times of one event stand on the wire.

    An all-day event has days, which are stored as midnights in UTC; from 16.0 on they stand so on the
    wire, too (``dates``, MS-ASCAL_R2005 to R2008), before as midnights in ``wire``, the zone of the
    Timezone element. Other times are instants, and the same ones on the wire (``exact``) unless the rules
    of ``wire`` are not those of ``zone`` at some time that is shown: then what is shown is that time of
    the clock by the rules of ``wire``, since that is what a client reckons all occurrences with.
    """

    zone: tzinfo
    wire: tzinfo
    exact: bool
    dates: bool
    time_zone: bytes | None = None
    """The Timezone element; None where there is none to be shown."""

    def shown(self, stored: datetime, *, all_day: bool) -> datetime:
        """A stored time as it stands on the wire."""
        if not all_day:
            return stored if self.exact else same_wall_time(stored, self.zone, self.wire)
        return stored if self.dates else utc_of(stored, self.wire)

    def read(self, sent: datetime, *, all_day: bool) -> datetime:
        """A time on the wire as it is stored.

        Of an all-day event it is the day that begins then in the event's zone or by the rules of the
        Timezone element, or else in UTC, or else the one whose beginning is nearest.
        """
        sent = sent.replace(microsecond=0)
        if not all_day:
            return sent if self.exact else same_wall_time(sent, self.wire, self.zone)
        if self.dates and sent.time() == time():
            return sent
        for zone in (self.zone, self.wire) if self.exact else (self.wire, self.zone):
            local = _local(sent, zone)
            if local.time() == time():
                return local
        return sent if sent.time() == time() else nearest_day(_local(sent, self.wire))

    def read_until(self, sent: datetime, *, all_day: bool) -> datetime:
        """The end of a recurrence, which of all-day events is a day: that on which it lies."""
        if not all_day or sent.time() == time():
            return self.read(sent, all_day=all_day)
        return _local(sent, self.wire).replace(hour=0, minute=0, second=0, microsecond=0)

    def moved(
        self, start: datetime, end: datetime, *, from_all_day: bool, to_all_day: bool
    ) -> tuple[datetime, datetime]:
        """Stored times of what becomes an all-day event, or is none any more."""
        if from_all_day and not to_all_day:
            return self.midnight(start), self.midnight(end)
        if to_all_day and not from_all_day:
            first, last = self.day(start, all_day=False), self.day(end, all_day=False)
            if last == first or self.midnight(last) < end:
                last = later(last, timedelta(days=1))
            return first, last
        return start, end

    def day(self, stored: datetime, *, all_day: bool) -> datetime:
        """The local day of a stored time, as an all-day event has it."""
        if all_day:
            return stored
        return _local(stored, self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def midnight(self, day: datetime) -> datetime:
        """The instant at which a day of an all-day event begins in the zone."""
        return utc_of(day, self.zone)


def nearest_day(local: datetime) -> datetime:
    """The day that begins nearest to a local time; both are written as if in UTC."""
    try:
        nearest = local + _HALF_A_DAY
    except OverflowError:
        nearest = local
    return nearest.replace(hour=0, minute=0, second=0, microsecond=0)


def _local(instant: datetime, zone: tzinfo) -> datetime:
    """The local time of an instant, as if in UTC."""
    try:
        return instant.astimezone(zone).replace(tzinfo=UTC, fold=0)
    except OverflowError:  # the first or last day of all has no room for an offset
        return instant


def utc_of(local: datetime, zone: tzinfo) -> datetime:
    """The instant of a local time that is written as if in UTC."""
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return local


def later(instant: datetime, length: timedelta) -> datetime:
    """The instant after some time, or the last one of all."""
    try:
        return instant + length
    except OverflowError:
        return LAST


def length_of(event: Event) -> timedelta:
    """How long an event, or each occurrence of a series, takes."""
    if event.start_time is None or event.end_time is None:
        return timedelta()
    return max(event.end_time - event.start_time, timedelta())


def times_of(event: Event, exception: EventException) -> tuple[datetime, datetime]:
    """When an occurrence that is otherwise than its series begins and ends."""
    start = exception.start_time or exception.exception_start_time
    return start, exception.end_time or later(start, length_of(event))


def clock_of(event: Event, version: Version, default_zone: str, *, names: bool = True) -> Clock:
    """How a client of a version is shown the times of an event; ``names`` says whether its zone is named."""
    dates = version >= Version.V16_0 and bool(event.all_day_event)
    name = event.zone if event.zone is not None and is_zone(event.zone) else None
    found = None if name is not None else TimeZoneInformation.stored(event.timezone)
    if found is not None:
        zone = rules(found)
        return Clock(zone, zone, True, dates, None if dates else event.timezone)
    name = name or default_zone
    zone = zone_named(name)
    year = _year_of_rules(event, name, zone)
    time_zone = None if dates else packed(name, year, names=names)
    instants_count = event.recurrence is None and not event.all_day_event
    if instants_count or all(_hold(name, year, other) for other in _years(event)):
        return Clock(zone, zone, True, dates, time_zone)
    return Clock(zone, rules(information(name, year)), False, dates, time_zone)


def _year_of_rules(event: Event, name: str, zone: tzinfo) -> int:
    """The year whose rules matter: that of a single event, of a series this one if it is still going on."""
    if event.start_time is None:
        return datetime.now(UTC).year
    year = _local(event.start_time, zone).year
    if event.recurrence is None:
        return year
    this_year = datetime.now(UTC).year
    if year >= this_year or _unchanged(name, year, this_year):
        return max(year, this_year)
    series = series_of(event, name)
    last = None if series is None else series.last()
    return this_year if last is None else max(year, min(this_year, last.year))


@lru_cache(maxsize=4096)
def _unchanged(name: str, first: int, last: int) -> bool:
    """Whether a zone has had the same rules in all the years."""
    if last - first > _COMPARED_YEARS:
        return False
    return all(information(name, year) == information(name, last) for year in range(first, last))


def _years(event: Event) -> set[int]:
    """The years of all times of an event that a client is shown."""
    instants = list(_times(event))
    years = {instant.year for instant in instants}
    for turning in [one for one in instants if (one.month, one.day) in _NEW_YEAR]:
        years |= {turning.year - 1, turning.year + 1}
    return years


def _times(event: Event) -> Iterator[datetime]:
    until = None if event.recurrence is None else event.recurrence.until
    for instant in (event.start_time, event.end_time, until):
        if instant is not None:
            yield instant
    for exception in event.exceptions or ():
        yield exception.exception_start_time
        if exception.start_time is not None:
            yield exception.start_time
        if exception.end_time is not None:
            yield exception.end_time


@lru_cache(maxsize=16_384)
def _hold(name: str, year: int, other: int) -> bool:
    """Whether what the Timezone element says of one year is right in another one, to the second."""
    within = min(max(other, FIRST_YEAR), LAST_YEAR)
    return year_of_rules(information(name, year), within) == year_of_zone(zone_named(name), within)


__all__ = ["LAST", "Clock", "clock_of", "later", "length_of", "nearest_day", "times_of"]
