"""The months and years that recurrences count in."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final, NamedTuple, Protocol

from overair.items.recurrence.pattern import CalendarType


class Month(NamedTuple):
    """A month: its first day (``date.toordinal``) and how many days it has."""

    first: int
    length: int


class Months(Protocol):
    """The months of a calendar, numbered through its years from 0 to ``count`` - 1."""

    @property
    def count(self) -> int: ...

    @property
    def last_year(self) -> int: ...

    def index_at(self, day: int) -> int:
        """The month that holds a day; -1 before the first one, ``count`` after the last one."""

    def month(self, index: int) -> Month:
        """The month with an index from 0 to ``count`` - 1."""

    def year_of(self, index: int) -> int:
        """The year of a month."""

    def number_of(self, index: int) -> int:
        """The number of a month in its year, that of the month before where it is a leap month."""

    def index_of(self, year: int, number: int, is_leap: bool) -> int | None:
        """The month of a year by its number, leap months apart; None where the year has none such."""


class GregorianMonths:
    """The months of the years 1 to 9999, proleptic; no leap months (MS-ASCAL_R290)."""

    count: Final = 9999 * 12
    last_year: Final = 9999

    def index_at(self, day: int) -> int:
        """The month that holds a day."""
        if day < 1:
            return -1
        if day > date.max.toordinal():
            return self.count
        found = date.fromordinal(day)
        return (found.year - 1) * 12 + found.month - 1

    def month(self, index: int) -> Month:
        """The month with an index."""
        year, number = index // 12 + 1, index % 12 + 1
        return Month(date(year, number, 1).toordinal(), monthrange(year, number)[1])

    def year_of(self, index: int) -> int:
        """The year of a month."""
        return index // 12 + 1

    def number_of(self, index: int) -> int:
        """The number of a month in its year."""
        return index % 12 + 1

    def index_of(self, year: int, number: int, is_leap: bool) -> int | None:
        """The month of a year."""
        return (year - 1) * 12 + number - 1


GREGORIAN: Final = GregorianMonths()
FOLLOWING_THE_MOON: Final = (
    CalendarType.HIJRI,
    CalendarType.HEBREW_LUNAR,
    CalendarType.JAPANESE_LUNAR,
    CalendarType.CHINESE_LUNAR,
    CalendarType.KOREAN_LUNAR,
)
"""The others differ from the Gregorian calendar in how they count years, or not at all."""


def months_of(calendar_type: CalendarType | None) -> Months:
    """The months that a recurrence of some CalendarType counts in; most are the Gregorian ones."""
    if calendar_type not in FOLLOWING_THE_MOON:
        return GREGORIAN
    # Only here, since hardly anybody needs the tables of these calendars.
    from overair.items.recurrence.lunar_months import lunar_months

    return lunar_months(calendar_type)
