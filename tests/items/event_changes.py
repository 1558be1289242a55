"""Events as they were told, and changes of them, for the tests of changes."""

from __future__ import annotations

from overair.items import Event
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.event import StoredAttachment
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType
from overair.versions import Version
from overair.wbxml import Element, Tag
from support.events import (
    ZONE,
    at,
    elements_of,
)

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
PLACE = Location(display_name="Café", street="Rue 1", latitude=48.85, longitude=2.5, location_uri="geo:1")
FULL = Event(
    subject="Lunch",
    start_time=at("2026-06-01T10:00"),
    end_time=at("2026-06-01T11:00"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    busy_status=3,
    organizer_name="Ada",
    organizer_email="ada@example.org",
    location=PLACE,
    reminder=15,
    sensitivity=2,
    meeting_status=1,
    attendees=(
        Attendee(
            email="bob@example.org",
            name="Bob",
            status=AttendeeStatus.TENTATIVE,
            proposed_start_time=at("2026-06-01T12:00"),
        ),
    ),
    categories=("food", "friends"),
    recurrence=Recurrence(
        type=RecurrenceType.MONTHLY, day_of_month=1, calendar_type=CalendarType.HEBREW_LUNAR, is_leap_month=0
    ),
    response_requested=True,
    response_type=1,
    disallow_new_time_proposal=True,
    body=Body(type=BodyType.HTML, data="<p>bring money</p>"),
    client_uid="client's",
    stored_attachments=(StoredAttachment(number=1, blob="b" * 64, size=1, display_name="menu"),),
    next_attachment=2,
)


def only(event: Event, version: Version, *tags: Tag) -> list[Element]:
    return [element for element in elements_of(event, version) if element.tag in tags]
