"""Which elements go with which type of recurrence."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items.recurrence.pattern import Pattern, RecurrenceType
from overair.items.task import TaskRecurrence
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.element import Tag
from overair.wbxml.pages import Calendar, Tasks

_DAY_OF_MONTH: Final = frozenset({RecurrenceType.MONTHLY, RecurrenceType.YEARLY})
_NTH_DAY: Final = frozenset({RecurrenceType.MONTHLY_ON_NTH_DAY, RecurrenceType.YEARLY_ON_NTH_DAY})
_DAY_OF_WEEK: Final = _NTH_DAY | {RecurrenceType.DAILY, RecurrenceType.WEEKLY}
_MONTH_OF_YEAR: Final = frozenset({RecurrenceType.YEARLY, RecurrenceType.YEARLY_ON_NTH_DAY})


class Placed(msgspec.Struct, frozen=True):
    """An element and the types of recurrence with which alone it may stand."""

    tag: Tag
    name: str
    types: frozenset[RecurrenceType]


EVENTS: Final = (
    Placed(Calendar.DayOfMonth, "day_of_month", _DAY_OF_MONTH),  # MS-ASCAL_R53916
    Placed(Calendar.DayOfWeek, "day_of_week", _DAY_OF_WEEK),  # MS-ASCAL_R53917
    Placed(Calendar.MonthOfYear, "month_of_year", _MONTH_OF_YEAR),  # MS-ASCAL_R53918
    Placed(Calendar.WeekOfMonth, "week_of_month", _NTH_DAY),  # MS-ASCAL_R53919
)
TASKS: Final = (
    Placed(Tasks.DayOfMonth, "day_of_month", _DAY_OF_MONTH),  # MS-ASTASK_R132
    Placed(Tasks.DayOfWeek, "day_of_week", _DAY_OF_WEEK),  # MS-ASTASK_R532, R533
    Placed(Tasks.WeekOfMonth, "week_of_month", _NTH_DAY),  # MS-ASTASK_R320
    Placed(Tasks.CalendarType, "calendar_type", _DAY_OF_MONTH | _NTH_DAY),  # MS-ASTASK_R81
)


def check(pattern: Pattern) -> None:
    """Raise SchemaError for a pattern that is answered with status 6.

    What is missing is not refused but as the start of the series has it, but for the Type.
    """
    if pattern.type is None:
        raise SchemaError(Calendar.Type, Problem.MISSING)
    for placed in TASKS if isinstance(pattern, TaskRecurrence) else EVENTS:
        if getattr(pattern, placed.name) is not None and pattern.type not in placed.types:
            raise SchemaError(placed.tag, Problem.VALUE, "does not go with the Type")
