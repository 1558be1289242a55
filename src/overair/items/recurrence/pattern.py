"""How an event or a task recurs: the values that MS-ASCAL 2.2.2.37 and MS-ASTASK 2.2.2.20 share."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, IntFlag
from typing import Annotated, Final, Protocol

from overair.protocol.data_types import COMPACT_DATE_TIME, Enumeration, Integer
from overair.protocol.schema import Field, Record
from overair.wbxml.pages import Calendar


class RecurrenceType(IntEnum):
    """The unit of a recurrence (MS-ASCAL_R453)."""

    DAILY = 0
    WEEKLY = 1
    MONTHLY = 2
    MONTHLY_ON_NTH_DAY = 3
    YEARLY = 5
    YEARLY_ON_NTH_DAY = 6


class DayOfWeek(IntFlag):
    """The days of a week; their sum stands for several (MS-ASCAL_R200)."""

    SUNDAY = 1
    MONDAY = 2
    TUESDAY = 4
    WEDNESDAY = 8
    THURSDAY = 16
    FRIDAY = 32
    SATURDAY = 64


EVERY_DAY: Final = 127
"""With WeekOfMonth it names a day of the month, with 5 its last one."""
LAST_WEEK: Final = 5
"""The WeekOfMonth that means the last one."""


class CalendarType(IntEnum):
    """The calendar that a recurrence counts in; others of 0 to 23 are not to be used (MS-ASCAL_R146)."""

    DEFAULT = 0
    GREGORIAN = 1
    GREGORIAN_US = 2
    JAPAN = 3
    TAIWAN = 4
    KOREA_TANGUN = 5
    HIJRI = 6
    THAI = 7
    HEBREW_LUNAR = 8
    GREGORIAN_MIDDLE_EAST_FRENCH = 9
    GREGORIAN_ARABIC = 10
    GREGORIAN_TRANSLITERATED_ENGLISH = 11
    GREGORIAN_TRANSLITERATED_FRENCH = 12
    JAPANESE_LUNAR = 14
    CHINESE_LUNAR = 15
    KOREAN_LUNAR = 20


class Pattern(Protocol):
    """What the recurrences of events, tasks and meeting requests have in common."""

    @property
    def type(self) -> RecurrenceType | None: ...
    @property
    def occurrences(self) -> int | None: ...
    @property
    def interval(self) -> int | None: ...
    @property
    def week_of_month(self) -> int | None: ...
    @property
    def day_of_week(self) -> int | None: ...
    @property
    def month_of_year(self) -> int | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def day_of_month(self) -> int | None: ...
    @property
    def calendar_type(self) -> CalendarType | None: ...
    @property
    def is_leap_month(self) -> int | None: ...
    @property
    def first_day_of_week(self) -> int | None: ...


class Recurrence(Record):
    """The recurrence of an event; ``until`` is an instant in UTC, of an all-day event a date."""

    element_tag = Calendar.Recurrence

    type: Annotated[RecurrenceType | None, Field(Calendar.Type, Enumeration(RecurrenceType))] = None
    occurrences: Annotated[int | None, Field(Calendar.Occurrences, Integer(0, 999))] = None
    interval: Annotated[int | None, Field(Calendar.Interval, Integer(0, 999))] = None
    week_of_month: Annotated[int | None, Field(Calendar.WeekOfMonth, Integer(1, 5))] = None
    day_of_week: Annotated[int | None, Field(Calendar.DayOfWeek, Integer(1, 127))] = None
    month_of_year: Annotated[int | None, Field(Calendar.MonthOfYear, Integer(1, 12))] = None
    until: Annotated[datetime | None, Field(Calendar.Until, COMPACT_DATE_TIME)] = None
    day_of_month: Annotated[int | None, Field(Calendar.DayOfMonth, Integer(1, 31))] = None
    calendar_type: Annotated[CalendarType | None, Field(Calendar.CalendarType, Enumeration(CalendarType))] = (
        None
    )
    is_leap_month: Annotated[int | None, Field(Calendar.IsLeapMonth, Integer(0, 1))] = None
    first_day_of_week: Annotated[int | None, Field(Calendar.FirstDayOfWeek, Integer(0, 6))] = None
