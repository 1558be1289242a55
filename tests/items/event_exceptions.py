"""A series of events and its exceptions, as the tests send them."""

from __future__ import annotations

from typing import Any

import msgspec

from overair.items import Event
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee
from overair.items.calendar.event import EventException
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType
from overair.protocol.data_types import COMPACT_DATE_TIME
from overair.versions import Version
from overair.wbxml import Element
from overair.wbxml.pages import Calendar
from support.events import (
    ZONE,
    at,
    changed,
    elements_of,
    without,
)

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
TEXT = Body(type=BodyType.PLAIN_TEXT, data="all about it")
SERIES = Event(
    subject="Stand-up",
    start_time=at("2026-06-01T07:00"),
    end_time=at("2026-06-01T07:15"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    location=Location(display_name="Office", city="Berlin"),
    reminder=10,
    categories=("work",),
    body=TEXT,
    organizer_name="Ada",
    organizer_email="ada@example.org",
    meeting_status=1,
    response_type=1,
    attendees=(Attendee(email="bob@example.org", name="Bob"),),
    recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, until=at("2026-06-30T07:00")),
)
FIRST, SECOND, THIRD = (at(f"2026-06-0{day}T07:00") for day in (2, 3, 4))
RENAMED = EventException(exception_start_time=FIRST, subject="Walk")
MOVED = EventException(
    exception_start_time=SECOND, start_time=at("2026-06-03T09:00"), end_time=at("2026-06-03T09:30")
)
DELETED = EventException(exception_start_time=THIRD, deleted=True)
FULL = msgspec.structs.replace(SERIES, exceptions=(RENAMED, MOVED, DELETED))


def with_(event: Event, **values: Any) -> Event:
    return msgspec.structs.replace(event, **values)


def compact(text: str) -> str:
    return str(COMPACT_DATE_TIME.encode(at(text), V14))


def exception(start: str, *elements: Element) -> Element:
    return Element(Calendar.Exception, [Element(Calendar.ExceptionStartTime, compact(start)), *elements])


def deleted(start: str) -> Element:
    return exception(start, Element(Calendar.Deleted, "1"))


def resent(event: Event, version: Version, *exceptions: Element, **kwargs: Any) -> Event:
    """The event after a client sent it as it was told, with these exceptions."""
    elements = without(elements_of(event, version), Calendar.Exceptions)
    return changed(event, version, *elements, Element(Calendar.Exceptions, list(exceptions)), **kwargs)


def of(event: Event, start: Any) -> EventException | None:
    found = [one for one in event.exceptions or () if one.exception_start_time == start]
    assert len(found) <= 1
    return found[0] if found else None
