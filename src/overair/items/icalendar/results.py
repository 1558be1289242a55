"""What a conversion from iCalendar gives back, and what is said of what was dropped."""

from __future__ import annotations

from datetime import datetime

import msgspec

from overair.items.calendar.event import Event
from overair.items.note import Note
from overair.items.task import Task


class Dropped(msgspec.Struct, frozen=True, order=True):
    """A property or component that the other side cannot say; nothing of its content."""

    name: str
    """Of a property, component or field, as ``RDATE`` or ``VALARM``."""
    reason: str = ""
    """Why; empty where the other side has no field for it at all."""


class Converted(msgspec.Struct, frozen=True):
    """An item that components of one UID became."""

    item: Event | Task | Note
    dropped: tuple[Dropped, ...] = ()
    place: int = 0
    """The place of its first component among those of the file, from 1."""
    method: str | None = None
    """The METHOD of its calendar, in capitals: REQUEST, CANCEL, REPLY, PUBLISH, ..."""
    sequence: int = 0


class Refused(msgspec.Struct, frozen=True):
    """Components that did not become an item, or a text that holds none (``place`` 0)."""

    place: int
    component: str
    """VEVENT, VTODO, VJOURNAL; empty for the text as a whole."""
    name: str
    """What it is called, to find it again."""
    reason: str


def occurrence_uid(uid: str, start: datetime) -> str:
    """The UID of an event that is one occurrence of a series of that UID, and stands alone."""
    return f"{uid}/{start:%Y%m%dT%H%M%SZ}"
