"""The occurrences of a pattern as instants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, tzinfo
from functools import cached_property
from typing import Final

from overair.items.recurrence.days import LAST_DAY, days_of
from overair.items.recurrence.pattern import Pattern

_END: Final = datetime.max.replace(tzinfo=UTC)


class Series:
    """The starts of the occurrences of a pattern, in UTC, by the wall clock of a zone.

    ``start`` is an instant, the zone UTC for what is stored as if in UTC. The first occurrence is
    the first day of the pattern on or after the start; where the start is on a day of the pattern,
    it is the first occurrence itself. A wall time that a day lacks is reckoned with the offset
    before the gap, one that it has twice is the earlier one (RFC 5545 3.3.5). A whole day that a
    zone passed over, as when it crossed the date line, has no occurrence of its own.
    """

    def __init__(self, pattern: Pattern, start: datetime, zone: tzinfo) -> None:
        self._pattern = pattern
        self._start = start.astimezone(UTC)
        self._zone = zone
        try:
            local = self._start.astimezone(zone)
        except OverflowError:  # the first or last day of all has no room for an offset
            self._zone, local = UTC, self._start
        self._time = local.time().replace(fold=0)
        self._first = local.toordinal()
        self._days = days_of(pattern, local.date())

    @property
    def endless(self) -> bool:
        """Whether the pattern names no end."""
        return not self._pattern.occurrences and self._pattern.until is None

    def between(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """The starts from ``first`` to before ``last``, ascending."""
        before = None
        for day in self._between(first.astimezone(UTC).toordinal() - 1, last.astimezone(UTC).toordinal() + 1):
            instant = self._instant(day)
            if instant >= last:
                return
            if instant >= first and instant != before:
                before = instant
                yield instant

    def contains(self, start: datetime) -> bool:
        """Whether an occurrence starts at an instant."""
        return self.at(start) == start

    def at(self, instant: datetime) -> datetime | None:
        """The start of the occurrence on the local day of an instant; None where there is none."""
        day = self.day(instant)
        return self._instant(day) if any(self._between(day, day)) else None

    def first_after(self, instant: datetime) -> datetime | None:
        """The first start after an instant."""
        for day in self._between(instant.astimezone(UTC).toordinal() - 1, LAST_DAY):
            found = self._instant(day)
            if found > instant:
                return found
        return None

    def before(self, instant: datetime) -> Iterator[datetime]:
        """The starts before an instant, descending."""
        last = min(instant.astimezone(UTC).toordinal() + 1, self._last)
        after = instant
        for period in range(min(self._days.period_of(last), self._days.periods - 1), -1, -1):
            for day in reversed(self._days.days_in(period)):
                if self._first <= day <= last and (found := self._instant(day)) < after:
                    after = found
                    yield found

    def last(self) -> datetime | None:
        """The last start; None where the series is endless or has no occurrence."""
        return None if self.endless else next(self.before(_END), None)

    def day(self, instant: datetime) -> int:
        """The local day of an instant (``date.toordinal``), which tells occurrences apart (MS-ASCAL_R385)."""
        try:
            return instant.astimezone(self._zone).toordinal()
        except OverflowError:
            return instant.toordinal()

    @cached_property
    def _last(self) -> int:
        """The last day on which there can be an occurrence."""
        if self._pattern.occurrences:
            return self._day_of(self._pattern.occurrences)
        if self._pattern.until is not None:
            return min(LAST_DAY, self._day_of_until(self._pattern.until))
        return LAST_DAY

    def _day_of(self, number: int) -> int:
        """The day of an occurrence, from 1."""
        if not self._days.periods:
            return self._first - 1
        begun = [day for day in self._days.days_in(0) if day >= self._first]
        if number <= len(begun):
            return begun[number - 1]
        number -= len(begun) + 1
        if self._days.per_period is not None:
            period, place = divmod(number, self._days.per_period)
            if period + 1 >= self._days.periods:
                return LAST_DAY
            return self._days.days_in(period + 1)[place]
        for period in range(1, self._days.periods):
            days = self._days.days_in(period)
            if number < len(days):
                return days[number]
            number -= len(days)
        return LAST_DAY

    def _day_of_until(self, until: datetime) -> int:
        """The last day that Until names: it is one of the series' days, whatever its time of day.

        Phones write the last start, the end or the beginning of its day, or the date alone as
        midnight in UTC.
        """
        try:
            local = until.astimezone(self._zone)
        except OverflowError:
            return until.toordinal()
        if until.astimezone(UTC).time() == time() and local.time() != self._time:
            return until.astimezone(UTC).toordinal()
        return local.toordinal()

    def _between(self, first: int, last: int) -> Iterator[int]:
        first, last = max(first, self._first), min(last, self._last)
        for period in range(max(0, self._days.period_of(first)), self._days.periods):
            for day in self._days.days_in(period):
                if day > last:
                    return
                if day >= first:
                    yield day

    def _instant(self, day: int) -> datetime:
        if day == self._first:
            return self._start
        return datetime.combine(date.fromordinal(day), self._time, self._zone).astimezone(UTC)
