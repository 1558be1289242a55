"""The messages that tell attendees of a meeting: whom they go to, and what of it they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from msgspec.structs import replace

from overair.delivery.submission import check
from overair.directory.interface import User
from overair.items import Author, Event
from overair.items.calendar.attendee import Attendee
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.mail.announcing import Announcement, announced
from overair.items.mail.message import read_message
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.versions import Version

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
START = NOW + timedelta(days=1)
ANNA = "anna@example.org"
AUTHOR = Author(version=Version.V16_1, now=NOW, address=ANNA, name='Änna, of "A"\r\nBcc: x@y.net')
USER = User(1, ANNA, "Anna")
OTTO = Attendee(email="otto@example.net", name="Otto\r\nBcc: eve@example.net")


def meeting(*people: Attendee, **more: Any) -> Event:
    given: dict[str, Any] = {
        "uid": "of-the-server",
        "subject": "Plans\r\nBcc: eve@example.net",
        "zone": "Europe/Berlin",
        "start_time": START,
        "end_time": START + timedelta(hours=1),
        "organizer_email": ANNA,
        "meeting_status": 1,
        "attendees": people,
    }
    return Event(**given | more)


def told(before: Event | None, after: Event | None) -> list[Announcement]:
    return announced(before, after, AUTHOR, (ANNA,))[1]


@pytest.mark.parametrize(
    ("written", "reached"),
    [
        ("otto@example.net", True),
        ("  OTTO@example.net ", True),
        ("jörg@bücher.example", True),
        ("nobody", False),
        ("@example.net", False),
        ("a b@example.net", False),
        ("x@y.net>, <eve@example.net", False),
        ("x@y.net,eve@example.net", False),
        ("x@y.net\r\nBcc: eve@example.net", False),
        ("ANNA@example.org", False),
    ],
)
def test_whom_they_reach(written: str, reached: bool) -> None:
    """Each message goes to those alone, whatever names, subject and addresses hold."""
    messages = told(None, meeting(Attendee(email=written, name=OTTO.name)))
    assert len(messages) == reached
    for one in messages:
        submitted = check(USER, one.mime, "example.org", 10)
        assert submitted.recipients == (written.strip(),)
        assert submitted.sender == ANNA


def test_what_they_say() -> None:
    """What is the organizer's own is not in them, nor in any occurrence."""
    private: dict[str, Any] = {"reminder": 7, "categories": ("mine",), "busy_status": 3}
    kept = StoredAttachment(number=1, blob="secret", size=1, display_name="secret.txt")
    exceptions = (
        EventException(exception_start_time=START + timedelta(days=1), subject="otherwise", **private),
        EventException(exception_start_time=START + timedelta(days=2), deleted=True),
    )
    daily = Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=5)
    series = meeting(OTTO, recurrence=daily, exceptions=exceptions, stored_attachments=(kept,), **private)
    [one] = told(None, series)
    about = read_message(one.mime, NOW).meeting
    assert about is not None
    assert about.method == "REQUEST"
    assert about.event.uid == "of-the-server"
    assert [bool(one.deleted) for one in about.event.exceptions or ()] == [False, True]
    text = one.mime.decode()
    assert "method=REQUEST" in text or 'method="REQUEST"' in text
    [calendar] = [
        item.item
        for item in items_from_icalendar(_calendar(one.mime), default_zone="UTC", now=NOW)
        if isinstance(item, Converted)
    ]
    assert isinstance(calendar, Event)
    assert (calendar.reminder, calendar.categories, calendar.stored_attachments) == (None, None, None)
    assert all(not one.categories for one in calendar.exceptions or ())


def _calendar(mime: bytes) -> bytes:
    [part] = [one for one in message_from_bytes(mime).walk() if one.get_content_type() == "text/calendar"]
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert b"VALARM" not in payload
    assert b"secret" not in payload
    return payload


def test_a_repetition_is_known_whatever_the_server_makes_anew() -> None:
    first, again = (told(None, meeting(OTTO, uid=uid, dt_stamp=NOW)) for uid in ("one", "two"))
    assert first[0].name == again[0].name
    [other] = told(None, meeting(OTTO, subject="other"))
    assert other.name != first[0].name


def test_sequences_grow_with_what_attendees_hear_of() -> None:
    kept, _ = announced(None, meeting(OTTO), AUTHOR, (ANNA,))
    sequences = []
    changes: tuple[dict[str, Any], ...] = (
        {"reminder": 1},
        {"subject": "b"},
        {"categories": ("c",)},
        {"start_time": START},
        {"subject": "d"},
    )
    for change in changes:
        assert kept is not None
        kept, messages = announced(kept, replace(kept, **change), AUTHOR, (ANNA,))
        assert kept is not None
        assert kept.organizer_revision is not None
        sequences.append((kept.organizer_revision.sequence, len(messages)))
    assert sequences == [(0, 0), (1, 1), (1, 0), (1, 0), (2, 1)]
