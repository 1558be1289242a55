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
    said = (minutes_of(one, start, end, zones, losses, recurs=recurs) for one in _shown(component, losses))
    found = [minutes for minutes in said if minutes is not None]
    if len(set(found)) > 1:
        losses.add(ALARM, "only the nearest one to the start is kept")
    return min(found, default=None)


def minutes_of(
    alarm: Component, start: Moment, end: datetime, zones: Zones, losses: Losses, *, recurs: bool
) -> int | None:
    """The minutes before the start of an event at which an alarm comes; None for one that is no reminder."""
    trigger = alarm.first("TRIGGER")
    if trigger is None:
        losses.add(ALARM, "has no TRIGGER")
        return None
    is_time = trigger.parameter("VALUE") == "DATE-TIME"
    if is_time and recurs:
        losses.add(ALARM, "is at a time of its own, in a series")
        return None
    try:
        if is_time:
            at = moment(trigger, zones).instant
        else:
            base = end if trigger.parameter("RELATED") == "END" else start.instant
            at = base + sum(duration(trigger.value), timedelta())
    except (ValueError, OverflowError):
        losses.add(ALARM, "has a TRIGGER that cannot be read")
        return None
    minutes = (start.instant - at + _MINUTE - timedelta(microseconds=1)) // _MINUTE
    if 0 <= minutes <= MOST_MINUTES:
        return minutes
    losses.add(ALARM, "is not before the start")
    return None


def reminder_time_of(
    component: Component, start: Moment | None, due: Moment | None, zones: Zones, losses: Losses
) -> datetime | None:
    """When the first reminder of a task comes; other ones are dropped."""
    said = (time_of(alarm, start, due, zones, losses) for alarm in _shown(component, losses))
    found = [instant for instant in said if instant is not None]
    if len(set(found)) > 1:
        losses.add(ALARM, "only the first one is kept")
    return min(found, default=None)


def time_of(
    alarm: Component, start: Moment | None, due: Moment | None, zones: Zones, losses: Losses
) -> datetime | None:
    """When an alarm of a task comes; None for one that is no reminder."""
    trigger = alarm.first("TRIGGER")
    if trigger is None:
        losses.add(ALARM, "has no TRIGGER")
        return None
    try:
        if trigger.parameter("VALUE") == "DATE-TIME":
            return moment(trigger, zones).instant
        base = due if trigger.parameter("RELATED") == "END" or start is None else start
        if base is None:
            losses.add(ALARM, "is told from a date that the task does not have")
            return None
        return after(base, trigger.value)
    except (ValueError, OverflowError):
        losses.add(ALARM, "has a TRIGGER that cannot be read")
        return None


def _shown(component: Component, losses: Losses) -> Iterator[Component]:
    """The alarms that a device shows."""
    alarms = [inner for inner in component.inner if inner.name == ALARM]
    for alarm in alarms[:ALARMS]:
        if is_shown(alarm):
            yield alarm
        elif alarm.text("ACTION").strip().upper() != _NONE:
            losses.add(ALARM, "is neither shown nor heard")


def is_shown(alarm: Component) -> bool:
    """Whether a device shows or sounds an alarm."""
    action = alarm.text("ACTION").strip().upper()
    return action in _SHOWN or not action


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
