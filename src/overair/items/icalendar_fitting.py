"""The recurrence that has the occurrences of a rule which is no pattern, but comes to an end.

Its occurrences are listed, and of the patterns that might have them the one is taken that has the
fewest others, which are deleted.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import reduce
from itertools import islice, pairwise
from math import gcd
from operator import or_
from typing import Final, Literal

import msgspec
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from overair.items.icalendar_rules import Frequency, NotExpressible, Rule
from overair.items.recurrence import EVERY_DAY, LAST_WEEK, Recurrence, RecurrenceType
from overair.items.recurrence_months import FOLLOWING_THE_MOON, GREGORIAN
from overair.items.series import Series

MOST_OCCURRENCES: Final = 999
"""MS-ASCAL_R345."""
MOST_DELETED: Final = 100
"""The most occurrences of a pattern that are deleted so that it has those of a rule."""
_SEARCHED: Final = {
    Frequency.YEARLY: timedelta(days=100 * 366),
    Frequency.MONTHLY: timedelta(days=400 * 31),
    Frequency.WEEKLY: timedelta(days=800 * 7),
    Frequency.DAILY: timedelta(days=2000),
}
"""How far occurrences are looked for, with an interval of 1; about ten milliseconds."""
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_FREQUENCIES: Final[dict[Frequency, Literal[0, 1, 2, 3]]] = {
    Frequency.YEARLY: YEARLY,
    Frequency.MONTHLY: MONTHLY,
    Frequency.WEEKLY: WEEKLY,
    Frequency.DAILY: DAILY,
}
_LATEST: Final = datetime(9999, 12, 1)  # noqa: DTZ001 - compared with what a clock shows, which has no zone
_END: Final = datetime.max.replace(tzinfo=UTC)
_YEARLY: Final = (RecurrenceType.YEARLY, RecurrenceType.YEARLY_ON_NTH_DAY)


class Expressed(msgspec.Struct, frozen=True):
    """What a rule is as a recurrence; times are in UTC."""

    recurrence: Recurrence
    start: datetime
    """The first occurrence of the rule, with which the series starts."""
    deleted: tuple[datetime, ...] = ()
    """The occurrences of the recurrence that the rule does not have."""
    otherwise: str = ""
    """What the recurrence has otherwise than the rule for all that; empty where both are the same."""


def fitted(rule: Rule, until: datetime | None, start: datetime, zone: tzinfo) -> Expressed:
    """The recurrence of a rule that ends, by ``until`` or its count. Raises NotExpressible."""
    days = _listed(rule, until, start, zone)
    if not days:
        raise NotExpressible("has no occurrence")
    local = start.astimezone(zone)
    first, *_, last = (
        start if day == local.date() else datetime.combine(day, local.time(), zone).astimezone(UTC)
        for day in (days[0], days[-1])
    )
    best: tuple[Recurrence, list[datetime]] | None = None
    for recurrence in _candidates(rule, days):
        extra = _extra(Series(recurrence, first, zone), days, zone)
        if extra is not None and (best is None or len(extra) < len(best[1])):
            best = recurrence, extra
    if best is None:
        raise NotExpressible("its occurrences follow no pattern")
    recurrence, extra = best
    ended = msgspec.structs.replace(recurrence, until=last)
    if rule.count and not extra:
        ended = msgspec.structs.replace(recurrence, occurrences=len(days))
    return Expressed(ended, first, tuple(extra))


def _listed(rule: Rule, until: datetime | None, start: datetime, zone: tzinfo) -> list[date]:
    """The days of a rule. Raises NotExpressible for what reaches too far."""
    if rule.calendar in FOLLOWING_THE_MOON or rule.skip != "OMIT":
        raise NotExpressible("has RSCALE or SKIP with parts that no recurrence has")
    if rule.frequency not in _SEARCHED:
        raise NotExpressible("recurs several times a day")
    local = start.astimezone(zone).replace(tzinfo=None)
    # A week belongs to the year that has most of it, which dateutil does not count by.
    interval = 1 if rule.weeks else rule.interval
    horizon = local + min(_SEARCHED[rule.frequency] * min(interval, 1000), _LATEST - local)
    last = horizon if until is None else min(horizon, until.astimezone(zone).replace(tzinfo=None))
    found: Iterable[datetime] = rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=local,
        interval=interval,
        wkst=(rule.first_day - 1) % 7,
        bysetpos=rule.positions or None,
        bymonth=[number for number, _ in rule.months] or None,
        bymonthday=rule.month_days or None,
        byyearday=rule.year_days or None,
        byweekno=rule.weeks or None,
        byweekday=[weekday((day - 1) % 7, number or None) for number, day in rule.days] or None,
        until=last,
    )
    if rule.weeks:
        # Intervals are counted from the year of the start's week, if the rule has the start.
        year = _year_of_week(local, rule.first_day) if next(iter(found), None) == local else local.year
        found = (one for one in found if not (_year_of_week(one, rule.first_day) - year) % rule.interval)
    most = min(rule.count or MOST_OCCURRENCES + 1, MOST_OCCURRENCES + 1)
    listed = [one.date() for one in islice(found, most)]
    complete = len(listed) == rule.count or (until is not None and last < horizon)
    if len(listed) > MOST_OCCURRENCES or not complete:
        raise NotExpressible("has too many parts, and occurrences too far from now")
    return listed


def _year_of_week(day: date, first_day: int) -> int:
    """The year that has most days of a week."""
    return (day + timedelta(days=3 - (day.toordinal() - first_day) % 7)).year


def _extra(series: Series, days: Sequence[date], zone: tzinfo) -> list[datetime] | None:
    """The occurrences of a series between some days; None where it lacks one of them or has too many."""
    wanted = iter(days)
    following = next(wanted, None)
    extra: list[datetime] = []
    for found in series.between(_BEGINNING, _END):
        if following is None:
            return extra
        day = found.astimezone(zone).date()
        if day == following:
            following = next(wanted, None)
        elif day > following or len(extra) == MOST_DELETED:
            return None
        else:
            extra.append(found)
    return extra if following is None else None


def _candidates(rule: Rule, days: Sequence[date]) -> Iterator[Recurrence]:
    """Patterns that begin on the first day and may have all others."""
    ordinals = [day.toordinal() for day in days]
    indices = [GREGORIAN.index_at(day) for day in ordinals]
    months = _steps(indices)
    if len(set(indices)) == len(days) > 1:
        for pattern in _days_of_months(days):
            if months % 12:
                yield msgspec.structs.replace(pattern, interval=months)
            else:
                yield msgspec.structs.replace(
                    pattern,
                    type=_YEARLY[pattern.week_of_month is not None],
                    interval=months // 12,
                    month_of_year=days[0].month,
                )
    mask = reduce(or_, (1 << day % 7 for day in ordinals))
    for first_day in (rule.first_day, 0):
        weeks = _steps([(day - first_day) // 7 for day in ordinals])
        yield Recurrence(
            type=RecurrenceType.WEEKLY, interval=weeks, day_of_week=mask, first_day_of_week=first_day
        )
    yield Recurrence(type=RecurrenceType.DAILY, interval=_steps(ordinals))


def _steps(numbers: Sequence[int]) -> int:
    """The largest interval that leads from the first number to all others."""
    return reduce(gcd, (after - before for before, after in pairwise(numbers)), 0) or 1


def _days_of_months(days: Sequence[date]) -> Iterator[Recurrence]:
    """The monthly patterns that may have all of some days, without interval."""
    last = [monthrange(day.year, day.month)[1] for day in days]
    if all(day.day == most for day, most in zip(days, last, strict=True)):
        yield _nth_day(EVERY_DAY, LAST_WEEK)
    yield Recurrence(type=RecurrenceType.MONTHLY, day_of_month=max(day.day for day in days))
    if len({day.weekday() for day in days}) == 1:
        mask = 1 << days[0].toordinal() % 7
        weeks = {(day.day + 6) // 7 for day in days}
        if weeks <= {1, 2, 3, 4}:
            yield _nth_day(mask, min(weeks))
        if all(day.day + 7 > most for day, most in zip(days, last, strict=True)):
            yield _nth_day(mask, LAST_WEEK)


def _nth_day(mask: int, week: int) -> Recurrence:
    return Recurrence(type=RecurrenceType.MONTHLY_ON_NTH_DAY, day_of_week=mask, week_of_month=week)
