"""A series and edits of its occurrences, as the tests make them."""

from __future__ import annotations

from typing import Any

import msgspec

from overair.items import Event, RenderOptions, change_occurrence, delete_occurrence
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.event import EventException
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType
from overair.protocol.data_types import COMPACT_DATE_TIME
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import Calendar
from support.events import (
    NOW,
    ZONE,
    at,
    author,
    options,
)

V14, V16 = Version.V14_1, Version.V16_1
SERIES = Event(
    subject="Stand-up",
    start_time=at("2026-06-01T07:00"),
    end_time=at("2026-06-01T07:15"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    location=Location(display_name="Office"),
    reminder=10,
    categories=("work",),
    body=Body(type=BodyType.PLAIN_TEXT, data="all about it"),
    organizer_email="ada@example.org",
    meeting_status=1,
    attendees=(Attendee(email="bob@example.org", name="Bob", status=AttendeeStatus.ACCEPTED),),
    recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, until=at("2026-06-30T07:00")),
)
DAYS = msgspec.structs.replace(
    SERIES,
    start_time=at("2026-06-01T00:00"),
    end_time=at("2026-06-02T00:00"),
    all_day_event=True,
    recurrence=Recurrence(type=RecurrenceType.DAILY),
)
SECOND = "20260602T070000Z"
ORIGINAL = at("2026-06-02T07:00")


def with_(event: Event, **values: Any) -> Event:
    return msgspec.structs.replace(event, **values)


def edit(
    event: Event,
    *elements: Element,
    instance_id: str = SECOND,
    version: Version = V16,
    shown: RenderOptions | None = None,
) -> Event:
    return change_occurrence(event, instance_id, list(elements), author(version), shown or options())


def time(tag: Tag, text: str) -> Element:
    return Element(tag, COMPACT_DATE_TIME.encode(at(text), V16))


def only(event: Event) -> EventException | None:
    found = event.exceptions or ()
    assert len(found) <= 1
    return found[0] if found else None


def own(**values: Any) -> EventException:
    return EventException(exception_start_time=ORIGINAL, dt_stamp=NOW, **values)


RENAME = Element(Calendar.Subject, "Walk")


def remove(event: Event, instance_id: str = SECOND, version: Version = V16) -> Event:
    return delete_occurrence(event, instance_id, author(version))
