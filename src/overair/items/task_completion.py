"""What a client makes of a recurring task when one occurrence is done (MS-ASTASK_R157).

The completed occurrence becomes a task of its own, a dead one, and the series goes on with its
next occurrence. Servers do nothing of that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
from dateutil.relativedelta import relativedelta

from overair.items.recurrence.pattern import RecurrenceType
from overair.items.recurrence.series import Series
from overair.items.task import Task, TaskRecurrence
from overair.items.tasks import with_completion
from overair.items.time_zones.zones import same_wall_time, tzinfo

DEAD: Final = 1
"""A DeadOccur; any number but 0 says the same (MS-ASTASK_R156)."""
_UNITS: Final[dict[RecurrenceType, Callable[[int], relativedelta]]] = {
    RecurrenceType.DAILY: lambda interval: relativedelta(days=interval),
    RecurrenceType.WEEKLY: lambda interval: relativedelta(weeks=interval),
    RecurrenceType.MONTHLY: lambda interval: relativedelta(months=interval),
    RecurrenceType.MONTHLY_ON_NTH_DAY: lambda interval: relativedelta(months=interval),
    RecurrenceType.YEARLY: lambda interval: relativedelta(years=interval),
    RecurrenceType.YEARLY_ON_NTH_DAY: lambda interval: relativedelta(years=interval),
}
"""After how long a task that regenerates comes again, by its Interval."""


class Completion(NamedTuple):
    """The occurrence that is done, and the series with its next one; None where there is none."""

    done: Task
    series: Task | None


def completed(task: Task, now: datetime, time_zone: str) -> Completion:
    """The task after its current occurrence was done; ``time_zone`` is the user's IANA zone.

    One that does not recur, or is an occurrence that is done, has no series.
    """
    recurrence = task.recurrence
    done = msgspec.structs.replace(task, complete=True, date_completed=None)
    if recurrence is None or recurrence.dead_occur or recurrence.start is None:
        return Completion(with_completion(done, now), None)
    dead = msgspec.structs.replace(recurrence, dead_occur=DEAD)
    # The reminder goes on with the series.
    done = msgspec.structs.replace(done, recurrence=dead, reminder_set=False, reminder_time=None)
    try:
        series = _next(task, recurrence, recurrence.start, now, time_zone)
    except (OverflowError, ValueError):  # the calendar ends before that
        series = None
    return Completion(with_completion(done, now), series)


def _next(
    task: Task, recurrence: TaskRecurrence, start: datetime, now: datetime, time_zone: str
) -> Task | None:
    dates = [date for date in (task.start_date, task.due_date) if date is not None]
    if not recurrence.regenerate:
        series = Series(recurrence, start, UTC)
        current = next((date for date in dates if series.contains(date)), dates[-1] if dates else start)
        following = series.first_after(current)
        if following is None:
            return None
        return _moved(task, recurrence, current, following, time_zone)
    current = dates[-1] if dates else start
    left = recurrence.occurrences - 1 if recurrence.occurrences else None
    today = same_wall_time(now, tzinfo(time_zone), UTC).date()
    following = datetime.combine(today, current.timetz()) + _UNITS[recurrence.type](recurrence.interval or 1)
    if left == 0 or (recurrence.until is not None and following > recurrence.until):
        return None
    # The next one is counted from now, and so is what is left of the series.
    recurrence = msgspec.structs.replace(recurrence, start=following, occurrences=left)
    return _moved(task, recurrence, current, following, time_zone)


def _moved(
    task: Task, recurrence: TaskRecurrence, current: datetime, following: datetime, time_zone: str
) -> Task:
    """The task with its dates and its reminder as far from each other as before."""
    zone, by = tzinfo(time_zone), following - current

    def local(date: datetime | None) -> datetime | None:
        return None if date is None else date + by

    def utc(date: datetime | None) -> datetime | None:
        return None if date is None else same_wall_time(same_wall_time(date, zone, UTC) + by, UTC, zone)

    due_date = local(task.due_date)
    if task.start_date is None and task.due_date is None:
        due_date = following  # or nothing would say which occurrence is meant
    return msgspec.structs.replace(
        task,
        recurrence=recurrence,
        start_date=local(task.start_date),
        due_date=due_date,
        utc_start_date=utc(task.utc_start_date),
        utc_due_date=utc(task.utc_due_date),
        reminder_time=utc(task.reminder_time),
        complete=False,
        date_completed=None,
    )
