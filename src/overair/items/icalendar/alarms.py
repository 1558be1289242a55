"""VALARM and reminders: one of an event is minutes before its start, one of a task a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from icalendar import Alarm

from overair.items.icalendar.components import Component
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.times import Moment, after, duration, moment
from overair.items.icalendar.zones import Zones

ALARM: Final = "VALARM"
ALARMS: Final = 100
"""The most alarms of a component that are looked at."""
MOST_MINUTES: Final = 5 * 366 * 24 * 60
_SHOWN: Final = ("DISPLAY", "AUDIO")
_NONE: Final = "NONE"
"""Apple's ACTION of what is no alarm, but keeps its default one away."""
_MINUTE: Final = timedelta(minutes=1)
_TEXT: Final = "Reminder"


def reminder_of(
    component: Component, start: Moment, end: datetime, zones: Zones, losses: Losses, *, recurs: bool
) -> int | None:
    """The minutes before the start of the alarm nearest to it; what else there is, is dropped."""
    found = []
    for alarm in _shown(component, losses):
        trigger = alarm.first("TRIGGER")
        if trigger is None:
            losses.add(ALARM, "has no TRIGGER")
            continue
        is_time = trigger.parameter("VALUE") == "DATE-TIME"
        if is_time and recurs:
            losses.add(ALARM, "is at a time of its own, in a series")
            continue
        try:
            if is_time:
                at = moment(trigger, zones).instant
            else:
                base = end if trigger.parameter("RELATED") == "END" else start.instant
                at = base + sum(duration(trigger.value), timedelta())
        except (ValueError, OverflowError):
            losses.add(ALARM, "has a TRIGGER that cannot be read")
            continue
        minutes = (start.instant - at + _MINUTE - timedelta(microseconds=1)) // _MINUTE
        if 0 <= minutes <= MOST_MINUTES:
            found.append(minutes)
        else:
            losses.add(ALARM, "is not before the start")
    if len(set(found)) > 1:
        losses.add(ALARM, "only the nearest one to the start is kept")
    return min(found, default=None)


def reminder_time_of(
    component: Component, start: Moment | None, due: Moment | None, zones: Zones, losses: Losses
) -> datetime | None:
    """When the first reminder of a task comes; other ones are dropped."""
    found = []
    for alarm in _shown(component, losses):
        trigger = alarm.first("TRIGGER")
        if trigger is None:
            losses.add(ALARM, "has no TRIGGER")
            continue
        try:
            if trigger.parameter("VALUE") == "DATE-TIME":
                found.append(moment(trigger, zones).instant)
                continue
            base = due if trigger.parameter("RELATED") == "END" or start is None else start
            if base is None:
                losses.add(ALARM, "is told from a date that the task does not have")
                continue
            found.append(after(base, trigger.value))
        except (ValueError, OverflowError):
            losses.add(ALARM, "has a TRIGGER that cannot be read")
    if len(set(found)) > 1:
        losses.add(ALARM, "only the first one is kept")
    return min(found, default=None)


def _shown(component: Component, losses: Losses) -> Iterator[Component]:
    """The alarms that a device shows."""
    alarms = [inner for inner in component.inner if inner.name == ALARM]
    for alarm in alarms[:ALARMS]:
        action = alarm.text("ACTION").strip().upper()
        if action in _SHOWN or not action:
            yield alarm
        elif action != _NONE:
            losses.add(ALARM, "is neither shown nor heard")


def alarm_before(minutes: int) -> Alarm:
    """The alarm of an event's reminder."""
    return _alarm(timedelta(minutes=-minutes))


def alarm_at(instant: datetime) -> Alarm:
    """The alarm of a task's reminder."""
    return _alarm(instant)


def _alarm(trigger: timedelta | datetime) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _TEXT)
    alarm.add("TRIGGER", trigger, {"VALUE": "DATE-TIME"} if isinstance(trigger, datetime) else {})
    return alarm
