"""The days of a rule of iCalendar, one by one.

dateutil expands months and years, in which rules say most. Days and weeks are filtered here, and
years are shifted by whole cycles of the calendar: dateutil looks for the next day of a rule that has
none up to the year 9999, which is a second's work for a line of text.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice
from typing import Final, Literal

from dateutil.rrule import MONTHLY, YEARLY, rrule, weekday

from overair.items.icalendar.rules import Frequency, NotExpressible, Rule
from overair.items.recurrence.days import LAST_DAY, days_of
from overair.items.recurrence.months import FOLLOWING_THE_MOON
from overair.items.recurrence.pattern import EVERY_DAY, Recurrence, RecurrenceType

MOST_OCCURRENCES: Final = 999
"""MS-ASCAL_R345."""
_SEARCHED: Final = {
    Frequency.YEARLY: 100 * 366,
    Frequency.MONTHLY: 400 * 31,
    Frequency.WEEKLY: 800 * 7,
    Frequency.DAILY: 2000,
}
"""For how many days a rule is expanded, times its interval."""
_CYCLE: Final = 400
"""The years after which the calendar repeats, days of the week included."""
_LAST_YEAR: Final = date.max.year
_LONGEST: Final = 366 * _LAST_YEAR


def listed(rule: Rule, until: datetime | None, start: datetime, zone: tzinfo) -> list[date]:
    """The days of a rule that ends, ``until`` in UTC or by its count. Raises NotExpressible."""
    if rule.calendar in FOLLOWING_THE_MOON or rule.skip != "OMIT":
        raise NotExpressible("has RSCALE or SKIP with parts that no recurrence has")
    local = start.astimezone(zone)
    first = local.date()
    # The interval of weeks is looked at afterwards, below.
    interval = 1 if rule.weeks else rule.interval
    reach = min(_SEARCHED[rule.frequency] * min(interval, _LONGEST), LAST_DAY - first.toordinal())
    horizon = first + timedelta(days=reach)
    last = horizon
    if until is not None:
        end = until.astimezone(zone)
        last = min(horizon, end.date() - timedelta(days=end.time() < local.time()))
    found = (
        _by_dateutil(rule, first, last) if rule.frequency in _FREQUENCIES else _filtered(rule, first, last)
    )
    days = list(islice(found, min(rule.count or MOST_OCCURRENCES + 1, MOST_OCCURRENCES + 1)))
    complete = len(days) == rule.count or (until is not None and last < horizon)
    if len(days) > MOST_OCCURRENCES or not complete:
        raise NotExpressible("its occurrences follow no pattern, and go on too long to be listed")
    return days


def _filtered(rule: Rule, first: date, last: date) -> Iterator[date]:
    """The days of a rule of days or weeks, from the first to the last."""
    mask = sum(1 << day for _, day in rule.days)
    if any(number for number, _ in rule.days) or rule.weeks or not set(rule.positions) <= {1, -1}:
        raise NotExpressible(f"has {rule.parts} like this")
    weekly = rule.frequency is Frequency.WEEKLY
    days = days_of(
        Recurrence(
            type=RecurrenceType.WEEKLY if weekly else RecurrenceType.DAILY,
            interval=rule.interval,
            day_of_week=mask if weekly else None,
            first_day_of_week=rule.first_day,
        ),
        first,
    )
    for period in range(days.periods):
        for ordinal in days.days_in(period):
            if ordinal > last.toordinal():
                return
            if ordinal < first.toordinal() or not (mask or EVERY_DAY) >> ordinal % 7 & 1:
                continue
            day = date.fromordinal(ordinal)
            if _passes(rule, day):
                yield day


def _passes(rule: Rule, day: date) -> bool:
    """Whether a day is of the rule's months, days of months and days of years."""
    if rule.months and (day.month, False) not in rule.months:
        return False
    length = monthrange(day.year, day.month)[1]
    if rule.month_days and not {day.day, day.day - length - 1} & set(rule.month_days):
        return False
    number, days = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
    return not rule.year_days or bool({number, number - days - 1} & set(rule.year_days))


def _by_dateutil(rule: Rule, first: date, last: date) -> Iterator[date]:
    """The days of a rule of months or years, from the first to the last."""
    shift = (_LAST_YEAR - last.year) // _CYCLE * _CYCLE
    begin = datetime(first.year + shift, first.month, first.day)  # noqa: DTZ001 - a day, and dateutil's
    end = datetime(last.year + shift, last.month, last.day)  # noqa: DTZ001
    found = rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=begin,
        interval=1 if rule.weeks else rule.interval,
        wkst=(rule.first_day - 1) % 7,
        bysetpos=rule.positions or None,
        bymonth=[number for number, _ in rule.months] or None,
        bymonthday=rule.month_days or None,
        byyearday=rule.year_days or None,
        byweekno=rule.weeks or None,
        byweekday=[weekday((day - 1) % 7, number or None) for number, day in rule.days] or None,
        until=end,
    )
    # Intervals of weeks are counted from the year of the start's week, if the rule has the start. A
    # week belongs to the year that has most of it, which dateutil does not count by.
    year = _year_of_week(begin, rule.first_day) if next(iter(found), None) == begin else begin.year
    for one in found:
        if not rule.weeks or (_year_of_week(one, rule.first_day) - year) % rule.interval == 0:
            yield one.date().replace(year=one.year - shift)


def _year_of_week(day: date, first_day: int) -> int:
    """The year that has most days of a week."""
    return (day + timedelta(days=3 - (day.toordinal() - first_day) % 7)).year


_FREQUENCIES: Final[dict[Frequency, Literal[0, 1]]] = {Frequency.YEARLY: YEARLY, Frequency.MONTHLY: MONTHLY}
