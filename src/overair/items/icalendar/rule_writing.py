"""A recurrence as RRULE."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Final

from icalendar.prop import vRecur

from overair.items.icalendar.rules import WEEK, NotExpressible, month_lengths
from overair.items.recurrence.days import defaults
from overair.items.recurrence.pattern import EVERY_DAY, LAST_WEEK, CalendarType, Pattern, RecurrenceType
from overair.items.recurrence.series import Series

_SCALES: Final = {
    CalendarType.HIJRI: "ISLAMIC-TBLA",
    CalendarType.HEBREW_LUNAR: "HEBREW",
    CalendarType.CHINESE_LUNAR: "CHINESE",
    CalendarType.KOREAN_LUNAR: "DANGI",
    CalendarType.JAPANESE_LUNAR: "DANGI",
}
"""RSCALE (RFC 7529) of the calendars whose months are not Gregorian."""
_YEARLY: Final = (RecurrenceType.YEARLY, RecurrenceType.YEARLY_ON_NTH_DAY)
_BY_NUMBER: Final = (RecurrenceType.MONTHLY, RecurrenceType.YEARLY)

Parts = dict[str, object]


def rrule_of(
    pattern: Pattern,
    start: datetime,
    zone: tzinfo,
    *,
    until: Callable[[datetime], date] = lambda last: last,
) -> vRecur:
    """The rule that has the occurrences of a pattern, for a DTSTART at its first one.

    ``start`` and ``zone`` are as in Series. ``until`` makes of the last start, in UTC, what UNTIL is to be:
    as it is where DTSTART is in UTC or in a zone, else a date or a local time. Raises NotExpressible for a
    pattern without occurrences.
    """
    parts: Parts = {}
    day = start.astimezone(zone).date()
    days = pattern.day_of_week or 0
    if pattern.type in (None, RecurrenceType.DAILY, RecurrenceType.WEEKLY):
        if pattern.type is RecurrenceType.WEEKLY:
            days = days or defaults(pattern, day).day_of_week
        parts["FREQ"] = "WEEKLY" if days else "DAILY"
        if days:
            # iCalendar's week begins on Monday where nothing is said, that of a recurrence on Sunday.
            parts |= {"BYDAY": _week(days), "WKST": WEEK[pattern.first_day_of_week or 0]}
    else:
        if pattern.calendar_type in _SCALES:
            parts["RSCALE"] = _SCALES[pattern.calendar_type]
        parts["FREQ"] = "YEARLY" if pattern.type in _YEARLY else "MONTHLY"
        parts |= _day_of_months(pattern, day)
    if (pattern.interval or 1) > 1:
        parts["INTERVAL"] = pattern.interval
    return vRecur(parts | _end(pattern, start, zone, until))


def _end(pattern: Pattern, start: datetime, zone: tzinfo, until: Callable[[datetime], date]) -> Parts:
    if pattern.occurrences:
        return {"COUNT": pattern.occurrences}
    if pattern.until is None:
        return {}
    last = Series(pattern, start, zone).last()
    if last is None:
        raise NotExpressible("has no occurrence")
    return {"UNTIL": until(last)}


def _day_of_months(pattern: Pattern, start: date) -> Parts:
    """The day of the pattern's months, and of a yearly one its month."""
    known = defaults(pattern, start)
    month = pattern.month_of_year or known.month_of_year if pattern.type in _YEARLY else None
    parts: Parts = {}
    if month is not None:
        is_leap = pattern.is_leap_month and pattern.calendar_type in _SCALES
        parts["BYMONTH"] = f"{month}L" if is_leap else month
    days = pattern.day_of_week or known.day_of_week
    week = pattern.week_of_month or known.week_of_month
    nth = -1 if week == LAST_WEEK else week
    if pattern.type in _BY_NUMBER:
        least, most = month_lengths(pattern.calendar_type, () if month is None else (month,))
        number = pattern.day_of_month or known.day_of_month
        if number <= least or least == most:
            return parts | {"BYMONTHDAY": min(number, most)}
        if number >= most:
            return parts | {"BYMONTHDAY": -1}
        # The last one that there is of these, which is the last day of shorter months.
        return parts | {"BYMONTHDAY": list(range(least, number + 1)), "BYSETPOS": -1}
    if days == EVERY_DAY:
        return parts | {"BYMONTHDAY": nth}
    if days & (days - 1):
        return parts | {"BYDAY": _week(days), "BYSETPOS": nth}
    return parts | {"BYDAY": f"{nth}{_week(days)[0]}"}


def _week(days: int) -> list[str]:
    return [name for day, name in enumerate(WEEK) if days >> day & 1]
