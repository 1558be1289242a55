"""Events as clients of the different versions are shown them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from overair.items import bodies
from overair.items.attachments import Attachment
from overair.items.body import NO_BODY, Body
from overair.items.calendar.data_types import NO_REMINDER, instance_id_of
from overair.items.calendar.event import Event, EventException, StoredAttachment
from overair.items.calendar.location import Location
from overair.items.calendar.statuses import FREE, WORKING_ELSEWHERE
from overair.items.calendar.times import Clock, clock_of, times_of
from overair.items.item import ItemClass
from overair.items.recurrence.changes import filled_in
from overair.items.render_options import RenderOptions
from overair.items.renditions import StoredBody
from overair.protocol.body_preferences import BodyPreference
from overair.versions import Version

MOST_EXCEPTIONS_SHOWN: Final = 256
"""In an answer (MS-ASCAL_R24311)."""


def shown_event(event: Event, options: RenderOptions, version: Version, item_id: str) -> Event:
    """The event as it is told: what a client may leave out and must be told has its default."""
    all_day = bool(event.all_day_event)
    clock = clock_of(event, version, options.time_zone, names=options.time_zone_names)
    start, end = event.start_time, event.end_time
    changed: dict[str, Any] = {
        "timezone": clock.time_zone,
        "all_day_event": all_day,
        "start_time": start and clock.shown(start, all_day=all_day),
        "end_time": end and clock.shown(end, all_day=all_day),
        "busy_status": _busy_status(event.busy_status, version),
        "sensitivity": event.sensitivity or 0,
        "meeting_status": event.meeting_status or 0,
        # MS-ASCAL_R214, R215
        "disallow_new_time_proposal": bool(event.disallow_new_time_proposal),
        # Without a body, too (MS-ASAIRS_R386, MS-ASAIRS_R105): only an empty one says that it is gone.
        "body": _body(event.body or NO_BODY, options.body_preferences, version),
        "native_body_type": event.body.type if event.body is not None else None,
        "client_uid": None,
    }
    if event.location is not None:
        # One that no text can say is not told, so that nobody sends back that it is gone.
        changed["location_text"] = text_of(event.location) or None
    if event.recurrence is not None and start is not None:
        until = event.recurrence.until
        changed["recurrence"] = msgspec.structs.replace(
            filled_in(event.recurrence, clock.day(start, all_day=all_day).date()),
            until=until and clock.shown(until, all_day=all_day),
        )
    if event.exceptions is not None:
        changed["exceptions"] = _exceptions(event, clock, options, version, item_id)
    if event.stored_attachments:
        changed["attachments"] = _attachments(event.stored_attachments, item_id)
    if event.original_start is not None:
        changed["instance_id"] = instance_id_of(event.original_start)
    return msgspec.structs.replace(event, **changed)


def shown_exception(
    event: Event,
    exception: EventException,
    clock: Clock,
    preferences: Sequence[BodyPreference],
    version: Version,
    item_id: str,
) -> EventException:
    """One exception as it is told: what is as in the series is left out, but for its times.

    Some clients take the times of the series for those that an exception lacks.
    """
    original = exception.exception_start_time
    named: dict[str, Any] = {
        "exception_start_time": clock.shown(original, all_day=bool(event.all_day_event)),
        "instance_id": None,
    }
    if version >= Version.V16_0:
        named["instance_id"] = instance_id_of(named["exception_start_time"])
    if exception.deleted:
        return EventException(deleted=True, **named)
    all_day = bool(event.all_day_event if exception.all_day_event is None else exception.all_day_event)
    start, end = times_of(event, exception)
    named["start_time"] = clock.shown(start, all_day=all_day)
    named["end_time"] = clock.shown(end, all_day=all_day)
    if exception.body is not None:
        named["body"] = _body(exception.body, preferences, version)
    if exception.location is not None:
        named["location_text"] = text_of(exception.location)
    if exception.stored_attachments is not None:
        named["attachments"] = _attachments(exception.stored_attachments, item_id)
    if exception.reminder == NO_REMINDER and version < Version.V14_1:
        named["reminder"] = None  # MS-ASCAL_R2185
    if exception.busy_status is not None:
        named["busy_status"] = _busy_status(exception.busy_status, version)
    return msgspec.structs.replace(exception, **named)


def text_of(location: Location) -> str:
    """A place in the one text that clients up to 14.1 have for it."""
    if location.display_name is not None:
        return location.display_name
    address = (location.street, location.postal_code, location.city, location.state, location.country)
    return ", ".join(part for part in address if part)


def _exceptions(
    event: Event, clock: Clock, options: RenderOptions, version: Version, item_id: str
) -> tuple[EventException, ...] | None:
    found = event.exceptions or ()
    if len(found) > MOST_EXCEPTIONS_SHOWN:
        found = tuple(sorted(found, key=lambda one: one.exception_start_time))[-MOST_EXCEPTIONS_SHOWN:]
    preferences = options.body_preferences
    return tuple(shown_exception(event, one, clock, preferences, version, item_id) for one in found) or None


def _body(body: Body, preferences: Sequence[BodyPreference], version: Version) -> Body:
    return bodies.body(StoredBody(body), preferences, bodies.types_of(ItemClass.CALENDAR, version))


def _busy_status(status: int | None, version: Version) -> int | None:
    """Who works elsewhere can be asked to a meeting: Free, where there is no word for it (MS-ASCAL_R2044)."""
    return FREE if status == WORKING_ELSEWHERE and version < Version.V16_0 else status


def _attachments(stored: Sequence[StoredAttachment], item_id: str) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            display_name=one.display_name,
            file_reference=f"{item_id}:{one.number}",
            method=one.method,
            estimated_data_size=one.size,
            content_id=one.content_id,
            content_location=one.content_location,
            is_inline=one.is_inline or None,
        )
        for one in stored
    )
