"""What a change of the place of an event does to LOCATION, GEO, and what Apple and Microsoft say of it."""

from __future__ import annotations

from typing import Final

from icalendar import Event as VEvent

from overair.items.calendar.event import Event
from overair.items.calendar.location import Location
from overair.items.icalendar.components import property_of
from overair.items.icalendar.merging_fields import Change, set_value
from overair.items.icalendar.places import APPLE, NAMES, NUMBERS, TEXTS, add_location
from overair.items.icalendar.sheet import Line, lines_of
from overair.items.icalendar.text import as_text, parameter_value

_POINT: Final = ("latitude", "longitude", "altitude", "accuracy")


def merge_place(change: Change, before: Event, after: Event) -> None:
    """The place: each property that says a part of it."""
    old, new = before.location or Location(), after.location or Location()
    if old == new:
        return
    written = VEvent()
    add_location(written, new, change.writer.losses)
    apple = change.node.first(APPLE)
    for attribute, name in (("display_name", NAMES[0]), *TEXTS.items()):
        if getattr(old, attribute) != getattr(new, attribute):
            _merge_text(change, attribute, name, getattr(old, attribute), getattr(new, attribute), apple)
    if any(getattr(old, one) != getattr(new, one) for one in _POINT):
        _merge_point(change, new, written)


def _merge_text(
    change: Change, attribute: str, name: str, old: str | None, new: str | None, apple: Line | None
) -> None:
    """One text of a place, wherever it is said."""
    names = NAMES if attribute == "display_name" else (name,)
    lines = [line for line in change.node.all(*names) if line.found.text.strip()]
    for line in lines:
        if not new:
            line.removed = True
        elif line.found.text == old or line is lines[0]:
            set_value(line, f"{name}:{as_text(new).to_ical().decode()}")
    parameter = {"display_name": "X-TITLE", "street": "X-ADDRESS"}.get(attribute)
    in_apple = False
    if apple is not None and parameter is not None and apple.found.parameters.get(parameter) == old:
        in_apple = bool(old)
        if in_apple:
            value = None if not new else parameter_value(parameter, new)
            apple.set_parameter(parameter, value)
    if new and not lines and (attribute == "display_name" or not in_apple):
        change.sheet.add(change.node, f"{name}:{as_text(new).to_ical().decode()}")


def _merge_point(change: Change, new: Location, written: VEvent) -> None:
    """Where on Earth it is."""
    node = change.node
    geo, structured = lines_of(written, ("GEO",)), lines_of(written, (APPLE,))
    if not geo:
        node.remove("GEO", APPLE, *NUMBERS.values())
        return
    for attribute, name in NUMBERS.items():
        for half in node.all(name):
            half.value = str(getattr(new, attribute))
    more = new.altitude is not None or new.accuracy is not None
    for name, wanted, needed in (("GEO", geo, True), (APPLE, structured, more)):
        line = node.first(name)
        found = property_of(wanted[0]) if wanted else None
        if line is not None and found is not None:
            line.value = found.value
        elif line is not None:
            # Without a name and a height there is nothing more to say than GEO does.
            line.removed = True
        elif needed:
            change.sheet.add(node, *wanted)
