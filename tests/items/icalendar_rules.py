"""What the tests of rules of recurrence ask of a rule."""

from __future__ import annotations

from datetime import UTC, datetime

from overair.items.icalendar.recurrence import (
    Expressed,
)
from overair.items.recurrence.occurrences import Series
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.task import TaskRecurrence

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday."""
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH = RecurrenceType


def occurrences(found: Expressed) -> list[datetime]:
    """What a series that ends has, less what is deleted."""
    listed = Series(found.recurrence, found.start, UTC).between(BEGINNING, END)
    return [one for one in listed if one not in found.deleted]


def said(recurrence: Recurrence | TaskRecurrence) -> dict[str, object]:
    """The fields that are set, the calendar left out where it is the usual one."""
    values = {name: getattr(recurrence, name) for name in recurrence.__struct_fields__}
    return {
        name: value
        for name, value in values.items()
        if value is not None and value is not CalendarType.DEFAULT
    }


PATTERNS = [
    ("FREQ=DAILY", {"type": DAILY, "interval": 1}),
    ("FREQ=DAILY;INTERVAL=3;COUNT=5", {"type": DAILY, "interval": 3, "occurrences": 5}),
    ("FREQ=DAILY;INTERVAL=1001", {"type": WEEKLY, "interval": 143, "day_of_week": 2, "first_day_of_week": 1}),
    (
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        {"type": WEEKLY, "interval": 1, "day_of_week": 62, "first_day_of_week": 1},
    ),
    (
        "FREQ=DAILY;INTERVAL=14;BYDAY=MO,TU",
        {"type": WEEKLY, "interval": 2, "day_of_week": 2, "first_day_of_week": 1},
    ),
    ("FREQ=DAILY;BYMONTHDAY=15", {"type": MONTHLY, "interval": 1, "day_of_month": 15}),
    (
        "FREQ=DAILY;BYMONTH=3;BYMONTHDAY=15",
        {"type": YEARLY, "interval": 1, "day_of_month": 15, "month_of_year": 3},
    ),
    ("FREQ=DAILY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12", {"type": DAILY, "interval": 1}),
    ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", {"type": DAILY, "interval": 1}),
    ("FREQ=HOURLY;INTERVAL=48", {"type": DAILY, "interval": 2}),
    ("FREQ=HOURLY;BYHOUR=9", {"type": DAILY, "interval": 1}),
    ("FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", {"type": DAILY, "interval": 1}),
    ("FREQ=WEEKLY", {"type": WEEKLY, "interval": 1, "day_of_week": 2, "first_day_of_week": 1}),
    (
        "freq=weekly;byday=mo, we,;interval=2;wkst=su;",
        {"type": WEEKLY, "interval": 2, "day_of_week": 10, "first_day_of_week": 0},
    ),
    ("FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH,FR,SA", {"type": DAILY, "interval": 1}),
    (
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
        {"type": WEEKLY, "interval": 1, "day_of_week": 34, "first_day_of_week": 1},
    ),
    ("FREQ=MONTHLY", {"type": MONTHLY, "interval": 1, "day_of_month": 5}),
    ("FREQ=MONTHLY;INTERVAL=12", {"type": MONTHLY, "interval": 12, "day_of_month": 5}),
    (
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 127, "week_of_month": 5},
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", {"type": MONTHLY, "interval": 1, "day_of_month": 30}),
    ("FREQ=MONTHLY;BYMONTHDAY=5,6,7;BYSETPOS=2", {"type": MONTHLY, "interval": 1, "day_of_month": 6}),
    ("FREQ=MONTHLY;BYDAY=2TU", {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 2}),
    ("FREQ=MONTHLY;BYDAY=-1FR", {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 32, "week_of_month": 5}),
    (
        "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 2},
    ),
    (
        "FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=8,9,10,11,12,13,14",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 2},
    ),
    (
        "FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=-1,-2,-3,-4,-5,-6,-7",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 5},
    ),
    (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 62, "week_of_month": 5},
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=2",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 65, "week_of_month": 2},
    ),
    (
        "FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=3",
        {"type": MONTHLY, "interval": 1, "day_of_month": 3},
    ),
    ("FREQ=MONTHLY;BYDAY=MO", {"type": WEEKLY, "interval": 1, "day_of_week": 2, "first_day_of_week": 1}),
    ("FREQ=MONTHLY;BYMONTH=1,4,7,10", {"type": MONTHLY, "interval": 3, "day_of_month": 5}),
    ("FREQ=MONTHLY;INTERVAL=13;BYMONTH=5", {"type": MONTHLY, "interval": 156, "day_of_month": 5}),
    ("FREQ=YEARLY", {"type": YEARLY, "interval": 1, "day_of_month": 5, "month_of_year": 1}),
    (
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=7",
        {"type": YEARLY, "interval": 2, "day_of_month": 5, "month_of_year": 7},
    ),
    ("FREQ=YEARLY;BYMONTHDAY=9", {"type": YEARLY, "interval": 1, "day_of_month": 9, "month_of_year": 1}),
    (
        "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-3",
        {"type": YEARLY, "interval": 1, "day_of_month": 28, "month_of_year": 4},
    ),
    (
        "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 1, "week_of_month": 5, "month_of_year": 10},
    ),
    (
        "FREQ=YEARLY;BYDAY=1MO",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 2, "week_of_month": 1, "month_of_year": 1},
    ),
    (
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 62, "week_of_month": 5, "month_of_year": 12},
    ),
    (
        "FREQ=YEARLY;BYMONTH=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 62, "week_of_month": 1, "month_of_year": 3},
    ),
    ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=15", {"type": MONTHLY, "interval": 6, "day_of_month": 15}),
    ("FREQ=YEARLY;BYYEARDAY=59", {"type": YEARLY, "interval": 1, "day_of_month": 28, "month_of_year": 2}),
    ("FREQ=YEARLY;BYYEARDAY=-306", {"type": YEARLY, "interval": 1, "day_of_month": 1, "month_of_year": 3}),
    ("FREQ=YEARLY;BYYEARDAY=-1", {"type": YEARLY, "interval": 1, "day_of_month": 31, "month_of_year": 12}),
    (
        "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD",
        {"type": MONTHLY, "interval": 1, "day_of_month": 31},
    ),
    (
        "RSCALE=CHINESE;FREQ=YEARLY",
        {
            "type": YEARLY,
            "interval": 1,
            "day_of_month": 17,
            "month_of_year": 11,
            "calendar_type": CalendarType.CHINESE_LUNAR,
        },
    ),
    (
        "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8",
        {
            "type": YEARLY,
            "interval": 1,
            "day_of_month": 8,
            "month_of_year": 5,
            "is_leap_month": 1,
            "calendar_type": CalendarType.HEBREW_LUNAR,
        },
    ),
    (
        "RSCALE=ISLAMIC-TBLA;FREQ=MONTHLY;BYMONTHDAY=30;SKIP=BACKWARD",
        {"type": MONTHLY, "interval": 1, "day_of_month": 30, "calendar_type": CalendarType.HIJRI},
    ),
]
