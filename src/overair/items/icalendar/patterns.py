"""The pattern that a rule of iCalendar is, where there is one, its end apart.

Rules say far more than recurrences do, and most things in several ways: "every Monday" is a rule with
FREQ=WEEKLY, with FREQ=DAILY and with FREQ=MONTHLY, and the first Monday of a month one with BYDAY=1MO,
with BYSETPOS=1 and with BYMONTHDAY=1,2,3,4,5,6,7.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import gcd
from typing import Final, NamedTuple

import msgspec

from overair.items.icalendar.rules import Frequency, Rule, month_lengths
from overair.items.recurrence.months import FOLLOWING_THE_MOON, months_of
from overair.items.recurrence.pattern import EVERY_DAY, LAST_WEEK, CalendarType, Recurrence, RecurrenceType

LARGEST_INTERVAL: Final = 999
"""MS-ASCAL_R28311."""
_WEEKS: Final = {1: 1, 2: 2, 3: 3, 4: 4, -1: LAST_WEEK}
"""The n of an n-th day as WeekOfMonth; every month has these."""
_RUNS: Final = {
    **{tuple(range(7 * week + 1, 7 * week + 8)): week + 1 for week in range(4)},
    tuple(range(-7, 0)): LAST_WEEK,
}
"""The days of a month among which every day of the week is the n-th one."""
_ALL_MONTHS: Final = tuple((number, False) for number in range(1, 13))
_NEW_YEAR: Final = date(2001, 1, 1)
"""Of a year that is no leap year."""


class Found(NamedTuple):
    """A pattern without its end."""

    recurrence: Recurrence
    omits: bool = False
    """The rule passes over months that lack its day, of which the pattern has the last one."""
    otherwise: str = ""
    """What the pattern has otherwise than the rule, for good."""
    anchor: Recurrence | None = None
    """The pattern begins where this one first comes to one of ``months``; None where the rule begins."""
    months: frozenset[int] = frozenset()


class _Day(NamedTuple):
    """The day of a month as a recurrence says it."""

    number: int | None = None
    days: int | None = None
    week: int | None = None
    omits: bool = False
    otherwise: str = ""


def simplified(rule: Rule, start: date) -> Rule:
    """The rule with what it takes from the day on which it starts, and in fewer ways to say a thing."""
    if rule.frequency is Frequency.DAILY and rule.interval == 1 and not rule.positions:
        rule = _as_yearly(rule)
    if rule.frequency is Frequency.WEEKLY:
        return _simplified_weekly(rule, start)
    has_days = bool(rule.month_days or rule.days or rule.year_days)
    changes: dict[str, object] = {}
    match rule.frequency:
        case Frequency.MONTHLY if not has_days:
            changes["month_days"] = (_place(rule, start).day,)
        case Frequency.YEARLY if rule.weeks:
            if not has_days:
                changes["days"] = ((0, start.toordinal() % 7),)
        case Frequency.YEARLY if rule.year_days:
            changes = _of_year_days(rule)
        case Frequency.YEARLY if rule.month_days or not has_days:
            place = _place(rule, start)
            changes["months"] = rule.months or ((place.number, place.is_leap),)
            changes["month_days"] = rule.month_days or (place.day,)
        case Frequency.YEARLY if not rule.months:
            # The n-th Monday of a year is that of January, the last one that of December.
            numbers = {number for number, _ in rule.days if number} | set(rule.positions)
            if len(numbers) == 1 and numbers <= set(_WEEKS) and rule.calendar not in FOLLOWING_THE_MOON:
                changes["months"] = ((12 if -1 in numbers else 1, False),)
    return msgspec.structs.replace(rule, **changes)


def pattern_of(rule: Rule, start: date) -> Found | None:
    """The pattern of a simplified rule that says nothing of times; None where there is none."""
    if rule.weeks or rule.year_days or len(rule.positions) > 1:
        return None
    found = _KINDS[rule.frequency](rule, start)
    if found is None or (found.recurrence.interval or 1) > LARGEST_INTERVAL:
        return None
    return found


class _Place(NamedTuple):
    """A day in the months of a calendar."""

    number: int
    is_leap: bool
    day: int


def _as_yearly(rule: Rule) -> Rule:
    """A rule of all days that fall in some months or on some days of months or years."""
    if not (rule.months or rule.month_days or rule.year_days) or rule.calendar in FOLLOWING_THE_MOON:
        return rule
    days = rule.days
    if not (rule.month_days or rule.year_days or days):
        days = tuple((0, day) for day in range(7))
    months = rule.months or (_ALL_MONTHS if rule.month_days else ())
    return msgspec.structs.replace(rule, frequency=Frequency.YEARLY, months=months, days=days)


def _simplified_weekly(rule: Rule, start: date) -> Rule:
    """A rule of weeks without positions: they choose among the days from the first of the week on."""
    days = rule.days or ((0, start.toordinal() % 7),)
    if rule.positions:
        week = sorted(days, key=lambda day: (day[1] - rule.first_day) % 7)
        places = {position - (position > 0) for position in rule.positions if abs(position) <= len(week)}
        days = tuple(week[place] for place in sorted(places))
    return msgspec.structs.replace(rule, days=days, positions=())


def _of_year_days(rule: Rule) -> dict[str, object]:
    """A day of the year as one of a month, where it is the same one in leap years."""
    (day, *others) = rule.year_days
    alone = not (others or rule.months or rule.month_days or rule.days)
    if not alone or rule.calendar in FOLLOWING_THE_MOON or not (0 < day <= 59 or -306 <= day < 0):
        return {}
    found = _NEW_YEAR + timedelta(days=day - 1 if day > 0 else 365 + day)
    return {"year_days": (), "months": ((found.month, False),), "month_days": (found.day,)}


def _place(rule: Rule, day: date) -> _Place:
    months = months_of(rule.calendar)
    index = min(max(months.index_at(day.toordinal()), 0), months.count - 1)
    year, number = months.year_of(index), months.number_of(index)
    is_leap = rule.calendar in FOLLOWING_THE_MOON and index == months.index_of(year, number, is_leap=True)
    return _Place(number, is_leap, day.toordinal() - months.month(index).first + 1)


def _every_month(rule: Rule) -> bool:
    return not rule.months or (rule.months == _ALL_MONTHS and rule.calendar not in FOLLOWING_THE_MOON)


def _mask(rule: Rule) -> int | None:
    """The days of the week as DayOfWeek; None where some are numbered."""
    return None if any(number for number, _ in rule.days) else sum(1 << day for _, day in rule.days)


def _daily(rule: Rule, start: date) -> Found | None:
    mask = _mask(rule)
    if mask is None or rule.month_days or not _every_month(rule) or not set(rule.positions) <= {1, -1}:
        return None
    if mask and rule.interval == 1:
        return _weeks(rule, mask, 1)
    if mask or rule.interval > LARGEST_INTERVAL:
        weeks, rest = divmod(rule.interval, 7)
        today = 1 << start.toordinal() % 7
        return None if rest or (mask and not mask & today) else _weeks(rule, today, weeks)
    return Found(Recurrence(type=RecurrenceType.DAILY, interval=rule.interval))


def _weekly(rule: Rule, start: date) -> Found | None:
    mask = _mask(rule)
    if not mask or rule.month_days or not _every_month(rule):
        return None
    return _weeks(rule, mask, rule.interval)


def _weeks(rule: Rule, mask: int, interval: int) -> Found:
    if mask == EVERY_DAY and interval == 1:
        return Found(Recurrence(type=RecurrenceType.DAILY, interval=1))
    return Found(
        Recurrence(
            type=RecurrenceType.WEEKLY,
            interval=interval,
            day_of_week=mask,
            first_day_of_week=rule.first_day,
        )
    )


def _monthly(rule: Rule, start: date) -> Found | None:
    every = _every_month(rule)
    if rule.days and not (_mask(rule) is None or rule.month_days or rule.positions):
        return _weeks(rule, _mask(rule) or 0, 1) if rule.interval == 1 and every else None
    day = _day(rule)
    if day is None:
        return None
    if every:
        return Found(_recurrence(rule, day, interval=rule.interval), day.omits, day.otherwise)
    if rule.calendar in FOLLOWING_THE_MOON:
        return None
    # Of the months that the interval leads to, the rule has some, which are to be equally far apart.
    months = frozenset(number for number, _ in rule.months)
    cycle = 12 // gcd(rule.interval, 12)
    hits = [step for step in range(cycle) if (start.month - 1 + step * rule.interval) % 12 + 1 in months]
    gaps = {(after - hit) % cycle or cycle for hit, after in zip(hits, hits[1:] + hits[:1], strict=True)}
    if len(gaps) != 1:
        return None
    return Found(
        _recurrence(rule, day, interval=rule.interval * gaps.pop()),
        day.omits,
        day.otherwise,
        anchor=_recurrence(rule, day, interval=rule.interval),
        months=months,
    )


def _yearly(rule: Rule, start: date) -> Found | None:
    if _every_month(rule) or len(rule.months) > 1:
        if rule.interval > 1 or rule.positions:
            return None
        return _monthly(msgspec.structs.replace(rule, frequency=Frequency.MONTHLY), start)
    day = _day(rule)
    if day is None:
        return None
    (number, is_leap), otherwise = rule.months[0], day.otherwise
    if is_leap and rule.calendar not in FOLLOWING_THE_MOON:
        return None
    if is_leap and rule.skip != "OMIT":
        number, is_leap = number % 12 + 1 if rule.skip == "FORWARD" else number, False
        otherwise = "it is never in the leap month"
    recurrence = _recurrence(rule, day, interval=rule.interval, month=number, is_leap=is_leap)
    return Found(recurrence, day.omits, otherwise)


def _recurrence(
    rule: Rule, day: _Day, *, interval: int, month: int | None = None, is_leap: bool = False
) -> Recurrence:
    if month is None:
        kind = RecurrenceType.MONTHLY_ON_NTH_DAY if day.week else RecurrenceType.MONTHLY
    else:
        kind = RecurrenceType.YEARLY_ON_NTH_DAY if day.week else RecurrenceType.YEARLY
    return Recurrence(
        type=kind,
        interval=interval,
        day_of_month=day.number,
        day_of_week=day.days,
        week_of_month=day.week,
        month_of_year=month,
        calendar_type=rule.calendar or CalendarType.DEFAULT,
        is_leap_month=1 if is_leap else None,
    )


def _day(rule: Rule) -> _Day | None:
    """The one day that a rule has in each of its months."""
    least, most = month_lengths(rule.calendar, tuple(number for number, _ in rule.months))
    mask = _mask(rule)
    position = rule.positions[0] if rule.positions else 0
    numbers = rule.month_days
    if mask is None:
        ((number, day), *others) = rule.days
        if others or numbers or position not in (0, 1, -1) or number not in _WEEKS:
            return None
        return _Day(days=1 << day, week=_WEEKS[number])
    if mask and numbers:
        if len(rule.days) > 1 or position not in (0, 1, -1) or numbers not in _RUNS:
            return None
        return _Day(days=mask, week=_RUNS[numbers])
    if mask and mask != EVERY_DAY:
        return _Day(days=mask, week=_WEEKS[position]) if position in _WEEKS else None
    if mask:
        numbers, position = (position,), 0
    return _numbered(rule, numbers, position, least, most)


def _numbered(rule: Rule, numbers: tuple[int, ...], position: int, least: int, most: int) -> _Day | None:
    """The one of some numbered days of months that have from ``least`` to ``most`` days."""
    first, last = numbers[0], numbers[-1]
    if position == -1 and 0 < first <= least < last and numbers == tuple(range(first, last + 1)):
        return _Day(last)
    if position:
        if not 0 < first <= last <= least or abs(position) > len(numbers):
            return None
        numbers = (numbers[position - (position > 0)],)
    if len(numbers) > 1:
        return None
    number = numbers[0]
    if number < 0 and least == most:
        number += most + 1
    if number == -1:
        return _Day(days=EVERY_DAY, week=LAST_WEEK)
    if not 0 < number <= most:
        return None
    if number <= least or rule.skip == "BACKWARD":
        return _Day(number)
    if rule.skip == "FORWARD":
        return _Day(number, otherwise="in shorter months it is on their last day")
    return _Day(number, omits=True)


_KINDS: Final = {
    Frequency.DAILY: _daily,
    Frequency.WEEKLY: _weekly,
    Frequency.MONTHLY: _monthly,
    Frequency.YEARLY: _yearly,
}
