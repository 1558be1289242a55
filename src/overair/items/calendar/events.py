"""Events and their occurrences as a client makes, changes and sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import msgspec

from overair.items.author import Author
from overair.items.calendar.attachments import changed_attachments
from overair.items.calendar.data_types import NO_REMINDER, instant_of
from overair.items.calendar.event import BEFORE_16, Event, EventException
from overair.items.calendar.exceptions import require_room, with_exceptions
from overair.items.calendar.field_rules import NOWHERE, differing, merged_attendees, place_of
from overair.items.calendar.occurring import Occurring, Told
from overair.items.calendar.scheduling import scheduled
from overair.items.calendar.showing import shown_event
from overair.items.calendar.statuses import MEETING, ORGANIZER, RECEIVED
from overair.items.calendar.times import Clock, clock_of
from overair.items.making import NO_KEYS, Sent, said
from overair.items.recurrence.occurrences import series_of
from overair.items.render_options import WHOLE, RenderOptions
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Calendar

SCHEDULE: Final = ("timezone", "all_day_event", "start_time", "end_time", "recurrence")
_ELSEWHERE: Final = frozenset((*SCHEDULE, "location_text", "location", "attachments", "exceptions"))
"""What is not stored as it is sent."""
SERVER_S_SINCE_16: Final = frozenset(("uid", "organizer_name", "organizer_email", "dt_stamp"))
"""MS-ASCAL_R2221, R2168, R2174, R2088"""
_NOT_COMPARED: Final = frozenset(("exceptions", "attachments", "body"))
"""What is compared piece by piece, or says nothing where it is as the client was told."""
_FIXED: Final = ("uid", "client_uid")
"""What an event is known by is said when it is added."""
_ORGANIZER_S: Final = ("organizer_name", "organizer_email", "meeting_status")
"""What only the organizer of a received meeting takes away."""
_NOT_OF_OCCURRENCES: Final = {"recurrence": Calendar.Recurrence, "exceptions": Calendar.Exceptions}


class NoSuchOccurrence(LookupError):
    """The event has no occurrence of that start."""


def create_event(sent: Sent) -> Event:
    """The event of an Add. Raises SchemaError."""
    values = _settable(sent)
    return _filled_in(_applied(None, values, values, sent), sent.author)


def change_event(event: Event, sent: Sent) -> Event:
    """The event after a Change: what is sent as it was told stays as it is stored. Raises SchemaError."""
    values = {name: value for name, value in _settable(sent).items() if _may_change(event, name, value)}
    told = shown_event(event, sent.options, sent.author.version, "")
    plain = {name: value for name, value in values.items() if name not in _NOT_COMPARED}
    different = differing(Event, plain, told, sent.author.version)
    different |= {name: value for name, value in values.items() if name in _NOT_COMPARED}
    after = _applied(event, values, different, sent)
    if after == event:
        return event
    after = _filled_in(after, sent.author)
    return after if "dt_stamp" in different else _stamped(event, after, sent.author)


def change_occurrence(
    event: Event,
    instance_id: str,
    application_data: list[Element],
    author: Author,
    options: RenderOptions = WHOLE,
    *,
    blob_keys: Mapping[bytes, str] = NO_KEYS,
) -> Event:
    """The series after a Change of one occurrence; one that is as the series again is no exception.

    ``options`` and ``blob_keys`` are as in ``apply_change``. Raises SchemaError and NoSuchOccurrence.
    """
    clock = clock_of(event, author.version, author.time_zone)
    original, before = named_occurrence(event, instance_id, author, clock)
    values = said(Event, application_data, author.version)
    for name, tag in _NOT_OF_OCCURRENCES.items():
        if name in values:
            raise SchemaError(tag, Problem.UNKNOWN, "in an occurrence")
    values = {name: value for name, value in values.items() if name not in SERVER_S_SINCE_16}
    sent = Sent(values, author, None, options, blob_keys)
    occurring = Occurring(event, clock, sent, event.next_attachment)
    told = None if before is None else Told(event, sent).exception(before)
    changed = occurring.changed(before, original, values, told)
    if changed == before:
        return event
    if changed is not None:
        changed = msgspec.structs.replace(changed, dt_stamp=author.second)
    after = _with_occurrence(event, original, changed)
    after = msgspec.structs.replace(after, next_attachment=occurring.next_attachment)
    return _stamped(event, after, author)


def delete_occurrence(event: Event, instance_id: str, author: Author) -> Event:
    """The series without one occurrence. Raises SchemaError and NoSuchOccurrence."""
    original, before = named_occurrence(event, instance_id, author)
    revision = None if before is None else before.organizer_revision
    deleted = EventException(deleted=True, exception_start_time=original, organizer_revision=revision)
    return _stamped(event, _with_occurrence(event, original, deleted), author)


def named_occurrence(
    event: Event, instance_id: str, author: Author, clock: Clock | None = None
) -> tuple[datetime, EventException | None]:
    """The start in the series of the occurrence that an InstanceId names, and what is otherwise about it.

    ``clock`` is that of the author's version, where it is known already.
    """
    try:
        named = instant_of(instance_id)
    except ValueError as error:
        raise SchemaError(AirSyncBase.InstanceId, Problem.VALUE, str(error)) from None
    series = series_of(event, author.time_zone)
    clock = clock or clock_of(event, author.version, author.time_zone)
    # By its day, since a client may reckon daylight saving time otherwise.
    original = None if series is None else series.at(clock.read(named, all_day=bool(event.all_day_event)))
    if series is None or original is None:
        raise NoSuchOccurrence("the series has no such occurrence")
    for exception in event.exceptions or ():
        if series.day(exception.exception_start_time) == series.day(original):
            if exception.deleted:
                raise NoSuchOccurrence("the occurrence was deleted")
            return exception.exception_start_time, exception
    return original, None


def _with_occurrence(event: Event, original: datetime, exception: EventException | None) -> Event:
    others = [one for one in event.exceptions or () if one.exception_start_time != original]
    if exception is not None:
        others.append(exception)
        require_room(len(others))
    others.sort(key=lambda one: one.exception_start_time)
    return msgspec.structs.replace(event, exceptions=tuple(others) or None)


def _settable(sent: Sent) -> dict[str, Any]:
    """The values of a client that are its to say in its version."""
    if sent.author.version <= BEFORE_16:
        return sent.values
    return {name: value for name, value in sent.values.items() if name not in SERVER_S_SINCE_16}


def _may_change(event: Event, name: str, value: Any) -> bool:  # of any field
    if name in _FIXED:
        return getattr(event, name) is None
    received = event.meeting_status is not None and event.meeting_status & RECEIVED
    return not (received and value is None and name in _ORGANIZER_S)


def _applied(
    before: Event | None, values: Mapping[str, Any], different: Mapping[str, Any], sent: Sent
) -> Event:
    """The event with what was sent of it; ``different`` are the values that are not what was told."""
    event, author = before or Event(), sent.author
    after = {name: value for name, value in different.items() if name not in _ELSEWHERE}
    if after.get("reminder") == NO_REMINDER:
        after["reminder"] = None
    if after.get("attendees") is not None:
        after["attendees"] = merged_attendees(after["attendees"], event.attendees, author.version)
    for name, place in place_of(different).items():
        after[name] = None if place == NOWHERE else place
    if different.get("attachments") is not None:
        stored, after["next_attachment"] = changed_attachments(
            event.stored_attachments or (), different["attachments"], sent.blob_keys, event.next_attachment
        )
        after["stored_attachments"] = stored or None
    schedule = scheduled(before, values, different, author)
    changed = msgspec.structs.replace(event, **after, **schedule.values)
    return with_exceptions(event, changed, schedule.clock, sent)


def _filled_in(event: Event, author: Author) -> Event:
    """The event with what the server says where its client does not."""
    missing: dict[str, Any] = {}
    if event.uid is None:
        missing["uid"] = uuid4().hex.upper()  # MS-ASCAL_R46311, R2223
    if event.dt_stamp is None:
        missing["dt_stamp"] = author.second
    status = event.meeting_status or 0
    if event.attendees and not status:
        status = MEETING  # MS-ASCAL_R310
    missing["meeting_status"] = status
    if not status & RECEIVED:  # MS-ASCAL_R31813
        if event.organizer_email is None and author.address:
            # MS-ASCAL_R2169, R2175
            missing |= {"organizer_email": author.address, "organizer_name": author.name or None}
        if status:
            missing["response_type"] = ORGANIZER  # MS-ASCAL_R410
    return msgspec.structs.replace(event, **missing)


def _stamped(before: Event, after: Event, author: Author) -> Event:
    """The event with the time at which it was changed (MS-ASCAL_R21911), if it was."""
    if after == before:
        return before
    return msgspec.structs.replace(after, dt_stamp=author.second)


__all__ = [
    "NoSuchOccurrence",
    "change_event",
    "change_occurrence",
    "create_event",
    "delete_occurrence",
    "shown_event",
]
