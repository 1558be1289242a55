"""When clocks change in one year: by the rules of a TIME_ZONE_INFORMATION, and in an IANA zone."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from overair.items.time_zones.information import SystemTime, TimeZoneInformation

DAY: Final = 24 * 60 * 60
FIRST_YEAR: Final = 2
LAST_YEAR: Final = 9998
"""Years of which the year before and the year after can be told, too."""
_NONE: Final = timedelta()
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_STEP: Final = 4 * DAY
"""A zone is looked at so often; none has ever changed there and back in that time."""


class Change(NamedTuple):
    """A change of clocks: the instant in seconds since 1970 UTC, and seconds east of UTC around it."""

    instant: int
    before: int
    after: int


class Year(NamedTuple):
    """The offsets of one year, which begins and ends at midnight of the zone's own time.

    Instants are seconds since midnight UTC of 1 January, so years of the same calendar compare.
    """

    offset: int
    """At the beginning, in seconds east of UTC."""
    changes: tuple[Change, ...]


def start_of(year: int) -> int:
    """Midnight UTC of 1 January, in seconds since 1970."""
    return (date(year, 1, 1).toordinal() - _EPOCH_DAY) * DAY


def offset_at(zone: tzinfo, instant: int) -> int:
    """Seconds east of UTC at an instant in seconds since 1970 UTC."""
    offset = datetime.fromtimestamp(instant, zone).utcoffset() or _NONE
    return offset.days * DAY + offset.seconds


def year_of_zone(zone: tzinfo, year: int) -> Year:
    """The offsets of a zone in a year of FIRST_YEAR to LAST_YEAR."""
    start, end = start_of(year), start_of(year + 1)
    instant, offset = start - DAY, offset_at(zone, start - DAY)
    changes = []
    while instant < end + DAY:
        later = instant + _STEP
        while offset_at(zone, later) != offset:
            change = _first_change(zone, instant, later, offset)
            instant, before, offset = change, offset, offset_at(zone, change)
            changes.append(Change(change, before, offset))
        instant = later
    return _within(start, end, offset if not changes else changes[0].before, changes)


def _first_change(zone: tzinfo, instant: int, later: int, offset: int) -> int:
    while later - instant > 1:
        middle = (instant + later) // 2
        if offset_at(zone, middle) == offset:
            instant = middle
        else:
            later = middle
    return later


def year_of_rules(found: TimeZoneInformation, year: int) -> Year:
    """The offsets of a year by a structure's rules."""
    changes = changes_of_rules(found, year)
    offset = changes[0].before if changes else found.standard_offset
    return _within(start_of(year), start_of(year + 1), offset, changes)


def _within(start: int, end: int, offset: int, changes: list[Change]) -> Year:
    """Of the changes those that the clock shows within the year; midnight is its beginning."""
    inside = []
    for change in changes:
        wall = change.instant + change.before
        if wall <= start:
            offset = change.after
        elif wall < end:
            inside.append(Change(change.instant - start, change.before, change.after))
    return Year(offset, tuple(inside))


@lru_cache(maxsize=4096)
def changes_of_rules(found: TimeZoneInformation, year: int) -> list[Change]:
    """Both changes of a year by a structure's rules, in their order, or none."""
    standard, daylight = found.standard_offset, found.daylight_offset
    if found.standard_date is None or found.daylight_date is None or standard == daylight:
        return []
    to_standard = Change(wall_time(found.standard_date, year) - daylight, daylight, standard)
    to_daylight = Change(wall_time(found.daylight_date, year) - standard, standard, daylight)
    return sorted((to_standard, to_daylight), key=lambda change: change.instant + change.before)


def wall_time(when: SystemTime, year: int) -> int:
    """What the clock shows as it is changed in a year: seconds since midnight of 1 January 1970.

    23:59 with any seconds is the end of the day, which the structure cannot say otherwise. A date of
    another year is taken for its weekday in the month.
    """
    if when.year:
        found = date(when.year, when.month, when.day)
        day = found.day if when.year == year else _day(year, when.month, found.weekday(), week_of(found))
    else:
        day = _day(year, when.month, (when.day_of_week - 1) % 7, when.day)
    minutes = when.hour * 60 + when.minute
    if (when.hour, when.minute) == (23, 59):
        clock = DAY
    else:
        clock = minutes * 60 + when.second + round(when.millisecond / 1000)
    return (date(year, when.month, day).toordinal() - _EPOCH_DAY) * DAY + clock


def week_of(day: date) -> int:
    """Which one of its weekday a day is in its month; the fifth is always the last."""
    return (day.day - 1) // 7 + 1


def _day(year: int, month: int, weekday: int, week: int) -> int:
    """The day of the month that is the given one of a weekday (0 is Monday)."""
    first, days = monthrange(year, month)
    day = 1 + (weekday - first) % 7 + 7 * (week - 1)
    return day - 7 if day > days else day
