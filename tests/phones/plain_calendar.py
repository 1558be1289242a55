"""A phone's own reading of the events that it is told: days, switches of the clock and exceptions.

It shares nothing with the server but the decoder of WBXML: the Timezone element is read by ``struct``, a
Recurrence is walked through day by day as MS-ASCAL says it, and an exception is known by the instant at
which the phone itself finds the occurrence. All times here are naive: ``wall`` is what the phone's clock
shows in the event's zone, the others are UTC.
"""

from __future__ import annotations

import base64
import struct
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import count
from typing import Final, NamedTuple

from overair.versions import Version
from overair.wbxml.element import Element

BLOB: Final = struct.Struct("<i64s8Hi64s8Hi")
HORIZON: Final = date(2028, 6, 1)
"""As far as a phone is scrolled."""
LAST_WEEK: Final = 5
Switch = tuple[int, ...]
"""A SYSTEMTIME: year, month, weekday, number of the week, hour, minute, second, millisecond."""


class Shown(NamedTuple):
    """An entry in the phone's calendar."""

    start: datetime
    end: datetime
    """By the clock of the event's zone."""
    subject: str
    utc: datetime


@dataclass(frozen=True)
class ZoneRules:
    """The rules of a Timezone element, in minutes west of Greenwich."""

    bias: int
    standard: Switch = (0,) * 8
    daylight: Switch = (0,) * 8
    daylight_bias: int = 0
    _switches: dict[int, list[tuple[datetime, int]]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, blob: str) -> ZoneRules:
        """What a phone reads in the element."""
        bias, _, *middle, standard_bias, _ = BLOB.unpack(base64.b64decode(blob))[:12]
        *rest, daylight_bias = BLOB.unpack(base64.b64decode(blob))[12:]
        assert standard_bias == 0
        return cls(bias, tuple(middle), tuple(rest), daylight_bias)

    def blob(self, standard_name: str = "", daylight_name: str = "") -> str:
        """The element that a phone makes, its zone by names of its own."""
        packed = BLOB.pack(
            *(self.bias, standard_name.encode("utf-16-le"), *self.standard, 0),
            *(daylight_name.encode("utf-16-le"), *self.daylight, self.daylight_bias),
        )
        return base64.b64encode(packed).decode()

    def wall(self, utc: datetime) -> datetime:
        """What the clock shows."""
        return utc - timedelta(minutes=self._bias_at(utc))

    def utc(self, wall: datetime) -> datetime:
        """The first instant at which the clock shows a time; one that it skips, by the clock before."""
        found = [wall + timedelta(minutes=bias) for bias in (self.bias + self.daylight_bias, self.bias)]
        return min((one for one in found if self.wall(one) == wall), default=found[1])

    def _bias_at(self, utc: datetime) -> int:
        past = [one for year in (utc.year - 1, utc.year) for one in self._of_year(year) if one[0] <= utc]
        return max(past)[1] if past else self.bias

    def _of_year(self, year: int) -> list[tuple[datetime, int]]:
        """When the clock is put to which bias."""
        if year not in self._switches:
            summer = self.bias + self.daylight_bias
            self._switches[year] = [
                (_day_of(switch, year) + timedelta(minutes=before), after)
                for switch, before, after in (
                    (self.daylight, self.bias, summer),
                    (self.standard, summer, self.bias),
                )
                if switch[1]
            ]
        return self._switches[year]


def _day_of(switch: Switch, year: int) -> datetime:
    _, month, weekday, week, hour, minute, *_ = switch
    day = _day_in_month(year, month, 1 << weekday, week)
    assert day is not None
    return datetime.combine(day, time(hour, minute))


def _weekday(day: date) -> int:
    return day.isoweekday() % 7


def _day_in_month(year: int, month: int, mask: int, week: int) -> date | None:
    days = [date(year, month, number + 1) for number in range(monthrange(year, month)[1])]
    found = [day for day in days if mask >> _weekday(day) & 1]
    if week == LAST_WEEK:
        return found[-1]
    return found[week - 1] if week <= len(found) else None


