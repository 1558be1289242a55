"""Times of iCalendar: dates, floating times, those in UTC and those of a zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from icalendar import vDDDTypes, vDuration

from overair.items.icalendar.components import Property
from overair.items.icalendar.zones import Zone, Zones

LONGEST: Final = timedelta(days=3660)
"""The longest event, task or reminder."""
_FIRST, _LAST = 1601, 9000
"""The years of what can be kept, a little within what a zone's offset leads out of the calendar."""


class Moment(NamedTuple):
    """A time or a date. Of a date the instant is its midnight in UTC."""

    instant: datetime
    local: datetime
    """The wall clock's, without a zone."""
    is_date: bool
    zone: Zone | None
    """None for one in UTC, and for a date."""
    is_utc: bool = False
    is_floating: bool = False
    """It names no zone, and was read in the default one."""
    unknown_zone: bool = False
    """It has a TZID that nothing says what it is, and was read in the default zone."""


def moment(found: Property, zones: Zones) -> Moment:
    """What a property says. Raises ValueError for what is no time, or none that can be kept."""
    return _moment(found.value.strip().upper(), found, zones)


def moments(found: Property, zones: Zones, limit: int) -> Iterator[tuple[str, Moment | None]]:
    """Of a property that may list several, at most ``limit``: each as it stands, and what it says.

    Of a period it is the start; None is what is no time, or none that can be kept.
    """
    for text in found.value.split(",", limit)[:limit]:
        if not text.strip():
            continue
        try:
            yield text.strip(), _moment(text.strip().upper().partition("/")[0], found, zones)
        except (ValueError, OverflowError):
            yield text.strip(), None


def _moment(text: str, found: Property, zones: Zones) -> Moment:
    value = vDDDTypes.from_ical(text)
    if isinstance(value, datetime):
        if not _FIRST <= value.year <= _LAST:
            raise ValueError("is too far from now")
        if value.tzinfo is not None:
            instant = value.astimezone(UTC)
            return Moment(instant, instant.replace(tzinfo=None), False, None, is_utc=True)
        tzid = found.parameters.get("TZID", "")
        zone = zones.zone(tzid, value.year) if tzid else zones.default
        known = zone or zones.default
        instant = instant_of(value, known)
        return Moment(instant, value, False, known, is_floating=not tzid, unknown_zone=zone is None)
    if isinstance(value, date):
        if not _FIRST <= value.year <= _LAST:
            raise ValueError("is too far from now")
        local = datetime.combine(value, time())
        return Moment(local.replace(tzinfo=UTC), local, True, None)
    raise ValueError("is no time")


def instant_of(local: datetime, zone: Zone) -> datetime:
    """The instant of a wall clock's time."""
    return local.replace(tzinfo=zone.tzinfo).astimezone(UTC)


def duration(text: str) -> tuple[timedelta, timedelta]:
    """The days and the exact rest of a duration, which are added to the wall clock and to the instant.

    Raises ValueError, also for one that is too long.
    """
    days, _, rest = text.strip().upper().partition("T")
    sign = -1 if days.startswith("-") else 1
    days = days.lstrip("+-")
    found = (vDuration.from_ical(days), vDuration.from_ical(f"PT{rest}") if rest else timedelta())
    if sum(found, timedelta()) > LONGEST:
        raise ValueError("is too long")
    return sign * found[0], sign * found[1]


def after(start: Moment, text: str) -> datetime:
    """The instant that lies a duration after a start. Raises ValueError."""
    days, rest = duration(text)
    if start.zone is None or not days:
        return start.instant + days + rest
    return instant_of(start.local + days, start.zone) + rest
