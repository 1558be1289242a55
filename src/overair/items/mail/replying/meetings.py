"""Events that are replied to and forwarded: what is said of them, and the iCalendar that travels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import formataddr
from typing import Final

import msgspec

from overair.items.author import Author
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeType
from overair.items.calendar.event import Event, EventException, StoredAttachment
from overair.items.calendar.events import named_occurrence
from overair.items.calendar.statuses import MEETING
from overair.items.calendar.times import times_of
from overair.items.icalendar.event_writing import OWN_OF_OCCURRENCES
from overair.items.icalendar.writing import TAIL, head, icalendar_of
from overair.items.mail.header_fields import encoded_value
from overair.items.mail.headers import LONGEST, formatted
from overair.items.mail.parts import ByteSource
from overair.items.mail.replying.original import Original
from overair.items.mail.replying.threads import Thread
from overair.items.renditions import StoredBody
from overair.items.text import one_line
from overair.items.time_zones.zones import is_zone, tzinfo
from overair.protocol.body_preferences import BodyType

FORWARDED: Final = "FW: "
PRIVATE: Final = ("reminder", "categories", "busy_status", "response_type", "appointment_reply_time")
"""What of an event is its owner's alone."""
_KIND: Final = re.compile(r"((?!multipart|message)[a-z]{1,40})/([a-z0-9.+-]{1,100})", re.IGNORECASE)
"""The content types that a file may be sent under."""
_POLICY: Final = SMTP.clone(cte_type="7bit", refold_source="none")

Person = tuple[str, str]
"""A display name, perhaps empty, and an address."""


def occurrence_of(event: Event, instance_id: str, author: Author) -> Event:
    """One occurrence of a series as an event by itself. Raises SchemaError, NoSuchOccurrence."""
    original, exception = named_occurrence(event, instance_id, author)
    exception = exception or EventException(exception_start_time=original)
    start, end = times_of(event, exception)
    names = (*OWN_OF_OCCURRENCES, "all_day_event")
    own = {name: value for name in names if (value := getattr(exception, name)) is not None}
    alone = {"recurrence": None, "exceptions": None, "original_start": original}
    return msgspec.structs.replace(event, **(own | alone | {"start_time": start, "end_time": end}))


def original_of_event(
    event: Event, blobs: ByteSource, author: Author, recipients: Sequence[Person] = ()
) -> Original:
    """An event as it goes with a new message; who gets it is invited, too.

    Raises KeyError where the bytes of its attachments are gone, OSError where none are to be had.
    """
    body = StoredBody(event.body or Body(type=BodyType.PLAIN_TEXT, data=""))
    files = [_file(kept, blobs) for kept in event.stored_attachments or ()]
    return Original(
        heading=tuple(heading_of(event, author)),
        text=body.start(BodyType.PLAIN_TEXT, None),
        html=body.start(BodyType.HTML, None) if body.native != BodyType.PLAIN_TEXT else None,
        attachments=(_invitation(event, author, recipients), *files),
        thread=Thread(topic=event.subject or ""),
    )


def message_of_event(event: Event, recipients: Sequence[Person], body: Body | None, author: Author) -> bytes:
    """The message with which the server forwards an event for a client that composes none."""
    message = EmailMessage(policy=_POLICY)
    message.set_raw("From", formataddr((one_line(author.name, 200), author.address)))
    message.set_raw("To", ",\r\n ".join(formataddr((one_line(name, 200), to)) for name, to in recipients))
    message.set_raw("Subject", encoded_value("Subject", FORWARDED + (event.subject or ""), LONGEST))
    is_html = body is not None and body.type == BodyType.HTML
    text = "" if body is None else body.data or ""
    message.set_content(text, subtype="html" if is_html else "plain", charset="utf-8")
    return message.as_bytes()


def heading_of(event: Event, author: Author) -> Iterator[tuple[str, str]]:
    """Who organizes an event, what it is, when and where, by the names of fields."""
    organizer = (event.organizer_name or "", event.organizer_email or "")
    place = event.location.display_name if event.location is not None else None
    for name, value in (
        ("From", formatted(organizer) if organizer[1] else organizer[0]),
        ("Subject", event.subject),
        ("When", _when(event, author)),
        ("Where", place),
    ):
        if value:
            yield name, one_line(value, 1_000)


def _when(event: Event, author: Author) -> str:
    """When an event is, in its own zone."""
    if event.start_time is None or event.end_time is None:
        return ""
    if event.all_day_event:
        last = event.end_time - timedelta(days=1)
        first = _day(event.start_time)
        return first if last <= event.start_time else f"{first} - {_day(last)}"
    name = event.zone if event.zone is not None and is_zone(event.zone) else author.time_zone
    start, end = (time.astimezone(tzinfo(name)) for time in (event.start_time, event.end_time))
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{_day(end)} {end:%H:%M}"
    return f"{_day(start)} {start:%H:%M} - {until} ({name})"


_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(time: datetime) -> str:
    """A day as the Date of a message has it, whatever the language of the machine."""
    return f"{_DAYS[time.weekday()]}, {time.day} {_MONTHS[time.month - 1]} {time.year}"


def _invitation(event: Event, author: Author, recipients: Sequence[Person]) -> bytes:
    """The event as an entity of iCalendar: a REQUEST of its organizer, if it is a meeting (RFC 5546)."""
    is_meeting = bool((event.meeting_status or 0) & MEETING) and bool(event.organizer_email)
    shown = msgspec.structs.replace(event, **dict.fromkeys(PRIVATE), stored_attachments=None)
    if is_meeting:
        shown = msgspec.structs.replace(shown, attendees=_invited(event, recipients))
    method = "REQUEST" if is_meeting else "PUBLISH"
    written = icalendar_of(shown, default_zone=author.time_zone, now=author.second)
    calendar = head(written.zones, method=method, now=author.second) + written.components + TAIL
    part = MIMEPart(policy=_POLICY)
    part.set_content(calendar.decode(), subtype="calendar", charset="utf-8")
    part.set_param("method", method)
    if not is_meeting:
        part.add_header("Content-Disposition", "attachment", filename="event.ics")
    return part.as_bytes()


def _invited(event: Event, recipients: Sequence[Person]) -> tuple[Attendee, ...]:
    """The attendees and those to whom the meeting is forwarded."""
    attendees = event.attendees or ()
    known = {attendee.email.lower() for attendee in attendees} | {(event.organizer_email or "").lower()}
    added = [
        Attendee(email=address, name=name or address, type=AttendeeType.REQUIRED)
        for name, address in recipients
        if address.lower() not in known
    ]
    return (*attendees, *added)


def _file(kept: StoredAttachment, blobs: ByteSource) -> bytes:
    """An attachment of an event as an entity."""
    kind = _KIND.fullmatch(kept.content_type or "")
    main, sub = kind.groups() if kind is not None else ("application", "octet-stream")
    part = MIMEPart(policy=_POLICY)
    name = one_line(kept.display_name, 255) or None
    part.set_content(
        blobs.read(kept.blob), maintype=main, subtype=sub, filename=name, disposition="attachment"
    )
    return part.as_bytes()
