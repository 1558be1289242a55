"""An edit of an event or a task merged into the iCalendar object that it was read from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import msgspec

from overair.items.calendar.event import Event
from overair.items.icalendar.attachments import Get
from overair.items.icalendar.merging_groups import Unmergeable
from overair.items.icalendar.merging_objects import EventObject
from overair.items.icalendar.merging_removal import removed
from overair.items.icalendar.merging_tasks import TaskObject
from overair.items.recurrence.occurrences import zone_of
from overair.items.recurrence.series import Series
from overair.items.task import Task

_TICK: Final = timedelta(microseconds=1)
_BYTE_ORDER_MARK: Final = "\ufeff"


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
    old, new = (_with_occurrences(one, default_zone) for one in (old, new))
    if old == new:
        return text
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    return mark + EventObject(text.removeprefix(mark), default_zone, addresses, now, get).merged(old, new)


def merged_task(text: str, old: Task, new: Task, *, default_zone: str, now: datetime) -> str:
    """As ``merged_event``, for a task."""
    if old == new:
        return text
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    return mark + TaskObject(text.removeprefix(mark), default_zone, now).merged(old, new)


def without(text: str, item: Event | Task, *, default_zone: str) -> str | None:
    """The object without an item; None where nothing but time zones would remain, so that all of it goes.

    Of an occurrence that is an item of its own (``Event.original_start``, ``results.occurrence_uid``) only
    its component goes. Raises Unmergeable.
    """
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    after = removed(text.removeprefix(mark), item, default_zone=default_zone)
    return None if after is None else mark + after


def _with_occurrences(event: Event, default_zone: str) -> Event:
    """The event as it is written: alone where its series ends before it begins, which no rule says."""
    if event.recurrence is None or event.recurrence.until is None or event.start_time is None:
        return event
    series = Series(event.recurrence, event.start_time, zone_of(event, default_zone))
    if series.first_after(event.start_time - _TICK) is not None:
        return event
    return msgspec.structs.replace(event, recurrence=None, exceptions=None)


__all__ = ["Unmergeable", "merged_event", "merged_task", "without"]