class Plain:
    """An element by the names of its children."""

    def __init__(self, element: Element | list[Element]) -> None:
        self.children = {child.tag.name: child for child in element}

    def text(self, name: str) -> str | None:
        """Of a child, None where there is none."""
        return self.children[name].text if name in self.children else None

    def number(self, name: str, default: int = 0) -> int:
        """Of a child."""
        found = self.text(name)
        return int(found) if found else default

    def instant(self, name: str) -> datetime | None:
        """Of a child, in either of the protocol's forms."""
        found = self.text(name)
        if found is None:
            return None
        return datetime.fromisoformat(found).replace(tzinfo=None)


def _days(pattern: Plain, first: date) -> Iterator[date]:
    """The days of a Recurrence; a day that a month lacks is its last one."""
    interval, mask = pattern.number("Interval", 1), pattern.number("DayOfWeek")
    kind = pattern.number("Type")
    if kind == 0:
        yield from (first + timedelta(interval * number) for number in range(100_000))
    elif kind == 1:
        back = (_weekday(first) - pattern.number("FirstDayOfWeek")) % 7
        begun = first - timedelta(back)
        for number in range(10_000):
            week = [begun + timedelta(7 * interval * number + place) for place in range(7)]
            yield from (day for day in week if mask >> _weekday(day) & 1)
    else:
        step = interval if kind in (2, 3) else 12 * interval
        begin = first.month if kind in (2, 3) else pattern.number("MonthOfYear")
        for number in range(0, 10_000, step):
            year, month = first.year + (begin - 1 + number) // 12, (begin - 1 + number) % 12 + 1
            nth = pattern.number("WeekOfMonth")
            found = _day_in_month(year, month, mask, nth) if kind in (3, 6) else None
            if kind in (2, 5):
                found = date(year, month, min(pattern.number("DayOfMonth"), monthrange(year, month)[1]))
            if found is not None:
                yield found


class PlainEvent:
    """One event as a phone of a version was told it."""

    def __init__(self, told: list[Element], version: Version) -> None:
        self.told = Plain(told)
        self.dates = version >= Version.V16_0 and self.told.number("AllDayEvent") == 1
        self.new = version >= Version.V16_0
        blob = self.told.text("Timezone")
        assert (blob is None) == self.dates
        self.zone = ZoneRules(0) if blob is None else ZoneRules.of(blob)

    @cached_property
    def times(self) -> tuple[datetime, datetime]:
        """StartTime and EndTime; of an all-day event they are midnights."""
        start, end = self.told.instant("StartTime"), self.told.instant("EndTime")
        assert start is not None
        assert end is not None
        if self.told.number("AllDayEvent"):
            assert self.zone.wall(start).time() == self.zone.wall(end).time() == time()
        return start, end

    def entry(self, utc: datetime, end: datetime | None = None, subject: str | None = None) -> Shown:
        """What stands in the calendar; an occurrence of days takes as many days as the first one."""
        first, last = self.times
        wall = self.zone.wall(utc)
        if end is not None:
            until = self.zone.wall(end)
        elif self.told.number("AllDayEvent"):
            until = wall + (self.zone.wall(last) - self.zone.wall(first))
        else:
            until = wall + (last - first)
        return Shown(wall, until, subject or self.told.text("Subject") or "", utc)

    def shown(self) -> list[Shown]:
        """All entries up to the horizon; an exception of no occurrence fails the test."""
        found = {utc: self.entry(utc) for utc in self._starts()}
        exceptions = self.told.children.get("Exceptions")
        for element in exceptions or ():
            exception = Plain(element)
            original = exception.instant("InstanceId" if self.new else "ExceptionStartTime")
            assert original in found, f"{original} is no occurrence"
            was = found.pop(original)
            if exception.number("Deleted"):
                continue
            start, end = exception.instant("StartTime"), exception.instant("EndTime")
            found[original] = self.entry(start or was.utc, end, exception.text("Subject") or was.subject)
        return sorted(found.values())

    def _starts(self) -> Iterator[datetime]:
        start = self.times[0]
        if "Recurrence" not in self.told.children:
            yield start
            return
        pattern = Plain(self.told.children["Recurrence"])
        most, until = pattern.number("Occurrences"), pattern.instant("Until")
        assert not (most and until)
        wall, counted = self.zone.wall(start), count(1)
        for day in _days(pattern, wall.date()):
            utc = self.zone.utc(datetime.combine(day, wall.time()))
            if day > HORIZON or (until is not None and utc > until):
                return
            if day >= wall.date():
                if most and next(counted) > most:
                    return
                yield utc
