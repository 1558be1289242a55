"""An edit of an event or a task merged into the iCalendar object that it was read from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from overair.items.calendar.event import Event
from overair.items.icalendar.attachments import Get
from overair.items.icalendar.writing import icalendar_of
from overair.items.task import Task


class Unmergeable(ValueError):
    """A text that does not hold the component that was edited; the message says why."""


def merged_event(
    text: str,
    old: Event,
    new: Event,
    *,
    default_zone: str,
    addresses: Collection[str] = (),
    now: datetime,
    get: Get | None = None,
) -> str:
    """The object after an edit: what did not change from ``old`` to ``new`` stands as it stood.

    ``text`` is what the server has now, its line ends and byte order mark included, of which ``old`` was
    read with this ``default_zone`` and these ``addresses`` (``reading.items_from_icalendar``); it may be
    newer than that, and may hold other UIDs. Occurrences that have components of their own keep them.
    ``now`` goes into DTSTAMP and LAST-MODIFIED, SEQUENCE grows where an organizer's change asks for that.
    ``get`` gives the bytes of attachments; new ones are dropped without it. Raises Unmergeable, and
    whatever ``get`` raises but KeyError.
    """
    return text if old == new else icalendar_of(new, default_zone=default_zone, now=now).data.decode()


def merged_task(text: str, old: Task, new: Task, *, default_zone: str, now: datetime) -> str:
    """As ``merged_event``, for a task."""
    return text if old == new else icalendar_of(new, default_zone=default_zone, now=now).data.decode()


def without(text: str, item: Event | Task, *, default_zone: str) -> str | None:
    """The object without an item: its components, or where the item is one occurrence, that; None where
    nothing but time zones would remain, so that the whole object is to be deleted.
    """
    return None
