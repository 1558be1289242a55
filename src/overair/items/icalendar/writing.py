"""Events, tasks and notes as iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import singledispatch
from typing import Final

import msgspec
from icalendar import Calendar, Component

import overair
from overair.items.calendar.event import Event
from overair.items.icalendar.attachments import Get
from overair.items.icalendar.clock import Used, vtimezones
from overair.items.icalendar.event_writing import write_event
from overair.items.icalendar.fields import Writer
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.notes import write_note
from overair.items.icalendar.results import Dropped
from overair.items.icalendar.task_writing import write_task
from overair.items.item import Item
from overair.items.note import Note
from overair.items.task import Task

PRODUCT: Final = f"-//Overair//Overair {overair.__version__}//EN"


class Written(msgspec.Struct, frozen=True):
    """The components of an item, the zones that their times name, and what of the item they do not say."""

    components: bytes
    zones: tuple[Used, ...] = ()
    dropped: tuple[Dropped, ...] = ()

    @property
    def data(self) -> bytes:
        """An iCalendar object of this item alone."""
        return b"".join((head(self.zones), self.components, TAIL))


TAIL: Final = b"END:VCALENDAR\r\n"


def icalendar_of(
    item: Item,
    *,
    default_zone: str = "UTC",
    now: datetime | None = None,
    get: Get | None = None,
) -> Written:
    """An event, a task or a note as iCalendar.

    ``default_zone`` is the IANA name of the zone of events that recur and name none, and of the dates
    of tasks; ``get`` gives the bytes of attachments, which are dropped without it. Raises TypeError for
    an item of another class.
    """
    losses = Losses()
    writer = Writer(default_zone, now or datetime.now(UTC), losses, get)
    components, zones = _components(item, writer)
    data = b"".join(component.to_ical() for component in components)
    return Written(data, tuple(zones), losses.all)


def head(zones: Iterable[Used] = (), *, method: str | None = None, now: datetime | None = None) -> bytes:
    """What goes before the components of an iCalendar object; TAIL goes behind them."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    if method is not None:
        calendar.add("METHOD", method)
    for zone in vtimezones(zones, now or datetime.now(UTC)):
        calendar.add_component(zone)
    return bytes(calendar.to_ical()).removesuffix(TAIL)


@singledispatch
def _components(item: Item, writer: Writer) -> tuple[list[Component], list[Used]]:
    raise TypeError(f"iCalendar has no word for an item of {item.item_class}")


@_components.register
def _event(item: Event, writer: Writer) -> tuple[list[Component], list[Used]]:
    return write_event(item, writer)


@_components.register
def _task(item: Task, writer: Writer) -> tuple[list[Component], list[Used]]:
    return write_task(item, writer)


@_components.register
def _note(item: Note, writer: Writer) -> tuple[list[Component], list[Used]]:
    return [write_note(item, writer)], []
