"""The days on which a pattern recurs, by arithmetic.

A pattern divides time into periods of ``interval`` days, weeks, months or years, numbered from the
one that holds its start. Each period has its days at places that can be computed, so expansion
begins at the window asked for, and the n-th day needs no walk through those before it. Days are
counted as ``date.toordinal`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple, Protocol

import msgspec

from overair.items.recurrence.months import GREGORIAN, Month, Months, months_of
from overair.items.recurrence.pattern import EVERY_DAY, LAST_WEEK, Pattern, RecurrenceType

LAST_DAY: Final = date.max.toordinal() - 1
"""The last day of a series; every zone's offset fits behind it."""


class Days(Protocol):
    """The days of a pattern, ascending, period by period."""

    periods: int
    """How many periods there are; the years that the calendar knows bound them."""
    per_period: int | None
    """How many days every period has, those before the start included; None where that differs."""

    def period_of(self, day: int) -> int:
        """The period that a day lies in, or whose successor begins after it; may be negative."""

    def days_in(self, period: int) -> Sequence[int]:
        """The days of a period from 0 to ``periods`` - 1."""


class EveryFewDays:
    """Every ``interval`` days."""

    per_period: int | None = 1

    def __init__(self, start: int, interval: int) -> None:
        self._start, self._interval = start, interval
        self.periods = (LAST_DAY - start) // interval + 1

    def period_of(self, day: int) -> int:
        """The period that a day lies in."""
        return (day - self._start) // self._interval

    def days_in(self, period: int) -> Sequence[int]:
        """The one day of a period."""
        return (self._start + period * self._interval,)


class DaysOfWeek:
    """Some days of every ``interval`` weeks; 0 is Sunday in ``first_day``."""

    def __init__(self, start: int, interval: int, days: int, first_day: int) -> None:
        self._first = start - (start - first_day) % 7
        self._length = 7 * interval
        self._offsets = [offset for offset in range(7) if days >> (first_day + offset) % 7 & 1]
        self.per_period: int | None = len(self._offsets)
        self.periods = (LAST_DAY - 6 - self._first) // self._length + 1

    def period_of(self, day: int) -> int:
        """The period that a day lies in."""
        return (day - self._first) // self._length

    def days_in(self, period: int) -> Sequence[int]:
        """The days of the first week of a period."""
        first = self._first + period * self._length
        return [first + offset for offset in self._offsets]


class DayOfMonth(msgspec.Struct, frozen=True):
    """The day of a month with some number; in a shorter month its last day."""

    number: int

    def day(self, month: Month) -> int:
        """The day."""
        return month.first + min(self.number, month.length) - 1


class NthDay(msgspec.Struct, frozen=True):
    """The n-th of a month's days that are on some days of the week, or with 5 the last one."""

    week: int
    days: int

    def day(self, month: Month) -> int:
        """The day; every month has each day of the week at least four times."""
        if self.days == EVERY_DAY:
            return month.first + (month.length if self.week == LAST_WEEK else self.week) - 1
        found = [day for day in range(month.first, month.first + month.length) if self.days >> day % 7 & 1]
        return found[-1 if self.week == LAST_WEEK else self.week - 1]


class DayOfMonths:
    """A day of every ``interval`` months."""

    per_period: int | None = 1

    def __init__(self, months: Months, start: int, interval: int, rule: DayOfMonth | NthDay) -> None:
        self._months, self._interval, self._rule = months, interval, rule
        self._first = months.index_at(start)
        known = 0 <= self._first < months.count
        self.periods = (months.count - 1 - self._first) // interval + 1 if known else 0

    def period_of(self, day: int) -> int:
        """The period that a day lies in."""
        return (self._months.index_at(day) - self._first) // self._interval

    def days_in(self, period: int) -> Sequence[int]:
        """The day in the first month of a period."""
        return (self._rule.day(self._months.month(self._first + period * self._interval)),)


class DayOfYears:
    """A day in one month of every ``interval`` years."""

    def __init__(
        self,
        months: Months,
        start: int,
        interval: int,
        rule: DayOfMonth | NthDay,
        month: int,
        is_leap_month: bool,
    ) -> None:
        self._months, self._interval, self._rule = months, interval, rule
        self._month, self._is_leap_month = month, is_leap_month
        index = months.index_at(start)
        known = 0 <= index < months.count
        self._first = months.year_of(index) if known else 0
        self.periods = (months.last_year - self._first) // interval + 1 if known else 0
        # A year may lack a month of a calendar that follows the moon.
        self.per_period: int | None = 1 if months is GREGORIAN else None

    def period_of(self, day: int) -> int:
        """The period that a day lies in."""
        index = min(max(self._months.index_at(day), 0), self._months.count - 1)
        return (self._months.year_of(index) - self._first) // self._interval

    def days_in(self, period: int) -> Sequence[int]:
        """The day in the first year of a period."""
        year = self._first + period * self._interval
        index = self._months.index_of(year, self._month, self._is_leap_month)
        return () if index is None else (self._rule.day(self._months.month(index)),)


class Defaults(NamedTuple):
    """What a pattern that leaves it out has from its start."""

    day_of_week: int
    day_of_month: int
    week_of_month: int
    month_of_year: int


def defaults(pattern: Pattern, start: date) -> Defaults:
    """What a pattern leaves out, as the day on which it starts has it in the pattern's calendar."""
    day = start.toordinal()
    months = months_of(pattern.calendar_type)
    index = months.index_at(day)
    if not 0 <= index < months.count:
        months, index = GREGORIAN, GREGORIAN.index_at(day)
    number = day - months.month(index).first + 1
    # Some phones call the last day of a month EVERY_DAY and leave the week out (MS-ASCAL_R202).
    week = LAST_WEEK if pattern.day_of_week == EVERY_DAY else (number + 6) // 7
    return Defaults(1 << day % 7, number, week, months.number_of(index))


def days_of(pattern: Pattern, start: date) -> Days:
    """The days of a pattern, those of the start's period that lie before the start included."""
    day = start.toordinal()
    interval = pattern.interval or 1
    known = defaults(pattern, start)
    days_of_week = pattern.day_of_week or known.day_of_week
    kind = pattern.type or RecurrenceType.DAILY
    if kind is RecurrenceType.DAILY and not pattern.day_of_week:
        return EveryFewDays(day, interval)
    if kind in (RecurrenceType.DAILY, RecurrenceType.WEEKLY):
        # MS-ASCAL_R3892312: a daily one with days of the week is a weekly one.
        return DaysOfWeek(day, interval, days_of_week, pattern.first_day_of_week or 0)
    rule: DayOfMonth | NthDay
    if kind in (RecurrenceType.MONTHLY, RecurrenceType.YEARLY):
        rule = DayOfMonth(pattern.day_of_month or known.day_of_month)
    else:
        rule = NthDay(pattern.week_of_month or known.week_of_month, days_of_week)
    months = months_of(pattern.calendar_type)
    if kind in (RecurrenceType.MONTHLY, RecurrenceType.MONTHLY_ON_NTH_DAY):
        return DayOfMonths(months, day, interval, rule)
    month = pattern.month_of_year or known.month_of_year
    return DayOfYears(months, day, interval, rule, month, bool(pattern.is_leap_month))
