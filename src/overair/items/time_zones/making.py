"""The TIME_ZONE_INFORMATION of an IANA zone: the rules that are right in one year."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from itertools import combinations, pairwise, product
from typing import Final

import msgspec

from overair.items.time_zones.information import LAST_WEEK, SystemTime, TimeZoneInformation
from overair.items.time_zones.names import shown_names
from overair.items.time_zones.years import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    Change,
    Year,
    offset_at,
    start_of,
    wall_time,
    week_of,
    year_of_zone,
)

_COMPARED: Final = 6
"""Years after and before, by which a rule is chosen of those that are right in the year itself."""

_USUAL_BIAS: Final = -60
"""Of daylight time where there is none, as Windows has it; so no zone is all zeros, even without names."""


def made_of(name: str, zone: tzinfo, year: int) -> TimeZoneInformation:
    """The rules of a zone in a year of FIRST_YEAR to LAST_YEAR, with the names of the zone ``name``."""
    told = expressed(year_of_zone(zone, year))
    other = told.changes[0].after if told.changes else told.offset
    standard, daylight = sorted((told.offset, other))
    dates: dict[int, SystemTime] = {}
    if told.changes:
        # The year begins as it ends, or else the clocks are changed back at its first midnight.
        dates[told.offset] = _systemtime(start_of(year), date(year, 1, 1))
        for change in told.changes:
            dates[change.after] = _rule(zone, year, change)
    names = shown_names(name)
    return TimeZoneInformation(
        bias=-standard // 60,
        standard_name=names[0],
        standard_date=dates.get(standard),
        daylight_name=names[1],
        daylight_date=dates.get(daylight),
        daylight_bias=-(daylight - standard) // 60 if told.changes else _USUAL_BIAS,
    )


def expressed(year: Year) -> Year:
    """The year as a TIME_ZONE_INFORMATION can tell it: the one that agrees with it for the longest.

    That has whole minutes and two offsets, the first one again at the end if it changes twice. Nearly
    every year of every zone is so.
    """
    offset = _minutes(year.offset)
    changes = [
        Change(change.instant, _minutes(change.before), _minutes(change.after)) for change in year.changes
    ]
    changes = [change for change in changes if change.before != change.after]
    if len(changes) < 2 or (len(changes) == 2 and changes[1].after == offset):
        return Year(offset, tuple(changes))
    exact = Year(offset, tuple(changes))
    offsets = sorted({offset, *(change.after for change in changes)})
    instants = [change.instant for change in changes]
    return max(_shapes(offsets, instants), key=lambda shape: _agreement(shape, exact))


def _shapes(offsets: list[int], instants: list[int]) -> Iterator[Year]:
    """All that can be told with some of the offsets and changes."""
    for first, second in product(offsets, offsets):
        if first == second:
            yield Year(first, ())
            continue
        for instant in instants:
            yield Year(first, (Change(instant, first, second),))
        for there, back in combinations(instants, 2):
            yield Year(first, (Change(there, first, second), Change(back, second, first)))


def _agreement(one: Year, other: Year) -> int:
    """For how many seconds two forms of a year have the same offset, in 366 days."""
    bounds = [0, *sorted({change.instant for change in one.changes + other.changes}), 366 * DAY]
    return sum(end - begin for begin, end in pairwise(bounds) if _offset(one, begin) == _offset(other, begin))


def _offset(year: Year, instant: int) -> int:
    offset = year.offset
    for change in year.changes:
        if change.instant <= instant:
            offset = change.after
    return offset


def _minutes(offset: int) -> int:
    """Whole minutes: zones had seconds when their time was that of the sun."""
    return round(offset / 60) * 60


def _rule(zone: tzinfo, year: int, change: Change) -> SystemTime:
    """The change's date, as the rule that is right in the most years around, the following ones first."""
    candidates = list(_candidates(start_of(year) + change.instant + change.before))
    if len(candidates) == 1:
        return candidates[0]
    instant = start_of(year) + change.instant
    real = Change(instant, offset_at(zone, instant - 1), offset_at(zone, instant))
    return max(candidates, key=lambda rule: _years_kept(zone, year, real, rule))


def _candidates(wall: int) -> Iterator[SystemTime]:
    """The rules that name a time of a clock in its year; where none is better, the first is taken."""
    day = date(1970, 1, 1) + timedelta(seconds=wall)
    yield from _weeks(wall, day)
    if wall % DAY == 0 and day.timetuple().tm_yday > 1:
        for rule in _weeks(wall, day - timedelta(days=1)):
            yield msgspec.structs.replace(rule, hour=23, minute=59, second=59, millisecond=999)


def _weeks(wall: int, day: date) -> Iterator[SystemTime]:
    found = _systemtime(wall, day)
    if found.day == LAST_WEEK - 1 and day.day + 7 > monthrange(day.year, day.month)[1]:
        yield msgspec.structs.replace(found, day=LAST_WEEK)
    yield found


def _systemtime(wall: int, day: date) -> SystemTime:
    minutes, second = divmod(wall % DAY, 60)
    hour, minute = divmod(minutes, 60)
    return SystemTime(day.month, day.isoweekday() % 7, week_of(day), hour, minute, second)


def _years_kept(zone: tzinfo, year: int, change: Change, rule: SystemTime) -> tuple[int, int]:
    """In how many of the years after and before the rule says when that change comes."""

    def kept(other: int) -> bool:
        if not FIRST_YEAR <= other <= LAST_YEAR:
            return False
        instant = wall_time(rule, other) - change.before
        return (offset_at(zone, instant - 1), offset_at(zone, instant)) == (change.before, change.after)

    return (
        sum(kept(year + distance) for distance in range(1, _COMPARED + 1)),
        sum(kept(year - distance) for distance in range(1, _COMPARED + 1)),
    )
