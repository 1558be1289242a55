"""What a change of the reminder does to the VALARMs: one is nearest to the start, the others stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from icalendar import Alarm

from overair.items.calendar.event import Event
from overair.items.icalendar.alarms import ALARM, alarm_at, alarm_before, is_shown, minutes_of, time_of
from overair.items.icalendar.components import Component
from overair.items.icalendar.events import times_of
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.merging_fields import Change
from overair.items.icalendar.sheet import Node, lines_of
from overair.items.icalendar.times import Moment
from overair.items.task import Task

_TRIGGER: Final = "TRIGGER"


def merge_reminder(change: Change, before: Event, after: Event) -> None:
    """The reminder of an event or an occurrence; one at a time of its own goes with the start."""
    start, _, end, _ = times_of(change.component, change.reader)
    recurs = change.component.first("RRULE", "RDATE") is not None
    losses = Losses()
    own = [
        node
        for node, alarm in _alarms(change)
        if before.reminder is not None
        and minutes_of(alarm, start, end, change.reader.zones, losses, recurs=recurs) == before.reminder
    ]
    moves = change.differs("start_time", "end_time")
    if change.differs("reminder"):
        wanted = None if after.reminder is None or after.reminder < 0 else alarm_before(after.reminder)
        _set(change, own, wanted)
    elif moves and after.reminder is not None:
        # What is told from the start moves with it by itself.
        told = [node for node in own if (line := node.first(_TRIGGER)) and _is_apart(line.found.parameters)]
        if told:
            _set(change, told, alarm_before(after.reminder))


def _is_apart(parameters: dict[str, str]) -> bool:
    return bool({"VALUE", "RELATED"} & parameters.keys())


def merge_reminder_time(
    change: Change, before: Task, after: Task, start: Moment | None, due: Moment | None
) -> None:
    """The reminder of a task."""
    was = before.reminder_time if before.reminder_set else None
    wanted = after.reminder_time if after.reminder_set else None
    if was == wanted:
        return
    losses = Losses()
    own = [
        node
        for node, alarm in _alarms(change)
        if was is not None and time_of(alarm, start, due, change.reader.zones, losses) == was
    ]
    _set(change, own, None if wanted is None else alarm_at(wanted.replace(microsecond=0)))


def _alarms(change: Change) -> Iterator[tuple[Node, Component]]:
    """The alarms that are shown, as they stand and as they are read."""
    for node, component in zip(change.node.inner, change.component.inner, strict=True):
        if component.name == ALARM and is_shown(component):
            yield node, component


def _set(change: Change, own: list[Node], wanted: Alarm | None) -> None:
    """Let the alarms of a reminder come at another time; the first of all, where there is none."""
    if wanted is None:
        for node in own:
            node.removed = True
        return
    if not own:
        change.sheet.add_component(change.node, wanted)
    [trigger] = lines_of(wanted, (_TRIGGER,))
    is_time = ";VALUE=DATE-TIME" in trigger
    for node in own:
        for line in node.all(_TRIGGER)[:1]:
            line.value = trigger.rpartition(":")[2]
            line.set_parameter("VALUE", "DATE-TIME" if is_time else None)
            line.set_parameter("RELATED", None)
