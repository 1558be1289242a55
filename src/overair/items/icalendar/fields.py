"""What events, tasks and notes read of a component alike."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from icalendar import Component as ICalendarComponent
from icalendar.prop import TypesFactory, vInline

from overair.items.icalendar.alarms import ALARM
from overair.items.icalendar.attachments import Get, Put
from overair.items.icalendar.components import Component
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.text import as_text
from overair.items.icalendar.times import Moment, moment
from overair.items.icalendar.zones import Zones

SUBJECT_CHARACTERS: Final = 4_000
CATEGORIES: Final = 300
"""The most categories (MS-ASCAL_R187)."""
CATEGORY_CHARACTERS: Final = 500
SENSITIVITIES: Final = {"PUBLIC": 0, "X-PERSONAL": 1, "PRIVATE": 2, "CONFIDENTIAL": 3}
"""The values of CLASS; others are as PRIVATE (RFC 5545 3.8.1.3)."""
_CLASSES: Final = {value: name for name, value in SENSITIVITIES.items()}
_KNOWN: Final = frozenset(map(str.upper, TypesFactory.types_map)) | {
    *("PARTICIPANT", "VLOCATION", "VRESOURCE", "COLOR", "STRUCTURED-DATA", "PARTICIPANT-TYPE"),
    *("CALENDAR-ADDRESS", "LOCATION-TYPE", "RESOURCE-TYPE", "RECUR", "ALARM-AGENT"),
}
"""The names that RFCs have for properties and components."""
_READ_OF_ALARMS: Final = frozenset({"ACTION", "TRIGGER", "DESCRIPTION", "SUMMARY", "UID"})
"""What of an alarm is read, or says what every reminder says."""
_STAMPS: Final = ("DTSTAMP", "LAST-MODIFIED", "CREATED")


class Unreadable(ValueError):
    """A component cannot become an item; the message says why."""


class Reader(NamedTuple):
    """What is known while the components of one item are read."""

    zones: Zones
    addresses: frozenset[str]
    """The user's own, in small letters."""
    now: datetime
    losses: Losses
    put: Put | None = None


class Writer(NamedTuple):
    """What is known while one item is written."""

    default_zone: str
    """That of events that recur and name none, and of the dates of tasks."""
    now: datetime
    losses: Losses
    get: Get | None = None


def name_losses(component: Component, read: frozenset[str], losses: Losses) -> None:
    """Name the properties and components that no field holds.

    Those that have no known name may be pieces of a text: they are not named.
    """
    for found in component.properties:
        if found.name not in read and found.value.strip():
            _name(found.name, component, losses)
    for inner in component.inner:
        if inner.name != ALARM:
            _name(inner.name, component, losses)
            continue
        for found in inner.properties:
            if found.name not in _READ_OF_ALARMS and (found.name.startswith("X-") or found.name in _KNOWN):
                losses.add(f"{ALARM} {found.name}")
    if component.bad_lines:
        losses.add(component.name, "has lines that are no properties")


def _name(name: str, component: Component, losses: Losses) -> None:
    if name.startswith("X-") or name in _KNOWN:
        losses.add(name)
    else:
        losses.add(component.name, "has properties that are not known")


def required_moment(component: Component, name: str, zones: Zones) -> Moment:
    """The time of a property that has to be there. Raises Unreadable."""
    found = component.first(name)
    if found is None:
        raise Unreadable(f"has no {name}")
    try:
        return moment(found, zones)
    except (ValueError, OverflowError):
        raise Unreadable(f"has a {name} that is no time, or none that can be kept") from None


def subject_of(component: Component, losses: Losses) -> str | None:
    """What a component is called."""
    text = component.text("SUMMARY")
    if len(text) > SUBJECT_CHARACTERS:
        losses.add("SUMMARY", f"is cut at {SUBJECT_CHARACTERS} characters")
    return text[:SUBJECT_CHARACTERS] or None


def categories_of(component: Component, losses: Losses) -> tuple[str, ...] | None:
    """The categories of a component, each once."""
    found = [text for one in component.all("CATEGORIES") for text in one.texts if text.strip()]
    kept = tuple(dict.fromkeys(text for text in found if len(text) <= CATEGORY_CHARACTERS))
    if len(kept) > CATEGORIES or len(kept) < len(set(found)):
        losses.add("CATEGORIES", f"only {CATEGORIES} of up to {CATEGORY_CHARACTERS} characters are kept")
    return kept[:CATEGORIES] or None


def sensitivity_of(component: Component) -> int:
    """How private a component is."""
    said = component.text("CLASS").strip().upper()
    return SENSITIVITIES.get(said, 2) if said else 0


def stamp_of(component: Component, reader: Reader) -> datetime:
    """When a component was written, in whole seconds; now where it does not say."""
    for name in _STAMPS:
        found = instant(component, name, reader)
        if found is not None:
            return found
    return reader.now.replace(microsecond=0)


def instant(component: Component, name: str, reader: Reader) -> datetime | None:
    """The instant of a property; None where there is none, or none that can be kept."""
    found = component.first(name)
    if found is None or not found.value.strip():
        return None
    try:
        return moment(found, reader.zones).instant
    except (ValueError, OverflowError):
        reader.losses.add(name, "is no time, or none that can be kept")
        return None


def status_of(component: Component) -> str:
    """The STATUS of a component, in capitals."""
    return component.text("STATUS").strip().upper()


def add_common(
    component: ICalendarComponent,
    *,
    uid: str,
    stamp: datetime,
    subject: str | None,
    categories: tuple[str, ...] | None,
    sensitivity: int | None = None,
) -> None:
    """Write what all components have."""
    component.add("UID", as_text(uid))
    component.add("DTSTAMP", stamp.replace(microsecond=0))
    if subject:
        component.add("SUMMARY", as_text(subject))
    if categories:
        component.add("CATEGORIES", vInline(",".join(as_text(one).to_ical().decode() for one in categories)))
    if sensitivity:
        component.add("CLASS", _CLASSES[sensitivity])
