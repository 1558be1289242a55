"""The rules of a zone as a VTIMEZONE (RFC 5545 3.6.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from overair.items.icalendar.observances import DAYS, day_of
from overair.items.time_zones.information import LAST_WEEK, SystemTime, TimeZoneInformation


def vtimezone(tzid: str, rules: Sequence[tuple[int, TimeZoneInformation]]) -> Timezone:
    """The VTIMEZONE of the rules that hold from some years on, in their order; the last ones for ever."""
    zone = Timezone()
    zone.add("TZID", tzid)
    before = rules[0][1].standard_offset
    for place, (year, found) in enumerate(rules):
        last = rules[place + 1][0] - 1 if place + 1 < len(rules) else None
        standard, daylight = found.standard_offset, found.daylight_offset
        if found.standard_date is None or found.daylight_date is None:
            fixed = TimezoneStandard()
            _fill(fixed, found.standard_name, before, standard, datetime(year, 1, 1), None, None)  # noqa: DTZ001 - a wall clock's
            zone.add_component(fixed)
        else:
            for observance, name, offsets, rule in (
                (TimezoneStandard(), found.standard_name, (daylight, standard), found.standard_date),
                (TimezoneDaylight(), found.daylight_name, (standard, daylight), found.daylight_date),
            ):
                _fill(observance, name, *offsets, _onset_in(rule, year), rule, last)
                zone.add_component(observance)
        before = standard
    return zone


def _fill(
    observance: TimezoneStandard | TimezoneDaylight,
    name: str,
    before: int,
    after: int,
    onset: datetime,
    rule: SystemTime | None,
    last: int | None,
) -> None:
    """Write one of the two halves of a year; ``last`` is the last year in which it is so."""
    observance.add("DTSTART", onset)
    observance.add("TZOFFSETFROM", timedelta(seconds=before))
    observance.add("TZOFFSETTO", timedelta(seconds=after))
    if name:
        observance.add("TZNAME", name)
    if rule is None or rule.year or last == onset.year:
        return
    place = -1 if rule.day == LAST_WEEK else rule.day
    parts = {"FREQ": "YEARLY", "BYMONTH": rule.month, "BYDAY": f"{place}{DAYS[rule.day_of_week]}"}
    until = (
        {}
        if last is None
        else {"UNTIL": (_onset_in(rule, last) - timedelta(seconds=before)).replace(tzinfo=UTC)}
    )
    observance.add("RRULE", parts | until)


def _onset_in(rule: SystemTime, year: int) -> datetime:
    """When the clock is changed in a year, as it shows it until then."""
    return datetime.combine(day_of(rule, rule.year or year), time(rule.hour, rule.minute, rule.second))
