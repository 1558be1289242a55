"""Events as a client reads what a server told it, and writes what it tells the server."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, TypeVar

import msgspec

from overair.items.author import Author
from overair.items.calendar.data_types import instant_of
from overair.items.calendar.event import BEFORE_16, Event, EventException
from overair.items.calendar.events import SCHEDULE, SERVER_S_SINCE_16
from overair.items.calendar.field_rules import place_of
from overair.items.calendar.scheduling import scheduled
from overair.items.calendar.showing import shown_event, shown_exception
from overair.items.calendar.times import Clock, clock_of
from overair.items.render_options import RenderOptions
from overair.versions import Version
from overair.wbxml.element import Element

R = TypeVar("R", Event, EventException)

_TIMES: Final = frozenset(("timezone", "all_day_event", "start_time", "end_time"))
"""What means something only together."""


def told_event(elements: list[Element], author: Author) -> Event:
    """The event that a server told of, with its times, zone and places as Event documents them.

    ``author`` is the client that was told: its version, and the zone of events that name none. Raises
    SchemaError.
    """
    wire = Event.from_children(elements, author.version)
    said = {name: value for name in SCHEDULE if (value := getattr(wire, name)) is not None}
    schedule = scheduled(None, said, said, author)
    all_day = bool(schedule.values.get("all_day_event"))
    exceptions = tuple(_exception(one, schedule.clock, all_day=all_day) for one in wire.exceptions or ())
    values: dict[str, Any] = {"timezone": None, **schedule.values, **_place(wire)}
    if wire.instance_id is not None:
        values["original_start"] = instant_of(wire.instance_id)
    return msgspec.structs.replace(wire, exceptions=exceptions or None, instance_id=None, **values)


def _exception(wire: EventException, clock: Clock, *, all_day: bool) -> EventException:
    own_all_day = all_day if wire.all_day_event is None else wire.all_day_event
    times = {
        name: clock.read(value, all_day=own_all_day)
        for name in ("start_time", "end_time")
        if (value := getattr(wire, name)) is not None
    }
    start = clock.read(wire.exception_start_time, all_day=all_day)
    return msgspec.structs.replace(wire, exception_start_time=start, **times, **_place(wire))


def _place(wire: Event | EventException) -> dict[str, Any]:
    """The location as an object, also where it was told as a text."""
    if wire.location_text is None:
        return {}
    return {"location_text": None, **place_of({"location_text": wire.location_text})}


def elements_of(event: Event, names: Collection[str], version: Version, time_zone: str) -> list[Element]:
    """What a client writes to say some fields of an event, which is as Event documents it.

    What the server alone says is left out, and the times all stand where one of them does. Raises
    ValueError for exceptions from 16.0 on, where occurrences are changed one by one (MS-ASCAL_R2112).
    """
    if version > BEFORE_16 and "exceptions" in names:
        raise ValueError("from 16.0 on, occurrences are changed one by one")
    shown = shown_event(event, RenderOptions(time_zone=time_zone), version, "")
    if event.exceptions is not None:
        clock = clock_of(event, version, time_zone)
        exceptions = tuple(
            msgspec.structs.replace(shown_exception(event, one, clock, (), version, ""), body=one.body)
            for one in event.exceptions
        )
        shown = msgspec.structs.replace(shown, exceptions=exceptions)
    return _values(Event, event, shown, _written(names, version)).to_children(version)


def elements_of_occurrence(
    event: Event, exception: EventException, names: Collection[str], version: Version, time_zone: str
) -> list[Element]:
    """What a client writes to say some fields of one occurrence of an event, which are as documented."""
    clock = clock_of(event, version, time_zone)
    shown = shown_exception(event, exception, clock, (), version, "")
    wanted = {*_written(names, version), "exception_start_time"}
    return _values(EventException, exception, shown, wanted).to_children(version)


def _written(names: Collection[str], version: Version) -> set[str]:
    wanted = set(names)
    if wanted & {*_TIMES, "zone", "recurrence"}:
        wanted |= _TIMES
    if "location" in wanted:
        wanted.add("location_text")
    return wanted if version <= BEFORE_16 else wanted - SERVER_S_SINCE_16


def _values(model: type[R], given: R, shown: R, wanted: Collection[str]) -> R:
    """Of what a server would show the fields that a client wants to say; bodies as they were given."""
    values: dict[str, Any] = {
        bound.name: getattr(shown, bound.name)
        for bound in model.fields()
        if bound.name in wanted and not bound.field.read_only
    }
    if "body" in values:
        values["body"] = given.body
    return model(**values)
