"""Meeting messages: what is shown of them, and what they do to a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import msgspec

from fuzz.mail import NOW, Blobs, check_shown, shown
from fuzz.target import Target, numbered, repeat
from fuzz.wire import VERSIONS
from overair.delivery.meeting_plan import Held, Plan, Standing, plan
from overair.items.calendar.event import Event
from overair.items.mail.meetings import LARGEST, Entry, Meeting, Method
from overair.items.mail.message import Arrived, Message, read_message
from overair.items.rendering import RenderOptions
from support.invitations import SHAPES, Invitation, bare, occurrence
from support.shared import SHARED

HEAD: Final = b"From: otto@example.net\r\nSubject: x\r\nContent-Type: text/calendar\r\n\r\n"
SERIES: Final = Invitation(rule="FREQ=WEEKLY;COUNT=9", more=("EXDATE;TZID=Europe/Berlin:20261215T100000",))
INVITATIONS: Final = (
    Invitation(),
    SERIES,
    occurrence(SERIES, "20261208", summary="Otherwise"),
    replace(SERIES, method="CANCEL", sequence=1),
    replace(SERIES, method="REPLY"),
    Invitation(method="COUNTER", start="20261201", end="20261203"),
)
ZONE: Final = RenderOptions(time_zone="America/New_York")


def read_meeting(data: bytes) -> tuple[Arrived, Blobs]:
    """A message as it is delivered; the inputs have no header where they begin as a calendar."""
    blobs = Blobs()
    mime = HEAD + data if data[:5].upper() == b"BEGIN" else data
    arrived = read_message(mime, NOW, "Europe/Berlin")
    return arrived._replace(message=msgspec.structs.replace(arrived.message, blob=blobs.put(mime))), blobs


def check_meeting(read: tuple[Arrived, Blobs]) -> None:
    """It is kept and shown in every version, and every calendar takes it, with whatever it holds."""
    (message, meeting, _), blobs = read
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message
    if meeting is None:
        return
    for version in VERSIONS:
        check_shown(shown(message, blobs, ZONE, version), version)
    for method in (Method.REQUEST, Method.CANCEL):
        for entry in meeting.entries:
            for event in (None, *STANDING, entry.event):
                check_entry(method, entry, event, blobs)


def check_entry(method: Method, entry: Entry, event: Event | None, blobs: Blobs) -> None:
    """What an entry does to a calendar that holds an event of its UID and organizer, or none."""
    standing = Standing() if event is None else held(event, entry)
    found = plan(method, entry, standing)
    check_plan(found, blobs)
    for after in (found.added, *(one for _, one in found.changed)):
        if after is not None:
            again = plan(method, entry, held(after, entry))
            assert again == msgspec.structs.replace(Plan(), is_orphan=again.is_orphan), "changes again"


def held(event: Event, entry: Entry) -> Standing:
    """A calendar with an event, made one of the entry's meeting."""
    start = event.original_start and (entry.instance or event.original_start)
    event = msgspec.structs.replace(
        event, uid=entry.event.uid, organizer_email=entry.event.organizer_email, original_start=start
    )
    found = Held("1", "1:1", event)
    return Standing(found) if start is None else Standing(None, (found,))


def check_plan(found: Plan, blobs: Blobs) -> None:
    """What comes into the calendar can be kept there and shown."""
    for event in (found.added, *(event for _, event in found.changed)):
        if event is None:
            continue
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
        assert isinstance(event.view_date, int)
        starts = [one.exception_start_time for one in event.exceptions or ()]
        assert sorted(set(starts)) == starts
        for version in VERSIONS[2:]:
            check_shown(shown(event, blobs, ZONE, version), version)


def events_of(invitation: Invitation) -> Iterator[Event]:
    """What stands in a calendar since an invitation came, as of a time before all inputs."""
    meeting: Meeting | None = read_message(bare(invitation), NOW).meeting
    assert meeting is not None
    for entry in meeting.entries:
        revision = msgspec.structs.replace(
            entry.revision, sequence=-1, stamp=NOW - timedelta(days=30_000), sender=""
        )
        added = plan(Method.REQUEST, Entry(entry.event, revision), Standing()).added
        assert added is not None
        yield added


STANDING: Final = tuple(event for invitation in INVITATIONS[:3] for event in events_of(invitation))
"""A single meeting, a series, and an occurrence that stands alone."""


def seeds() -> Iterator[bytes]:
    for shape in SHAPES:
        yield from map(shape, INVITATIONS)
    if SHARED is not None:
        yield from (path.read_bytes() for path in sorted((SHARED / "corpora/ical").glob("*.ics")))


CALENDAR: Final = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nORGANIZER:mailto:otto@example.net\r\n"
    b"DTSTAMP:20261120T090000Z\r\nDTSTART:20261201T090000Z\r\n"
)
END: Final = b"END:VEVENT\r\nEND:VCALENDAR\r\n"
ANOTHER: Final = (
    b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\nORGANIZER:mailto:otto@example.net\r\n"
    b"DTSTART:20261201T090000Z\r\n"
)
PART: Final = b"--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nx\r\n"

TARGETS: Final = (
    Target(
        name="meeting",
        read=read_meeting,
        check=check_meeting,
        seeds=seeds,
        words=(
            b"METHOD:",
            b"REQUEST",
            b"CANCEL",
            b"REPLY",
            b"COUNTER",
            b"\r\n",
            b"\r\n ",
            b"RECURRENCE-ID:20261208T090000Z\r\n",
            b"RECURRENCE-ID;VALUE=DATE:20261208\r\n",
            b"SEQUENCE:",
            b"DTSTAMP:",
            b"RDATE:20261203T100000Z\r\n",
            b"EXDATE:",
            b"RRULE:FREQ=",
            b"STATUS:CANCELLED\r\n",
            b"X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\r\n",
            b"X-MICROSOFT-CDO-INTENDEDSTATUS:OOF\r\n",
            b"END:VEVENT\r\nBEGIN:VEVENT\r\n",
            b"DTSTART;VALUE=DATE:20261201\r\n",
            b"DTEND:99991231T235959Z\r\n",
        ),
        limit=LARGEST,
        microseconds=8,
        memory=60,
        shapes={
            "attendees": numbered(b"ATTENDEE:mailto:%d@example.org\r\n", HEAD + CALENDAR, END),
            "occurrences": numbered(
                ANOTHER + b"RECURRENCE-ID:2026%04dT090000Z\r\n",
                HEAD + CALENDAR + b"RRULE:FREQ=DAILY\r\n",
                END,
            ),
            "dates beside the pattern": numbered(
                b"20%06dT090000Z,", HEAD + CALENDAR + b"RDATE:", b"\r\n" + END
            ),
            "events without a start": repeat(
                ANOTHER.replace(b"DTSTART", b"DTSTAMP"), HEAD + CALENDAR.replace(b"REQUEST", b"CANCEL"), END
            ),
            "words of a status": repeat(b"X-MICROSOFT-CDO-INTENDEDSTATUS:OOF x\r\n", HEAD + CALENDAR, END),
            "calendar parts": repeat(
                PART, b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", b"--b--\r\n"
            ),
        },
    ),
)
