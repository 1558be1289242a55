"""RRULE as the recurrence of an event or a task; the other way is ``rrule_of``."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Final

import msgspec
from icalendar.prop import vRecur

from overair.items.icalendar.fitting import MOST_DELETED, Expressed, fitted
from overair.items.icalendar.listing import MOST_OCCURRENCES
from overair.items.icalendar.patterns import Found, pattern_of, simplified
from overair.items.icalendar.rule_writing import rrule_of
from overair.items.icalendar.rules import Frequency, NotExpressible, Rule, rule_of
from overair.items.recurrence.months import months_of
from overair.items.recurrence.series import Series
from overair.items.task import TaskRecurrence

MOST_OF_A_TASK: Final = 255
"""MS-ASTASK_R213."""
_OMITS: Final = "in months without its day it is on their last one"
_SECONDS: Final = {Frequency.HOURLY: 3600, Frequency.MINUTELY: 60, Frequency.SECONDLY: 1}
_DAY: Final = 86_400
_SOUGHT: Final = 100
"""How many months or years are looked through for the first one that has the day."""
_TICK: Final = timedelta(microseconds=1)
_END: Final = datetime.max.replace(tzinfo=UTC)


def recurrence_of(said: str | vRecur, start: datetime, zone: tzinfo, *, all_day: bool = False) -> Expressed:
    """The recurrence that has the occurrences of a rule.

    ``start`` is DTSTART in UTC and ``zone`` the one in which it recurs, both as Event has them: of an
    all-day event a midnight in UTC, and UTC; not in the first or last days of the calendar. Where
    the start is on no day of the rule it is no occurrence, and the series starts later. Raises
    NotExpressible.
    """
    local = start.astimezone(zone)
    given = rule_of(said)
    rule = simplified(_of_days(given, local.time(), all_day=all_day), local.date())
    until = None if rule.until is None else _instant_of(rule.until, zone, all_day=all_day)
    if until is not None and until < start:
        raise NotExpressible("has no occurrence")
    found = pattern_of(rule, local.date())
    if found is None:
        if rule.count is None and until is None:
            raise NotExpressible(f"no recurrence without an end has {given.parts} like this")
        return fitted(rule, until, start, zone)
    if found.anchor is not None:
        start = _anchored(found, start, zone)
    if found.omits:
        return _omitting(found, rule, until, start, zone)
    return _ended(found, rule, until, start, zone)


def task_recurrence_of(
    said: str | vRecur, start: datetime, zone: tzinfo = UTC, *, all_day: bool = False
) -> tuple[TaskRecurrence, str]:
    """The recurrence of a task, and what it has otherwise than the rule (``Expressed.otherwise``).

    ``start`` and ``zone`` are as in ``recurrence_of``; the dates of the recurrence are local ones. Raises
    NotExpressible, too where occurrences would have to be deleted, which a task cannot say.
    """
    found = recurrence_of(said, start, zone, all_day=all_day)
    pattern = found.recurrence
    if found.deleted or pattern.type is None:
        raise NotExpressible("would need exceptions, which tasks do not have")
    occurrences, until = pattern.occurrences, pattern.until
    if occurrences is not None and occurrences > MOST_OF_A_TASK:
        occurrences, until = None, Series(pattern, found.start, zone).last()
    return TaskRecurrence(
        type=pattern.type,
        start=_as_local(found.start, zone),
        until=None if until is None else _as_local(until, zone),
        occurrences=occurrences,
        interval=pattern.interval,
        day_of_week=pattern.day_of_week,
        day_of_month=pattern.day_of_month,
        week_of_month=pattern.week_of_month,
        month_of_year=pattern.month_of_year,
        calendar_type=pattern.calendar_type,
        is_leap_month=pattern.is_leap_month,
        first_day_of_week=pattern.first_day_of_week,
    ), found.otherwise


def _as_local(instant: datetime, zone: tzinfo) -> datetime:
    """A local time, written as if in UTC."""
    return instant.astimezone(zone).replace(tzinfo=UTC)


def _of_days(rule: Rule, at: time, *, all_day: bool) -> Rule:
    """The rule without what it says of times. Raises NotExpressible where that is not the start's."""
    days = msgspec.structs.replace(rule, hours=(), minutes=(), seconds=())
    if all_day:
        rule = days
    said = [
        (rule.hours, at.hour, Frequency.HOURLY),
        (rule.minutes, at.minute, Frequency.MINUTELY),
        (rule.seconds, at.second, Frequency.SECONDLY),
    ]
    if any(len(numbers) > 1 for numbers, _, _ in said):
        raise NotExpressible("recurs several times a day")
    if any(numbers and numbers[0] != number for numbers, number, _ in said):
        raise NotExpressible("recurs at another time than it starts")
    if rule.frequency in _SECONDS:
        every, rest = divmod(rule.interval * _SECONDS[rule.frequency], _DAY)
        once = rule.interval == 1 and all(
            numbers for numbers, _, frequency in said if frequency <= rule.frequency
        )
        if not once and (rest or any(numbers for numbers, _, _ in said)):
            raise NotExpressible("recurs several times a day")
        return msgspec.structs.replace(days, frequency=Frequency.DAILY, interval=1 if once else every)
    return days


