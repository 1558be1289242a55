"""Where in an iCalendar text the components of an item are, and what edits of all kinds have in common."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

import msgspec

from overair.items.calendar.event import Event, EventException
from overair.items.icalendar.clock import Used, vtimezones
from overair.items.icalendar.components import Source
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.reading import Group, arranged, uid_of
from overair.items.icalendar.sheet import Sheet
from overair.items.task import Task

R = TypeVar("R", Event, Task, EventException)


Groups = dict[tuple[str, str], list[Source]]
"""The components of a text (reading.grouped)."""


class Unmergeable(ValueError):
    """A text that does not hold the component that was edited; the message says why."""


def group_of(groups: Groups, name: str, uid: str | None) -> Group | None:
    """The components of an item."""
    for (kind, _), several in groups.items():
        if kind == name and uid_of(several[0], Losses()) == uid:
            group = arranged(name, several)
            return group if group.master is not None or group.changed else None
    return None


def basis(event: Event) -> tuple[object, ...]:
    """All that says when the occurrences of a series begin."""
    return event.recurrence, event.start_time, event.zone, event.timezone, bool(event.all_day_event)


def edited(base: R, old: R, new: R, apart: Collection[str]) -> R:
    """What was edited, put upon what is."""
    changed = {
        name: getattr(new, name)
        for name in base.__struct_fields__
        if name not in apart and getattr(old, name) != getattr(new, name)
    }
    return msgspec.structs.replace(base, **changed)


def add_zones(sheet: Sheet, groups: Groups, source: Source, used: Collection[Used], now: datetime) -> None:
    """Put in the zones that times name from now on and that the calendar of a component does not have."""
    zones = source.calendar.time_zones
    beside = [one for several in groups.values() for one in several]
    first = min(sheet.begin_of(one) for one in (*zones, *beside) if one.calendar is source.calendar)
    known = {_tzid(one) for one in zones}
    for zone in vtimezones([one for one in used if one.tzid not in known], now):
        sheet.insert(first, sheet.text_of(zone))


def _tzid(zone: Source) -> str:
    try:
        return zone.read().text("TZID").strip()
    except ValueError:
        return ""
