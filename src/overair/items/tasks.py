"""Tasks as a client makes, changes and sees them.

A client that completes an occurrence of a recurring task says so itself: the completed occurrence
is an item of its own whose DeadOccur is not 0 (MS-ASTASK_R157), and the series is changed to begin
with its next one. The server does nothing of that for it, or there would be two of each.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

import msgspec

from overair.items.author import Author
from overair.items.making import Sent
from overair.items.recurrence.changes import filled_in, to_store
from overair.items.task import Task, TaskRecurrence
from overair.items.time_zones.zones import same_wall_time
from overair.items.time_zones.zones import tzinfo as tzinfo_of
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.pages import Tasks


def create_task(sent: Sent) -> Task:
    """The task of an Add. Raises SchemaError."""
    values = _with_recurrence(sent.values, None, sent.author)
    return with_completion(Task(**values), sent.author.now)


def change_task(task: Task, sent: Sent) -> Task:
    """The task after a Change. Raises SchemaError."""
    values = _with_recurrence(sent.values, task.recurrence, sent.author)
    if "reminder_set" not in values and values.get("reminder_time") is None:
        # A reminder that stays (MS-ASTASK_R370) keeps its time.
        values.pop("reminder_time", None)
    after = msgspec.structs.replace(task, **values)
    if task.complete and after.date_completed is None:
        after = msgspec.structs.replace(after, date_completed=task.date_completed)
    return with_completion(after, sent.author.now)


def with_completion(task: Task, now: datetime) -> Task:
    """The task with Complete (MS-ASTASK_R116) and, where it is complete and only there, its date.

    ``now`` is the date of one that has none (MS-ASTASK_R124).
    """
    if not task.complete:
        return msgspec.structs.replace(task, complete=False, date_completed=None)
    millisecond = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return msgspec.structs.replace(task, date_completed=task.date_completed or millisecond)


def _with_recurrence(values: dict[str, Any], before: TaskRecurrence | None, author: Author) -> dict[str, Any]:
    sent = values.get("recurrence")
    if sent is None:
        return dict(values)
    if sent.start is None:
        raise SchemaError(Tasks.Start, Problem.MISSING, "of a Recurrence")  # MS-ASTASK_R37011
    return {**values, "recurrence": to_store(sent, before, sent.start.date(), author)}


def shown_task(task: Task, time_zone: str) -> Task:
    """The task, its body apart, as every client is shown it; ``time_zone`` is the user's.

    Of a date that is stored as a local one only or in UTC only the other form is made, for clients
    read either. An empty Categories says that there are none any more (MS-ASTASK_R111).
    """
    recurrence = task.recurrence
    if recurrence is not None and recurrence.start is not None:
        recurrence = filled_in(recurrence, recurrence.start.date())
    return msgspec.structs.replace(
        with_both_dates(task, time_zone),
        categories=task.categories or (),
        recurrence=recurrence,
        complete=bool(task.complete),
    )


def with_both_dates(task: Task, time_zone: str) -> Task:
    """The task with both forms, local and UTC, of each date of which it has one."""
    zone = tzinfo_of(time_zone)
    return msgspec.structs.replace(
        task,
        utc_start_date=task.utc_start_date or _other_form(task.start_date, UTC, zone),
        start_date=task.start_date or _other_form(task.utc_start_date, zone, UTC),
        utc_due_date=task.utc_due_date or _other_form(task.due_date, UTC, zone),
        due_date=task.due_date or _other_form(task.utc_due_date, zone, UTC),
    )


def _other_form(date: datetime | None, source: tzinfo, target: tzinfo) -> datetime | None:
    return None if date is None else same_wall_time(date, source, target)