def _instant_of(until: date, zone: tzinfo, *, all_day: bool) -> datetime:
    """The last instant that UNTIL names; of a date, and for an all-day event, the end of that day."""
    if all_day or not isinstance(until, datetime):
        until = datetime.combine(until, time.max, UTC if all_day else zone)
    elif until.tzinfo is None:
        until = until.replace(tzinfo=zone)
    try:
        return until.astimezone(UTC)
    except OverflowError:
        return until.replace(tzinfo=UTC)


def _anchored(found: Found, start: datetime, zone: tzinfo) -> datetime:
    """The first occurrence in one of the months that the rule names."""
    if found.anchor is None:
        return start
    for instant in islice(Series(found.anchor, start, zone).between(start, _END), _SOUGHT):
        if instant.astimezone(zone).month in found.months:
            return instant
    raise NotExpressible("has no occurrence")


def _ended(found: Found, rule: Rule, until: datetime | None, start: datetime, zone: tzinfo) -> Expressed:
    """The pattern with the end of its rule."""
    recurrence = found.recurrence
    first = next(Series(recurrence, start, zone).between(start, _END), None)
    if first is None or (until is not None and first > until):
        raise NotExpressible("has no occurrence")
    if rule.count is not None:
        counted = msgspec.structs.replace(recurrence, occurrences=rule.count)
        last = Series(counted, start, zone).last()
        if rule.count <= MOST_OCCURRENCES and (until is None or (last is not None and last <= until)):
            return Expressed(counted, first, otherwise=found.otherwise)
        if last is not None:
            until = last if until is None else min(until, last)
    if until is not None:
        last = next(Series(recurrence, start, zone).before(until + _TICK), first)
        recurrence = msgspec.structs.replace(recurrence, until=last)
    return Expressed(recurrence, first, otherwise=found.otherwise)


def _omitting(found: Found, rule: Rule, until: datetime | None, start: datetime, zone: tzinfo) -> Expressed:
    """The pattern of a rule that passes over months without its day: these are deleted, if it ends."""
    months, number = months_of(rule.calendar), found.recurrence.day_of_month

    def has_day(instant: datetime) -> bool:
        day = instant.astimezone(zone).toordinal()
        return day - months.month(months.index_at(day)).first + 1 == number

    endless = Series(found.recurrence, start, zone)
    first = next(filter(has_day, islice(endless.between(start, _END), _SOUGHT)), None)
    if first is None or (until is not None and first > until):
        raise NotExpressible("has no occurrence")
    if rule.count is None and until is None:
        return _ended(found._replace(otherwise=_OMITS), rule, until, first, zone)
    last, kept = first, 0
    deleted: list[datetime] = []
    since: list[datetime] = []
    for instant in endless.between(first, _END):
        if kept == rule.count or (until is not None and instant > until):
            break
        if has_day(instant):
            last, kept = instant, kept + 1
            deleted += since
            since = []
        else:
            since.append(instant)
        if len(deleted) + len(since) > MOST_DELETED:
            return _ended(found._replace(otherwise=_OMITS), rule, until, first, zone)
    return Expressed(msgspec.structs.replace(found.recurrence, until=last), first, tuple(deleted))


__all__ = ["Expressed", "NotExpressible", "recurrence_of", "rrule_of", "task_recurrence_of"]
