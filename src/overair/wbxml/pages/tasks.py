"""Code page 9, Tasks (MS-ASWBXML 2.1.2.1.10)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Tasks(CodePage, page=9, namespace="Tasks"):
    """The tags of Tasks."""

    Categories = Tag(0x08)
    Category = Tag(0x09)
    Complete = Tag(0x0A)
    DateCompleted = Tag(0x0B)
    DueDate = Tag(0x0C)
    UtcDueDate = Tag(0x0D)
    Importance = Tag(0x0E)
    Recurrence = Tag(0x0F)
    Type = Tag(0x10)
    Start = Tag(0x11)
    Until = Tag(0x12)
    Occurrences = Tag(0x13)
    Interval = Tag(0x14)
    DayOfMonth = Tag(0x15)
    DayOfWeek = Tag(0x16)
    WeekOfMonth = Tag(0x17)
    MonthOfYear = Tag(0x18)
    Regenerate = Tag(0x19)
    DeadOccur = Tag(0x1A)
    ReminderSet = Tag(0x1B)
    ReminderTime = Tag(0x1C)
    Sensitivity = Tag(0x1D)
    StartDate = Tag(0x1E)
    UtcStartDate = Tag(0x1F)
    Subject = Tag(0x20)
    OrdinalDate = Tag(0x22, since=Version.V12_0)
    SubOrdinalDate = Tag(0x23, since=Version.V12_0)
    CalendarType = Tag(0x24, since=Version.V14_0)
    IsLeapMonth = Tag(0x25, since=Version.V14_0)
    FirstDayOfWeek = Tag(0x26, since=Version.V14_1)
