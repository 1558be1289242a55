"""Tasks as tests of them have a client make, change and see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from overair.items import Author, ItemClass, RenderOptions, Task, apply_change, create, render
from overair.items.body import Body
from overair.items.recurrence.pattern import CalendarType, RecurrenceType
from overair.items.task import TaskRecurrence
from overair.protocol.body_preferences import BodyType
from overair.storage.blobs import FileBlobStore
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Tasks

NOW = datetime(2026, 11, 22, 10, 0, 0, 123_456, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)


def author(version: Version = Version.V16_1, now: datetime = NOW) -> Author:
    return Author(version=version, now=now)


def added(*elements: Element, version: Version = Version.V16_1) -> Task:
    task = create(ItemClass.TASKS, list(elements), author(version))
    assert isinstance(task, Task)
    return task


def changed(task: Task, *elements: Element, version: Version = Version.V16_1, now: datetime = LATER) -> Task:
    after = apply_change(task, list(elements), author(version, now), None)
    assert isinstance(after, Task)
    return after


def shown(
    task: Task, blobs: FileBlobStore, version: Version = Version.V16_1, **options: Any
) -> dict[Tag, Element]:
    elements = render(task, RenderOptions(**options), version, blobs, "7:1")
    found = {element.tag: element for element in elements}
    assert len(found) == len(elements), "every element stands once"
    return found


def recurrence(kind: int | None = 0, *extra: Element, start: str | None = "") -> Element:
    """A Recurrence as a client sends it, which begins on Sunday unless said otherwise."""
    children = [] if kind is None else [Element(Tasks.Type, str(kind))]
    if start is not None:
        children.append(Element(Tasks.Start, start or "2026-11-22T00:00:00.000Z"))
    return Element(Tasks.Recurrence, [*children, *extra])


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


FULL = Task(
    subject="Water the plants",
    importance=2,
    utc_start_date=datetime(2026, 11, 22, 23, tzinfo=UTC),
    start_date=day(23),
    utc_due_date=datetime(2026, 11, 23, 23, tzinfo=UTC),
    due_date=day(24),
    categories=("Home", "Green"),
    recurrence=TaskRecurrence(
        type=RecurrenceType.YEARLY_ON_NTH_DAY,
        start=day(23),
        occurrences=12,
        interval=2,
        day_of_week=34,
        week_of_month=5,
        month_of_year=11,
        regenerate=1,
        dead_occur=0,
        calendar_type=CalendarType.HEBREW_LUNAR,
        is_leap_month=1,
    ),
    complete=True,
    date_completed=day(22),
    sensitivity=2,
    reminder_time=datetime(2026, 11, 23, 7, 30, tzinfo=UTC),
    reminder_set=True,
    ordinal_date=day(21),
    sub_ordinal_date="5555",
    body=Body(type=BodyType.PLAIN_TEXT, data="All of them."),
)
WEEKLY_TASK = Task(
    subject="Bins",
    complete=False,
    recurrence=TaskRecurrence(
        type=RecurrenceType.WEEKLY,
        start=SUNDAY,
        until=day(29),
        interval=1,
        day_of_week=1,
        dead_occur=0,
        first_day_of_week=1,
    ),
)
