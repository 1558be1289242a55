"""Time zones: IANA zones as TIME_ZONE_INFORMATION (MS-ASDTYPE 2.7.4), and the zones of what clients send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from datetime import tzinfo as TzInfo  # noqa: N812 - the function has the name
from functools import lru_cache
from typing import Final

from overair.items.time_zones.information import SystemTime, TimeZoneInformation
from overair.items.time_zones.machine_zone import machine_zone
from overair.items.time_zones.making import expressed, made_of
from overair.items.time_zones.names import (
    iana_name,
    iana_zone_named,
    is_zone,
    mentioned,
    tzinfo,
    windows_name,
    windows_zone_named,
    zone_names,
)
from overair.items.time_zones.rules import rules
from overair.items.time_zones.years import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    Year,
    offset_at,
    start_of,
    year_of_rules,
    year_of_zone,
)

_FIRST_TOLD: Final = 1970
_QUARTERS: Final = tuple(DAY * day for day in (15, 105, 196, 288))
_LATEST_RULES: Final = 2090
"""A year after all single years that the tz database tells; from then on rules hold for ever."""


def information(zone: str, year: int) -> TimeZoneInformation:
    """The structure for an IANA zone whose rules are right in that year.

    A zone that changes its offset in a way that the structure cannot tell (three times in the year, or
    to a third offset) is told as it is for most of the year. Raises ValueError for an unknown zone.
    """
    return _information(zone, min(max(year, FIRST_YEAR), LAST_YEAR))


@lru_cache(maxsize=4096)
def _information(zone: str, year: int) -> TimeZoneInformation:
    return made_of(zone, tzinfo(zone), year)


@lru_cache(maxsize=4096)
def packed(zone: str, year: int, *, names: bool = True) -> bytes:
    """The 172 bytes of ``information``. Raises ValueError for an unknown zone."""
    return information(zone, year).pack(names=names)


def zone_of(
    found: TimeZoneInformation, *, year: int, also: int | None = None, preferred: Sequence[str] = ()
) -> str | None:
    """The IANA zone that has these rules, in ``year``, in ``also`` or by the latest rules that are known.

    Of several the one that the structure calls by its IANA name, then the first that is ``preferred``,
    then the one that it calls by Windows' name. None of those fitting in any of these years, it is one
    whose place the names mention, or else the best known, in the first of the years in which there is one.
    None where no zone has these rules, or nothing is said (``is_empty``).
    """
    if found.is_empty:
        return None
    years = (year,) if also is None or also == year else (year, also)
    return _zone_of(found, tuple(min(max(one, FIRST_YEAR), LAST_YEAR) for one in years), tuple(preferred))


@lru_cache(maxsize=4096)
def _zone_of(found: TimeZoneInformation, years: tuple[int, ...], preferred: tuple[str, ...]) -> str | None:
    dates = (found.standard_date, found.daylight_date)
    single = max((date.year for date in dates if date is not None), default=0)
    years = (single,) if FIRST_YEAR <= single <= LAST_YEAR else (*years, _LATEST_RULES)
    for zone in _named(found, preferred):
        if any(_year_of(zone, year) == year_of_rules(found, year) for year in years):
            return zone
    for year in years:
        told = min(max(year, _FIRST_TOLD), _LATEST_RULES)
        fitting = _fitting(year_of_rules(found, told), told)
        if fitting:
            return mentioned(fitting, found.standard_name, found.daylight_name) or fitting[0]
    return None


def _named(found: TimeZoneInformation, preferred: tuple[str, ...]) -> Iterator[str]:
    names = (found.daylight_name, found.standard_name)
    for name in names:
        if zone := iana_zone_named(name):
            yield zone
    yield from (zone for zone in preferred if is_zone(zone))
    for name in names:
        if zone := windows_zone_named(name):
            yield zone


@lru_cache(maxsize=2**15)
def _year_of(zone: str, year: int) -> Year:
    return expressed(year_of_zone(tzinfo(zone), year))


@lru_cache(maxsize=4096)
def _fitting(sought: Year, year: int) -> tuple[str, ...]:
    """The zones that do in a year what is sought, the best known first."""
    start = start_of(year)
    return tuple(
        zone
        for zone in zone_names()
        if _may_be(tzinfo(zone), sought, start) and _year_of(zone, year) == sought
    )


def _may_be(zone: TzInfo, sought: Year, start: int) -> bool:
    """Whether a zone does one thing that is sought: to ask for a whole year of each would take too long."""
    if not sought.changes:
        return any(offset_at(zone, start + moment) == sought.offset for moment in _QUARTERS)
    return any(
        offset_at(zone, start + instant) == after and offset_at(zone, start + instant - 1) == before
        for instant, before, after in sought.changes
    )


def same_wall_time(instant: datetime, source: TzInfo, target: TzInfo) -> datetime:
    """The instant in UTC at which a clock in ``target`` shows what one in ``source`` shows at ``instant``.

    At the ends of the calendar, where there may be no such time, it is ``instant``.
    """
    try:
        local = instant.astimezone(source)
        if local.utcoffset() == local.replace(tzinfo=target).utcoffset():
            return instant
        return local.replace(tzinfo=target).astimezone(UTC)
    except OverflowError:
        return instant


__all__ = [
    "SystemTime",
    "TimeZoneInformation",
    "iana_name",
    "information",
    "is_zone",
    "machine_zone",
    "packed",
    "rules",
    "same_wall_time",
    "tzinfo",
    "windows_name",
    "zone_of",
]
