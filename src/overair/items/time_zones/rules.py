"""The time zone that a TIME_ZONE_INFORMATION describes, for those of which no IANA zone is known."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from overair.items.time_zones.information import TimeZoneInformation
from overair.items.time_zones.years import FIRST_YEAR, LAST_YEAR, changes_of_rules

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - compared with what a clock shows, which has no zone
_SECOND: Final = timedelta(seconds=1)


class _Offsets(NamedTuple):
    """The offsets around one year: the n-th one holds from the n-th of each tuple of seconds on."""

    first: int
    """Before all of them."""
    offsets: tuple[int, ...]
    instants: tuple[int, ...]
    walls: tuple[tuple[int, ...], tuple[int, ...]]
    """What the clock shows then, for either value of fold."""

    def at(self, starts: tuple[int, ...], seconds: int) -> int:
        """The offset that holds at a time, measured as ``starts`` is."""
        place = bisect_right(starts, seconds)
        return self.offsets[place - 1] if place else self.first


class Rules(tzinfo):
    """A zone that changes by the same rules in every year."""

    def __init__(self, found: TimeZoneInformation) -> None:
        self._found: Final = found
        self._standard: Final = timedelta(seconds=found.standard_offset)

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """The offset at a local time, of the two that there are while clocks go back by its fold."""
        if dt is None:
            return None if self._found.standard_date else self._standard
        around = _offsets(self._found, dt.year)
        wall = (dt.replace(tzinfo=None) - _EPOCH) // _SECOND
        return timedelta(seconds=around.at(around.walls[dt.fold], wall))

    def dst(self, dt: datetime | None) -> timedelta | None:
        """How much daylight time adds at a local time."""
        offset = self.utcoffset(dt)
        return None if offset is None else offset - self._standard

    def tzname(self, dt: datetime | None) -> str | None:
        """The structure's name for the time in force, which may be empty."""
        added = self.dst(dt)
        return None if added is None else self._found.daylight_name if added else self._found.standard_name

    def fromutc(self, dt: datetime) -> datetime:
        """The local time at an instant, with its fold. Raises OverflowError at the ends of the calendar."""
        around = _offsets(self._found, dt.year)
        instant = (dt.replace(tzinfo=None) - _EPOCH) // _SECOND
        offset = around.at(around.instants, instant)
        local = dt + timedelta(seconds=offset)
        again = around.at(around.walls[0], instant + offset) != offset
        return local.replace(fold=1) if again else local

    def __repr__(self) -> str:
        return f"Rules({self._found!r})"


@lru_cache(maxsize=4096)
def _offsets(found: TimeZoneInformation, year: int) -> _Offsets:
    middle = min(max(year, FIRST_YEAR), LAST_YEAR)
    changes = [change for near in (-1, 0, 1) for change in changes_of_rules(found, middle + near)]
    return _Offsets(
        first=changes[0].before if changes else found.standard_offset,
        offsets=tuple(change.after for change in changes),
        instants=tuple(change.instant for change in changes),
        walls=(
            tuple(change.instant + max(change.before, change.after) for change in changes),
            tuple(change.instant + min(change.before, change.after) for change in changes),
        ),
    )


@lru_cache(maxsize=256)
def rules(found: TimeZoneInformation) -> tzinfo:
    """The zone of a structure: one object for all that are equal."""
    return Rules(found)
