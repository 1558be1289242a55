"""Edits merged into the objects of other servers, whatever stands in those."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from fuzz.calendars import END as END_OF_EVENT
from fuzz.calendars import EVENT, LONG, OVERRIDE, dated, each_in_event, file_seeds, in_event
from fuzz.calendars import HEAD as HEAD_OF_CALENDAR
from fuzz.calendars import TAIL as TAIL_OF_CALENDAR
from fuzz.calendars import WORDS as CALENDAR_WORDS
from fuzz.calendars import ZONE as TIME_ZONE
from fuzz.mail import NOW
from fuzz.people import HEAD, TAIL, card_seeds
from fuzz.target import Target, numbered, repeat
from overair.items import Event, Task
from overair.items.body import Body
from overair.items.calendar.event import EventException
from overair.items.calendar.location import Location
from overair.items.contact import Contact
from overair.items.icalendar.merging import Unmergeable, merged_event, merged_task, without
from overair.items.icalendar.reading import decoded, items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.vcard.contacts import contacts_from_vcard
from overair.items.vcard.merging import Unmergeable as NoCard
from overair.items.vcard.merging import merged
from overair.protocol.body_preferences import BodyType
from support.vcards import JPEG

HOME: Final = "Europe/Berlin"
BODY: Final = Body(type=BodyType.PLAIN_TEXT, data="a\r\nb; c\\n")
CONTACT: Final = Contact(
    first_name="Ä; \\n",
    file_as='"x", y',
    email1_address="a@example.org",
    email3_address="c@example.org",
    home_phone_number="1",
    business_address_street="Street\r\n2",
    office_location="Room",
    spouse="B",
    children=("C", "D"),
    categories=("a,b", "c"),
    birthday=NOW,
    picture=JPEG,
    body=BODY,
)
"""What a phone makes of a contact that had none of these."""


def edit_cards(data: bytes) -> list[str]:
    """The first contact of a file, with other values and with none."""
    text = data.decode("utf-8", "replace")
    old = next((one for one in contacts_from_vcard(text) if isinstance(one, Contact)), Contact())
    gone = Contact(**dict.fromkeys(old.__struct_fields__))
    return [merged(text, old, new, now=NOW) for new in (old, CONTACT, gone)]


def check_cards(found: list[str]) -> None:
    """What was merged says a contact still, and the same one once it is merged again."""
    for text in found[:2]:
        after = next(one for one in contacts_from_vcard(text) if isinstance(one, Contact))
        assert merged(text, after, after, now=NOW) == text


def edit_items(data: bytes) -> list[str]:
    """The first items of a file, with other values, moved, and taken out."""
    text = decoded(data)
    read = items_from_icalendar(text.encode("utf-8", "replace"), default_zone=HOME, now=NOW)
    found = [one.item for one in read if isinstance(one, Converted)]
    return [after for item in found[:2] for after in _edited(text, item)]


def _edited(text: str, item: object) -> list[str]:
    if isinstance(item, Event) and item.start_time is not None and item.end_time is not None:
        start, end = item.start_time + timedelta(hours=1), item.end_time + timedelta(hours=2)
        other = msgspec.structs.replace(
            item,
            subject="Ä; \\n",
            body=BODY,
            location=Location(display_name="here", latitude=1.0, longitude=2.0),
            categories=("a,b",),
            sensitivity=2,
            busy_status=3,
            reminder=7,
            exceptions=(EventException(exception_start_time=item.start_time, deleted=True),)
            if item.recurrence
            else None,
        )
        moved = msgspec.structs.replace(item, start_time=start, end_time=end)
        without(text, item, default_zone=HOME)
        return [
            merged_event(text, item, new, default_zone=HOME, addresses=["a@example.org"], now=NOW)
            for new in (item, other, moved)
        ]
    if isinstance(item, Task):
        new = msgspec.structs.replace(
            item, subject="Ä", body=BODY, complete=not item.complete, due_date=NOW, importance=2
        )
        without(text, item, default_zone=HOME)
        return [merged_task(text, item, one, default_zone=HOME, now=NOW) for one in (item, new)]
    return []


def check_items(found: list[str]) -> None:
    """What was merged is read."""
    for text in found:
        list(items_from_icalendar(text.encode("utf-8", "replace"), default_zone=HOME, now=NOW))


TARGETS: Final = (
    Target(
        name="card edit",
        read=edit_cards,
        check=check_cards,
        refuses=(NoCard,),
        seeds=card_seeds,
        words=(HEAD, TAIL, b"\r\n ", b"=\r\n", b"item1.", b"X-ABLABEL:", b"ENCODING=QUOTED-PRINTABLE", b"\\"),
        limit=16_000_000,
        size=4 * 1024,
        microseconds=20,
        memory=90,
        shapes={
            "notes": repeat(b"NOTE:a\r\n", HEAD + b"N:a\r\n", TAIL),
            "telephones": numbered(b"TEL:%d\r\n", HEAD, TAIL),
            "labelled addresses": numbered(b"i%d.EMAIL:a\r\n", HEAD + b"N:a\r\n", TAIL),
            "spouses": repeat(b"X-SPOUSE:a\r\n", HEAD + b"N:a\r\n", TAIL),
            "one group": repeat(b"i.EMAIL:a\r\n", HEAD + b"N:a\r\n", TAIL),
            "children": numbered(b"X-MS-CHILD:%d\r\n", HEAD + b"N:a\r\n", TAIL),
            "categories": numbered(b"%d,", HEAD + b"N:a\r\nCATEGORIES:", TAIL),
            "lists of categories": numbered(b"CATEGORIES:%d\r\n", HEAD + b"N:a\r\n", TAIL),
            "parameters": numbered(b";A%d=B", HEAD + b"N:a\r\nEMAIL", b":1" + TAIL),
            "components": repeat(b"a;", HEAD + b"N:", TAIL),
            "quoted-printable": repeat(b"=C3=BC=\r\n", HEAD + b"N;QUOTED-PRINTABLE:", TAIL),
        },
    ),
    Target(
        name="calendar edit",
        read=edit_items,
        check=check_items,
        refuses=(Unmergeable,),
        seeds=file_seeds,
        words=CALENDAR_WORDS,
        limit=16_000_000,
        size=4 * 1024,
        microseconds=40,
        memory=120,
        shapes={
            "a list of occurrences taken out": dated(
                b"%bT093000Z,", LONG + b"EXDATE:", b"\r\n" + END_OF_EVENT
            ),
            "occurrences taken out": dated(b"EXDATE:%bT093000Z\r\n", LONG, END_OF_EVENT),
            "changed occurrences": dated(OVERRIDE, LONG, END_OF_EVENT),
            "events": numbered(
                b"BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20260305T093000Z\r\nEND:VEVENT\r\n",
                HEAD_OF_CALENDAR,
                TAIL_OF_CALENDAR,
            ),
            "added dates": dated(b"%bT103000Z,", LONG + b"RDATE:", b"\r\n" + END_OF_EVENT),
            "events without a UID": repeat(
                b"BEGIN:VEVENT\r\nDTSTART:20260305T093000Z\r\nEND:VEVENT\r\n",
                HEAD_OF_CALENDAR,
                TAIL_OF_CALENDAR,
            ),
            "nested alarms": in_event(b"BEGIN:VALARM\r\n"),
            "alarms": in_event(b"BEGIN:VALARM\r\nTRIGGER:-PT1M\r\nEND:VALARM\r\n"),
            "attendees": each_in_event(b"ATTENDEE;CN=a:mailto:%d@example.org\r\n"),
            "categories": each_in_event(b"%d,", b"CATEGORIES:"),
            "parameters": each_in_event(b";A%d=B", b"SUMMARY", b":x\r\n"),
            "zones": numbered(
                TIME_ZONE, HEAD_OF_CALENDAR, EVENT.removeprefix(HEAD_OF_CALENDAR) + END_OF_EVENT
            ),
            "tasks": numbered(
                b"BEGIN:VTODO\r\nUID:%d\r\nSUMMARY:a\r\nEND:VTODO\r\n", HEAD_OF_CALENDAR, TAIL_OF_CALENDAR
            ),
        },
    ),
)
