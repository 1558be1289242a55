"""A task: every element of MS-ASTASK."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Final

from overair.items.body import Body
from overair.items.item import FAR_FUTURE, Item, ItemClass
from overair.items.recurrence.pattern import CalendarType, RecurrenceType
from overair.protocol.data_types import DATE_TIME, STRING, UNSIGNED_BYTE, ZERO_OR_ONE, Enumeration, Integer
from overair.protocol.schema import Field, Nested, Record, Sequence
from overair.wbxml.pages import AirSyncBase, Tasks

COMPLETED: Final = 0
"""The view date of a completed task, which is not among those to be done."""


class TaskRecurrence(Record):
    """The recurrence of a task. Dates are local ones, written as if in UTC.

    ``dead_occur`` is not 0 where the task is one completed occurrence, apart from its series.
    """

    element_tag = Tasks.Recurrence

    type: Annotated[RecurrenceType, Field(Tasks.Type, Enumeration(RecurrenceType))]
    start: Annotated[datetime | None, Field(Tasks.Start, DATE_TIME)] = None
    """Required in requests (MS-ASTASK_R37011); some servers leave it out (MS-ASTASK_R633)."""
    until: Annotated[datetime | None, Field(Tasks.Until, DATE_TIME)] = None
    occurrences: Annotated[int | None, Field(Tasks.Occurrences, UNSIGNED_BYTE)] = None
    interval: Annotated[int | None, Field(Tasks.Interval, Integer(0, 999))] = None
    day_of_week: Annotated[int | None, Field(Tasks.DayOfWeek, Integer(1, 127))] = None
    day_of_month: Annotated[int | None, Field(Tasks.DayOfMonth, Integer(1, 31))] = None
    week_of_month: Annotated[int | None, Field(Tasks.WeekOfMonth, Integer(1, 5))] = None
    month_of_year: Annotated[int | None, Field(Tasks.MonthOfYear, Integer(1, 12))] = None
    regenerate: Annotated[int | None, Field(Tasks.Regenerate, Integer(0, 1))] = None
    dead_occur: Annotated[int | None, Field(Tasks.DeadOccur, UNSIGNED_BYTE)] = None
    calendar_type: Annotated[CalendarType | None, Field(Tasks.CalendarType, Enumeration(CalendarType))] = None
    is_leap_month: Annotated[int | None, Field(Tasks.IsLeapMonth, Integer(0, 1))] = None
    first_day_of_week: Annotated[int | None, Field(Tasks.FirstDayOfWeek, Integer(0, 6))] = None


class Task(Item):
    """Something to be done. Dates without Utc in their name are local ones, written as if in UTC."""

    item_class: ClassVar[ItemClass] = ItemClass.TASKS

    subject: Annotated[str | None, Field(Tasks.Subject, STRING)] = None
    importance: Annotated[int | None, Field(Tasks.Importance, UNSIGNED_BYTE, kept=True)] = None
    utc_start_date: Annotated[datetime | None, Field(Tasks.UtcStartDate, DATE_TIME)] = None
    start_date: Annotated[datetime | None, Field(Tasks.StartDate, DATE_TIME)] = None
    utc_due_date: Annotated[datetime | None, Field(Tasks.UtcDueDate, DATE_TIME)] = None
    due_date: Annotated[datetime | None, Field(Tasks.DueDate, DATE_TIME)] = None
    categories: Annotated[
        tuple[str, ...] | None, Field(Tasks.Categories, Sequence(Tasks.Category, STRING, limit=300))
    ] = None
    recurrence: Annotated[TaskRecurrence | None, Field(Tasks.Recurrence, Nested(TaskRecurrence))] = None
    complete: Annotated[bool | None, Field(Tasks.Complete, ZERO_OR_ONE, kept=True)] = None
    date_completed: Annotated[datetime | None, Field(Tasks.DateCompleted, DATE_TIME)] = None
    sensitivity: Annotated[int | None, Field(Tasks.Sensitivity, Integer(0, 3))] = None
    reminder_time: Annotated[datetime | None, Field(Tasks.ReminderTime, DATE_TIME)] = None
    reminder_set: Annotated[bool | None, Field(Tasks.ReminderSet, ZERO_OR_ONE, kept=True)] = None
    # The text has them in flags alone (MS-ASTASK_R218, R280), the schema in tasks, too.
    ordinal_date: Annotated[datetime | None, Field(Tasks.OrdinalDate, DATE_TIME)] = None
    sub_ordinal_date: Annotated[str | None, Field(Tasks.SubOrdinalDate, STRING)] = None
    body: Annotated[Body | None, Field(AirSyncBase.Body, Nested(Body), kept=True)] = None

    uid: str | None = None
    """What it is called in the calendar that it was imported from; no client is told."""

    @property
    def view_date(self) -> int:
        """The far future until it is completed."""
        return COMPLETED if self.complete else FAR_FUTURE
