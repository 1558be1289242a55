"""A VTIMEZONE as the time zone structure of one year (RFC 5545 3.6.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final, NamedTuple

from icalendar import vDDDTypes, vRecur, vUTCOffset

from overair.items.icalendar.components import Component
from overair.items.time_zones.information import LAST_WEEK, SystemTime, TimeZoneInformation

DAYS: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
"""As BYDAY writes them; the place is that of SystemTime.day_of_week."""
OBSERVANCES: Final = 100
"""The most of one zone that are looked at; New York's whole history has 20."""
DATES: Final = 1_000
"""The most single onsets of an observance."""
_LONG_AGO: Final = "16010101"
_YEARLY_PARTS: Final = frozenset({"FREQ", "BYMONTH", "BYDAY", "BYMONTHDAY", "UNTIL", "INTERVAL", "WKST"}) | {
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
}
"""Those of a rule that is read; the time of day is that of its start."""


class _Rule(NamedTuple):
    """A day of every year: an n-th weekday of a month, or without a weekday a day of it."""

    month: int
    day_of_week: int | None
    day: int
    until: date | None

    def date(self, year: int) -> date:
        """The day in a year. Raises ValueError where the year does not have it."""
        if self.day_of_week is None:
            return date(year, self.month, self.day)
        return day_of(SystemTime(self.month, self.day_of_week, self.day), year)


class _Onset(NamedTuple):
    """One change of the clock: when by the clock until then, and in what part of the year."""

    at: datetime
    rule: SystemTime


class _Observance:
    """One half of a VTIMEZONE: what the clock is put to, and when."""

    def __init__(self, component: Component) -> None:
        """Raises ValueError for one that cannot be read."""
        self.daylight = component.name == "DAYLIGHT"
        self.name = component.text("TZNAME")
        self.start = _start(component.text("DTSTART"))
        self.offset_from: timedelta = vUTCOffset.from_ical(component.text("TZOFFSETFROM"))
        self.offset_to: timedelta = vUTCOffset.from_ical(component.text("TZOFFSETTO"))
        found = (_yearly(one.text, self.start) for one in component.all("RRULE")[:10])
        self._rules = [rule for rule in found if rule is not None]
        dates = (at for one in component.all("RDATE") for at in _dates(one.value))
        self._dates = {self.start, *islice(dates, DATES)}
        self._years = {at.year for at in self._dates}

    def latest(self, year: int) -> Iterator[_Onset]:
        """The onsets of a year; if it has none by a rule, those of single dates until then."""
        clock = self.start.time()
        for rule in self._rules if year >= self.start.year else ():
            try:
                day = rule.date(year)
            except ValueError:
                continue
            if rule.until is None or day <= rule.until:
                at = datetime.combine(day, clock)
                yield _Onset(at, _rule_of(at) if rule.day_of_week is None else _every_year(rule, clock))
        before = [known for known in self._years if known <= year]
        last = max(before, default=self.start.year)
        yield from (_Onset(at, _rule_of(at)) for at in self._dates if at.year == last)


class Observances:
    """A VTIMEZONE, taken apart once."""

    def __init__(self, zone: Component) -> None:
        self._observances: list[_Observance] = []
        for component in zone.inner[:OBSERVANCES]:
            if component.name not in ("STANDARD", "DAYLIGHT"):
                continue
            try:
                self._observances.append(_Observance(component))
            except ValueError:
                continue  # the others may say enough

    def information(self, year: int) -> TimeZoneInformation | None:
        """The rules in a year; None where it says none that can be read."""
        onsets = [(onset, one) for one in self._observances for onset in one.latest(year)]
        if not onsets:
            return None
        onsets.sort(key=lambda pair: pair[0].at)
        own = [pair for pair in onsets if pair[0].at.year == year]
        standard = next((pair for pair in reversed(own) if not pair[1].daylight), None)
        daylight = next((pair for pair in reversed(own) if pair[1].daylight), None)
        if standard is not None and daylight is not None and standard[0].rule != daylight[0].rule:
            bias = -_minutes(standard[1].offset_to)
            return TimeZoneInformation(
                bias=bias,
                standard_name=standard[1].name,
                standard_date=standard[0].rule,
                daylight_name=daylight[1].name,
                daylight_date=daylight[0].rule,
                daylight_bias=-_minutes(daylight[1].offset_to) - bias,
            )
        before = [one for onset, one in onsets if onset.at.year <= year]
        if before:
            return TimeZoneInformation(bias=-_minutes(before[-1].offset_to), standard_name=before[-1].name)
        return TimeZoneInformation(bias=-_minutes(onsets[0][1].offset_from))


def _yearly(text: str, start: datetime) -> _Rule | None:
    """The day that a yearly rule names; None for another rule."""
    try:
        rule = vRecur.from_ical(text)
        if rule.get("FREQ") != ["YEARLY"] or not _YEARLY_PARTS.issuperset(rule):
            return None
        month = int((rule.get("BYMONTH") or [start.month])[0])
        day = _day(rule, start)
    except (ValueError, OverflowError):
        return None
    until = next(iter(rule.get("UNTIL") or ()), None)
    if isinstance(until, datetime):
        until = until.date()
    return None if day is None else _Rule(month, *day, until if isinstance(until, date) else None)


def _day(rule: vRecur, start: datetime) -> tuple[int | None, int] | None:
    """The weekday and its place in the month that a yearly rule names, or the day."""
    days = rule.get("BYDAY") or []
    month_days = [int(day) for day in rule.get("BYMONTHDAY") or []]
    if not days:
        return None, next(iter(month_days), start.day)
    if len(days) != 1:
        return None
    day = str(days[0]).upper()
    weekday = DAYS.index(day[-2:])
    if day[:-2]:
        place = int(day[:-2])
        return weekday, LAST_WEEK if place < 0 else place
    if month_days:
        # "Sunday, the 8th to 14th" is the second one.
        first = min(month_days)
        return weekday, LAST_WEEK if first < 0 or first >= 23 else (first - 1) // 7 + 1
    return weekday, _place(start.date())


def _every_year(rule: _Rule, clock: time) -> SystemTime:
    return SystemTime(rule.month, rule.day_of_week or 0, rule.day, clock.hour, clock.minute, clock.second)


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


def _dates(value: str) -> Iterator[datetime]:
    """The times that a list has; those that cannot be read are passed over."""
    for text in value.split(",", DATES)[:DATES]:
        try:
            yield _wall_time(text)
        except ValueError:
            continue


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
