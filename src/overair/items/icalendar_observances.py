"""A VTIMEZONE as the time zone structure of one year, and the other way round (RFC 5545 3.6.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vDDDTypes, vRecur, vUTCOffset

from overair.items.icalendar_components import Component
from overair.items.time_zone_information import LAST_WEEK, SystemTime, TimeZoneInformation

DAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
"""As BYDAY writes them; the place is that of SystemTime.day_of_week."""
OBSERVANCES: Final = 2_000
"""The most onsets of one zone that are looked at; Portugal's whole history has 70."""
_LONG_AGO: Final = "16010101"
_YEARLY_PARTS: Final = frozenset({"FREQ", "BYMONTH", "BYDAY", "BYMONTHDAY", "UNTIL", "INTERVAL", "WKST"}) | {
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
}
"""Those of a rule that is read; the time of day is that of its start."""


class _Onset(msgspec.Struct, frozen=True):
    """One change of the clock: when by the clock until then, and to what."""

    at: datetime
    offset_from: timedelta
    offset_to: timedelta
    daylight: bool
    name: str
    rule: SystemTime


def information_of(zone: Component, year: int) -> TimeZoneInformation | None:
    """The rules of a VTIMEZONE in a year; None where it says none that can be read."""
    onsets: list[_Onset] = []
    for observance in zone.inner:
        if observance.name in ("STANDARD", "DAYLIGHT"):
            onsets.extend(_onsets(observance, year))
    if not onsets:
        return None
    onsets.sort(key=lambda one: one.at)
    own = [one for one in onsets if one.at.year == year]
    standard = next((one for one in reversed(own) if not one.daylight), None)
    daylight = next((one for one in reversed(own) if one.daylight), None)
    if standard is not None and daylight is not None and standard.rule != daylight.rule:
        bias = -_minutes(standard.offset_to)
        return TimeZoneInformation(
            bias=bias,
            standard_name=standard.name,
            standard_date=standard.rule,
            daylight_name=daylight.name,
            daylight_date=daylight.rule,
            daylight_bias=-_minutes(daylight.offset_to) - bias,
        )
    before = [one for one in onsets if one.at.year <= year]
    last = before[-1] if before else None
    offset = last.offset_to if last is not None else onsets[0].offset_from
    return TimeZoneInformation(bias=-_minutes(offset), standard_name=last.name if last is not None else "")


def _onsets(observance: Component, year: int) -> list[_Onset]:
    """The onset of an observance in a year by its rule, else its last ones until then and its first one."""
    try:
        start = _start(observance.text("DTSTART"))
        offsets = [vUTCOffset.from_ical(observance.text(name)) for name in ("TZOFFSETFROM", "TZOFFSETTO")]
    except ValueError:
        return []
    name = observance.text("TZNAME")

    def onset(at: datetime, rule: SystemTime | None = None) -> _Onset:
        is_daylight = observance.name == "DAYLIGHT"
        return _Onset(at, offsets[0], offsets[1], is_daylight, name, rule or _rule_of(at))

    found = [onset(start)]
    for one in observance.all("RRULE")[:10]:
        rule = _yearly(one.text, start, year)
        if rule is not None and rule[0] is not None:
            found.append(onset(*rule))
    dates = [at for one in observance.all("RDATE")[:OBSERVANCES] for at in _dates(one.value)]
    found += [onset(at) for at in dates[:OBSERVANCES] if at.year <= year]
    return found


def _yearly(text: str, start: datetime, year: int) -> tuple[datetime, SystemTime] | tuple[None, None] | None:
    """The onset in a year by a yearly rule, or Nones where it has none then; None for another rule."""
    try:
        rule = vRecur.from_ical(text)
        if rule.get("FREQ") != ["YEARLY"] or not _YEARLY_PARTS.issuperset(rule):
            return None
        month = int((rule.get("BYMONTH") or [start.month])[0])
        at = start.time()
        found = _day_rule(rule, start, month)
        if found is None:
            return None
        rule_of_year = SystemTime(month, found[0], found[1], at.hour, at.minute, at.second)
        onset = datetime.combine(day_of(rule_of_year, year), at)
    except (ValueError, OverflowError):
        return None
    until = next(iter(rule.get("UNTIL") or ()), None)
    if isinstance(until, datetime):
        until = until.date()
    if year < start.year or (isinstance(until, date) and onset.date() > until):
        return None, None
    return onset, rule_of_year


def _day_rule(rule: vRecur, start: datetime, month: int) -> tuple[int, int] | None:
    """The weekday and its place in the month that a yearly rule names."""
    days = rule.get("BYDAY") or []
    month_days = [int(day) for day in rule.get("BYMONTHDAY") or []]
    if not days:
        if month_days and month_days != [start.day]:
            return None
        return (start.isoweekday() % 7, _place(date(start.year, month, start.day)))
    if len(days) != 1:
        return None
    day = str(days[0]).upper()
    weekday = DAYS.index(day[-2:])
    number = day[:-2]
    if number:
        place = int(number)
        return weekday, LAST_WEEK if place < 0 else place
    if month_days:
        # "Sunday, the 8th to 14th" is the second one.
        first = min(month_days)
        return weekday, LAST_WEEK if first < 0 or first >= 23 else (first - 1) // 7 + 1
    return weekday, _place(start.date())


def day_of(rule: SystemTime, year: int) -> date:
    """The day of a year on which the clock is changed."""
    if rule.year:
        return date(year, rule.month, rule.day)
    first = date(year, rule.month, 1)
    day = first + timedelta((rule.day_of_week - first.isoweekday()) % 7 + 7 * (rule.day - 1))
    while day.month != rule.month:
        day -= timedelta(7)
    return day


def _rule_of(at: datetime) -> SystemTime:
    return SystemTime(at.month, at.isoweekday() % 7, _place(at.date()), at.hour, at.minute, at.second)


def _place(day: date) -> int:
    """Which of its weekday in the month a day is; 5 for the last one."""
    return LAST_WEEK if (day + timedelta(7)).month != day.month else (day.day - 1) // 7 + 1


def _dates(value: str) -> list[datetime]:
    found = []
    for text in value.split(",")[:OBSERVANCES]:
        try:
            found.append(_wall_time(text))
        except ValueError:
            continue
    return found


def _start(text: str) -> datetime:
    """The first onset of an observance. Raises ValueError."""
    try:
        return _wall_time(text)
    except ValueError:
        # Lotus Notes writes the day before the month, of a date that only its time says something.
        day, _, clock = text.strip().partition("T")
        if not day.isdigit():
            raise
        return _wall_time(f"{_LONG_AGO}T{clock}")


def _wall_time(text: str) -> datetime:
    """A time of the clock. Raises ValueError."""
    found = vDDDTypes.from_ical(text.strip())
    if isinstance(found, datetime):
        return found.replace(tzinfo=None)
    if isinstance(found, date):
        return datetime.combine(found, time())
    raise ValueError("is no time")


def _minutes(offset: timedelta) -> int:
    return round(offset.total_seconds() / 60)


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
