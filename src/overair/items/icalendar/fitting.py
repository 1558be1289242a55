"""The recurrence that has the occurrences of a rule which is no pattern, but comes to an end.

Its occurrences are listed, and of the patterns that might have them the one is taken that has the
fewest others, which are deleted.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import reduce
from itertools import pairwise
from math import gcd
from operator import or_
from typing import Final

import msgspec

from overair.items.icalendar.listing import listed
from overair.items.icalendar.rules import NotExpressible, Rule
from overair.items.recurrence.months import GREGORIAN
from overair.items.recurrence.pattern import EVERY_DAY, LAST_WEEK, Recurrence, RecurrenceType
from overair.items.recurrence.series import Series

MOST_DELETED: Final = 100
"""The most occurrences of a pattern that are deleted so that it has those of a rule."""
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
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
    days = listed(rule, until, start, zone)
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
