"""The months of the calendars that follow the moon.

A leap month has the number of the month before it (RFC 7529: 4L is the leap month after the fourth),
and the Hebrew year begins with Tishri. Before and after the years that are known here nothing recurs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from borax.calendars.lunardate import LCalendars, LunarDate
from korean_lunar_calendar import KoreanLunarCalendar
from pyluach.dates import HebrewDate

from overair.items.recurrence.months import Month
from overair.items.recurrence.pattern import CalendarType

ISLAMIC_YEARS: Final = range(1317, 1651)
"""1899 to 2222."""
HEBREW_YEARS: Final = range(5660, 5961)
"""1899 to 2200."""
CHINESE_YEARS: Final = range(1900, 2101)
KOREAN_YEARS: Final = range(1900, 2050)
"""The years for which the Korean institute of astronomy has published the calendar."""

_FIRST_OF_ISLAMIC: Final = date(622, 7, 18).toordinal()
_HEBREW: Final = (*range(7, 13), *range(1, 7))
"""The months of a year from Tishri on, as pyluach numbers them."""
_SHEVAT, _ADAR = 5, 6


class LunarMonth(NamedTuple):
    """A month of some year: the day on which it begins, and how it is counted."""

    first: int
    year: int
    number: int
    is_leap: bool


class LunarMonths:
    """The months of a calendar, from a table of them and the day after the last one."""

    def __init__(self, months: Sequence[LunarMonth], end: int) -> None:
        self._months = months
        self._firsts = [*(month.first for month in self._months), end]
        self._indices = {month[1:]: index for index, month in enumerate(self._months)}
        self.count = len(self._months)
        self.last_year = self._months[-1].year

    def index_at(self, day: int) -> int:
        """The month that holds a day; -1 before the first one, ``count`` after the last one."""
        return bisect_right(self._firsts, day) - 1

    def month(self, index: int) -> Month:
        """The month with an index."""
        return Month(self._firsts[index], self._firsts[index + 1] - self._firsts[index])

    def year_of(self, index: int) -> int:
        """The year of a month."""
        return self._months[index].year

    def number_of(self, index: int) -> int:
        """The number of a month in its year."""
        return self._months[index].number

    def index_of(self, year: int, number: int, is_leap: bool) -> int | None:
        """The month of a year; None where the year has none such."""
        return self._indices.get((year, number, is_leap))


class HebrewMonths(LunarMonths):
    """The Hebrew months; Windows calls Adar II the leap month, which no other can be meant by."""

    def index_of(self, year: int, number: int, is_leap: bool) -> int | None:
        """The month of a year; None where the year has none such."""
        index = super().index_of(year, number, is_leap)
        if is_leap and number == _ADAR and super().index_of(year, _SHEVAT, True) is not None:
            return super().index_of(year, _ADAR, False)
        return index


def _islamic(years: range) -> Iterator[LunarMonth]:
    """The calendar that Windows calls Hijri: by arithmetic, 11 leap years in 30, begun on a Thursday."""
    for year in years:
        first = _FIRST_OF_ISLAMIC + 354 * (year - 1) + (11 * year + 3) // 30
        for number in range(1, 13):
            yield LunarMonth(first + 29 * (number - 1) + number // 2, year, number, False)


def _hebrew(years: range) -> Iterator[LunarMonth]:
    """In a leap year Adar I is the leap month after Shevat, and Adar II is the Adar of other years."""
    for year in years:
        is_leap_year = (7 * year + 1) % 19 < 7
        for number, month in enumerate(_HEBREW, 1):
            first = HebrewDate(year, month, 1).to_pydate().toordinal()
            if is_leap_year and number == _ADAR:
                yield LunarMonth(first, year, _SHEVAT, True)
                first = HebrewDate(year, month + 1, 1).to_pydate().toordinal()
            yield LunarMonth(first, year, number, False)


def _chinese(years: range) -> Iterator[LunarMonth]:
    first = LunarDate(years.start, 1, 1).to_solar_date().toordinal()
    for year in years:
        for number, length, is_leap in LCalendars.iter_year_month(year):
            yield LunarMonth(first, year, number, bool(is_leap))
            first += length


def _korean(years: range) -> Iterator[LunarMonth]:
    calendar = KoreanLunarCalendar()
    for year in years:
        for number in range(1, 13):
            for is_leap in (False, True):
                if calendar.setLunarDate(year, number, 1, is_leap):
                    first = date.fromisoformat(calendar.SolarIsoFormat()).toordinal()
                    yield LunarMonth(first, year, number, is_leap)


_CALENDARS: Final = {
    CalendarType.HIJRI: (LunarMonths, _islamic, ISLAMIC_YEARS),
    CalendarType.HEBREW_LUNAR: (HebrewMonths, _hebrew, HEBREW_YEARS),
    CalendarType.CHINESE_LUNAR: (LunarMonths, _chinese, CHINESE_YEARS),
    CalendarType.KOREAN_LUNAR: (LunarMonths, _korean, KOREAN_YEARS),
    # The calendar of Japan is reckoned for the same meridian as that of Korea.
    CalendarType.JAPANESE_LUNAR: (LunarMonths, _korean, KOREAN_YEARS),
}


def lunar_months(calendar_type: CalendarType) -> LunarMonths:
    """The months of a calendar that follows the moon."""
    return _table(*_CALENDARS[calendar_type])


@cache
def _table(
    kind: type[LunarMonths], months: Callable[[range], Iterator[LunarMonth]], years: range
) -> LunarMonths:
    *known, last = months(years)
    return kind(known, last.first)
