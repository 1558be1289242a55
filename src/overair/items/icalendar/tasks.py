"""VTODOs as tasks."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final

from overair.items.icalendar.alarms import reminder_time_of
from overair.items.icalendar.bodies import PROPERTIES as BODY_PROPERTIES
from overair.items.icalendar.bodies import body_of, is_inline
from overair.items.icalendar.components import Component
from overair.items.icalendar.fields import (
    Reader,
    Unreadable,
    categories_of,
    instant,
    name_losses,
    required_moment,
    sensitivity_of,
    stamp_of,
    status_of,
    subject_of,
)
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.recurrence import NotExpressible, task_recurrence_of
from overair.items.icalendar.times import Moment, after
from overair.items.recurrence.changes import filled_in
from overair.items.task import Task, TaskRecurrence

LOW, NORMAL, HIGH = 0, 1, 2
"""Values of Importance."""
PRIORITIES: Final = {HIGH: 1, NORMAL: 5, LOW: 9}
DONE: Final = 100
"""PERCENT-COMPLETE of what is done."""
_READ: Final = (
    frozenset({"UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "CLASS", "CATEGORIES", "STATUS", "PRIORITY"})
    | {"DTSTART", "DUE", "DURATION", "COMPLETED", "PERCENT-COMPLETE", "RRULE", "RECURRENCE-ID"}
    | {"RDATE", "EXDATE", "EXRULE"}
    | BODY_PROPERTIES
)


def task_of(uid: str, component: Component, reader: Reader) -> Task:
    """The task of a VTODO. Raises Unreadable."""
    losses = reader.losses
    start = required_moment(component, "DTSTART", reader.zones) if component.first("DTSTART") else None
    due = required_moment(component, "DUE", reader.zones) if component.first("DUE") else None
    if due is None and start is not None:
        due = _after_duration(component, start, losses)
    reminder = reminder_time_of(component, start, due, reader.zones, losses)
    complete, completed = _completion(component, reader)
    task = Task(
        uid=uid,
        subject=subject_of(component, losses),
        body=body_of(component, losses),
        categories=categories_of(component, losses),
        sensitivity=sensitivity_of(component),
        importance=_importance(component),
        recurrence=_recurrence(component, start or due, reader),
        complete=complete,
        date_completed=completed,
        reminder_time=reminder,
        reminder_set=reminder is not None,
        start_date=_local(start),
        utc_start_date=_utc(start),
        due_date=_local(due),
        utc_due_date=_utc(due),
    )
    if any(map(is_inline, component.all("ATTACH"))):
        losses.add("ATTACH", "a task keeps no files")
    name_losses(component, _READ, losses)
    if task.subject is None and task.body is None and start is None and due is None:
        raise Unreadable("says nothing that a task holds")
    return task


def _local(said: Moment | None) -> datetime | None:
    """The local form of a date, which one in UTC does not have."""
    return None if said is None or said.is_utc else said.local.replace(tzinfo=UTC)


def _utc(said: Moment | None) -> datetime | None:
    """The form in UTC, which a day and a floating time do not have."""
    return None if said is None or said.is_date or said.is_floating else said.instant


def _after_duration(component: Component, start: Moment, losses: Losses) -> Moment | None:
    found = component.first("DURATION")
    if found is None:
        return None
    try:
        end = after(start, found.value)
    except (ValueError, OverflowError):
        losses.add("DURATION", "cannot be read")
        return None
    local = end if start.zone is None else end.astimezone(start.zone.tzinfo)
    return start._replace(instant=end, local=local.replace(tzinfo=None))


def _completion(component: Component, reader: Reader) -> tuple[bool, datetime | None]:
    """Whether a task is done, and since when."""
    losses = reader.losses
    status = status_of(component)
    percent = component.text("PERCENT-COMPLETE").strip()
    completed = instant(component, "COMPLETED", reader)
    is_done = status in ("COMPLETED", "CANCELLED") or (
        not status and (completed is not None or percent == str(DONE))
    )
    if status == "CANCELLED":
        losses.add("STATUS", "CANCELLED is kept as completed")
    if status == "IN-PROCESS":
        losses.add("STATUS", "IN-PROCESS is kept as not completed")
    if percent not in ("", "0", str(DONE)):
        losses.add("PERCENT-COMPLETE", "a task is done or not")
    if not is_done:
        return False, None
    return True, completed or stamp_of(component, reader)


def _importance(component: Component) -> int:
    text = component.text("PRIORITY").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    if 1 <= number <= 4:
        return HIGH
    return LOW if number >= 6 else NORMAL


def _recurrence(component: Component, start: Moment | None, reader: Reader) -> TaskRecurrence | None:
    for name in ("RDATE", "EXDATE", "EXRULE"):
        if component.first(name) is not None:
            reader.losses.add(name, "a task keeps no exceptions")
    rules = component.all("RRULE")
    if not rules or component.first("RECURRENCE-ID") is not None:
        return None
    if len(rules) > 1:
        raise Unreadable("recurs by several rules")
    if start is None:
        raise Unreadable("recurs, but from no date on")
    try:
        found, otherwise = task_recurrence_of(
            rules[0].value, start.instant, _zone(start, reader), all_day=start.is_date
        )
    except NotExpressible as error:
        raise Unreadable(f"its RRULE is none that a task can have: {error}") from None
    if otherwise:
        reader.losses.add("RRULE", otherwise)
    return found if found.start is None else filled_in(found, found.start.date())


def _zone(start: Moment, reader: Reader) -> tzinfo:
    """The zone by whose days a task recurs; that of what is a day is UTC."""
    if start.is_date:
        return UTC
    return (start.zone or reader.zones.default).tzinfo
