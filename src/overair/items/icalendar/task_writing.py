"""Tasks as VTODOs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import Enum
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec
from icalendar import Component, Todo, vDate, vDatetime

from overair.items.icalendar.alarms import alarm_at
from overair.items.icalendar.bodies import add_body
from overair.items.icalendar.clock import Clock, Used
from overair.items.icalendar.fields import Writer, add_common
from overair.items.icalendar.recurrence import NotExpressible, rrule_of
from overair.items.icalendar.tasks import DONE, PRIORITIES
from overair.items.recurrence.series import Series
from overair.items.task import Task, TaskRecurrence
from overair.items.time_zones import zones as time_zones

_SECOND: Final = 1_000_000


class _Form(Enum):
    """How a date is written."""

    DAY = "day"
    FLOATING = "floating"
    UTC = "utc"
    ZONE = "zone"


class _Date(NamedTuple):
    """A date of a task: its local form, that in UTC, and the form in which it is written."""

    field: str
    local: datetime | None
    instant: datetime | None
    form: _Form


def write_task(task: Task, writer: Writer) -> tuple[list[Component], list[Used]]:
    """The VTODO of a task, and the zones that it names."""
    losses = writer.losses
    component = Todo()
    identity = task.uid or f"{blake2b(msgspec.json.encode(task), digest_size=16).hexdigest()}@task"
    add_common(
        component,
        uid=identity,
        stamp=writer.now,
        subject=task.subject,
        categories=task.categories,
        sensitivity=task.sensitivity,
    )
    add_body(component, task.body)
    if task.importance in PRIORITIES:
        component.add("PRIORITY", PRIORITIES[task.importance])
    elif task.importance is not None:
        losses.add("Importance", "has a value of its own")
    component.add("STATUS", "COMPLETED" if task.complete else "NEEDS-ACTION")
    if task.complete:
        component.add("PERCENT-COMPLETE", DONE)
        if task.date_completed is not None:
            component.add("COMPLETED", _whole(task.date_completed))
    start = _date("StartDate", task.start_date, task.utc_start_date, writer)
    due = _date("DueDate", task.due_date, task.utc_due_date, writer)
    if task.recurrence is not None and start is None and due is None:
        start = _date("StartDate", task.recurrence.start, None, writer)
    clock = Clock(writer.default_zone)
    for name, found in (("DTSTART", start), ("DUE", due)):
        if found is not None:
            _add_date(component, name, found, clock)
    anchor = start or due
    if task.recurrence is not None and anchor is not None:
        _add_recurrence(component, task.recurrence, anchor, writer)
    if task.reminder_time is not None and task.reminder_set:
        component.add_component(alarm_at(_whole(task.reminder_time)))
    elif task.reminder_time is not None:
        losses.add("ReminderTime", "of a reminder that is not set")
    return [component], [] if clock.used is None else [clock.used]


def _date(field: str, local: datetime | None, instant: datetime | None, writer: Writer) -> _Date | None:
    """A date and how it is written; what that does not say is dropped."""
    if local is None:
        return None if instant is None else _Date(field, None, _whole(instant), _Form.UTC)
    local = _whole(local)
    is_here = instant is None or _whole(instant) == _instant_of(local, writer.default_zone)
    if local.time() == time():
        if not is_here:
            writer.losses.add(f"Utc{field}", "is that of another zone")
        return _Date(field, local, None, _Form.DAY)
    if instant is None:
        return _Date(field, local, None, _Form.FLOATING)
    if not is_here:
        writer.losses.add(field, "is that of another zone")
    return _Date(field, local, _whole(instant), _Form.ZONE if is_here else _Form.UTC)


def _add_date(component: Todo, name: str, found: _Date, clock: Clock) -> None:
    if found.form is _Form.ZONE and found.instant is not None:
        clock.add(component, name, found.instant)
    elif found.form is _Form.UTC and found.instant is not None:
        component.add(name, vDatetime(found.instant))
    elif found.form is _Form.DAY and found.local is not None:
        component.add(name, vDate(found.local.date()), {"VALUE": "DATE"})
    elif found.local is not None:
        component.add(name, vDatetime(found.local.replace(tzinfo=None)))


def _add_recurrence(component: Todo, recurrence: TaskRecurrence, anchor: _Date, writer: Writer) -> None:
    """Write how a task recurs, from one of its dates on."""
    losses = writer.losses
    for name, value in (("Regenerate", recurrence.regenerate), ("DeadOccur", recurrence.dead_occur)):
        if value:
            losses.add(name)
    start = anchor.local or _local_of(anchor.instant, writer.default_zone)
    if recurrence.start is not None and recurrence.start.date() != start.date():
        losses.add("Start", "is before the date of the task, from which on it recurs")
        last = Series(recurrence, recurrence.start, UTC).last()
        recurrence = msgspec.structs.replace(recurrence, start=start, occurrences=None, until=last)

    def until(last: datetime) -> date:
        if anchor.form is _Form.DAY:
            return last.date()
        if anchor.form is _Form.FLOATING:
            return last.replace(tzinfo=None)
        return _instant_of(last, writer.default_zone) or last

    try:
        component.add("RRULE", rrule_of(recurrence, start, UTC, until=until))
    except NotExpressible as error:
        losses.add("Recurrence", str(error))


def _whole(instant: datetime) -> datetime:
    """A time in whole seconds, which is all that iCalendar tells."""
    return instant.replace(microsecond=0)


def _instant_of(local: datetime, zone: str) -> datetime | None:
    try:
        return local.replace(tzinfo=time_zones.tzinfo(zone)).astimezone(UTC)
    except OverflowError:
        return None


def _local_of(instant: datetime | None, zone: str) -> datetime:
    if instant is None:
        raise ValueError("a date has a form")
    return instant.astimezone(time_zones.tzinfo(zone)).replace(tzinfo=UTC)
