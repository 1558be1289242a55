"""What an organizer's change of a meeting is to tell its attendees: the messages of RFC 5546 and RFC 6047.

From 16.0 on a client leaves that to the server (MS-ASCMD_R7478); before, it sends them itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from typing import Any, Final, NamedTuple

import msgspec

from overair.items.author import Author
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee
from overair.items.calendar.event import Event, EventException, OrganizerRevision
from overair.items.calendar.statuses import CANCELED, MEETING, RECEIVED
from overair.items.icalendar.writing import TAIL, head, icalendar_of
from overair.items.mail.header_fields import encoded_value
from overair.items.mail.headers import LONGEST
from overair.items.mail.meetings import Method
from overair.items.mail.replying.meetings import PRIVATE, heading_of
from overair.items.renditions import StoredBody
from overair.items.text import one_line
from overair.protocol.body_preferences import BodyType
from overair.times import EPOCH, microseconds

CANCELED_SUBJECT: Final = "Canceled: "
_TOLD: Final = (
    *("start_time", "end_time", "all_day_event", "zone", "timezone", "recurrence"),
    *("subject", "location", "body", "sensitivity"),
)
"""What attendees hear of; reminders, categories and answers are nobody else's."""
_TOLD_OF_OCCURRENCE: Final = (
    *("exception_start_time", "deleted", "start_time", "end_time", "all_day_event"),
    *("subject", "location", "body", "sensitivity"),
)
_POLICY: Final = SMTP.clone(cte_type="7bit", refold_source="none", utf8=True)
"""What people wrote is encoded before; only an address that is not ASCII stands as it is (RFC 6532)."""
_ADDRESS: Final = re.compile(r'[^\s@<>()\[\],;:"\\]{1,200}@[^\s@<>()\[\],;:"\\]{1,200}')
_BEGIN: Final = b"BEGIN:VEVENT\r\n"


class Announcement(NamedTuple):
    """A message to attendees; ``name`` is by what a repetition is known, whose UID may be another."""

    mime: bytes
    name: str


def announced(
    before: Event | None, after: Event | None, author: Author, own: Collection[str]
) -> tuple[Event | None, list[Announcement]]:
    """An organizer's event as it is to be stored, and what its attendees are to be told.

    ``before`` is None of a new event, ``after`` of one that is removed; ``own`` are the organizer's
    addresses in lower case. Nothing is told of meetings of others, nor of those that are over.
    """
    known = {} if before is None or not _is_told_of(before, own) else _people(before, own)
    if after is None or not _is_told_of(after, own):
        gone = [] if before is None or _is_over(before, author) else list(known.values())
        if before is None or not gone:
            return after, []
        return after, [_message(before, gone, Method.CANCEL, _sequence(before) + 1, author, own)]
    people = _people(after, own)
    if not people and not known:
        return after, []
    removed = [one for address, one in known.items() if address not in people]
    new = [one for address, one in people.items() if address not in known]
    is_other = before is None or _said(before) != _said(after)
    sequence = 0 if before is None or not known else _sequence(before) + bool(is_other or removed)
    kept = msgspec.structs.replace(
        after, organizer_revision=OrganizerRevision(sequence, EPOCH, author.address.lower())
    )
    told = []
    if not _is_over(after, author) or (before is not None and not _is_over(before, author)):
        invited = list(people.values()) if is_other else new
        if invited:
            told.append(_message(kept, invited, Method.REQUEST, sequence, author, own))
        if before is not None and removed:
            told.append(_message(before, removed, Method.CANCEL, sequence, author, own))
    return kept, told


def is_announced(event: Event) -> bool:
    """Whether the attendees of an event are told by the server, and not by the client that wrote it."""
    revision = event.organizer_revision
    return revision is not None and revision.sender == (event.organizer_email or "").lower()


def _is_told_of(event: Event, own: Collection[str]) -> bool:
    """Whether an event is a meeting of the user's own that takes place."""
    status = event.meeting_status or 0
    return not status & (RECEIVED | CANCELED) and (event.organizer_email or "").lower() in own


def _people(event: Event, own: Collection[str]) -> Mapping[str, Attendee]:
    """Those who are invited, to the series or to one of its occurrences, without the organizer."""
    found: dict[str, Attendee] = {}
    lists = [event.attendees, *(one.attendees for one in event.exceptions or () if not one.deleted)]
    for attendees in lists:
        for one in attendees or ():
            address = one.email.strip().lower()
            if _ADDRESS.fullmatch(address) and address.isprintable() and address not in own:
                found.setdefault(address, one)
    return found


def _is_over(event: Event, author: Author) -> bool:
    return event.view_date < microseconds(author.now)


def _sequence(event: Event) -> int:
    return 0 if event.organizer_revision is None else event.organizer_revision.sequence


def _said(event: Event) -> tuple[Any, ...]:
    """What attendees are told of an event, to compare."""
    exceptions = tuple(_said_of_occurrence(one) for one in event.exceptions or ())
    return (*(getattr(event, name) for name in _TOLD), tuple(one for one in exceptions if any(one[1:])))


def _said_of_occurrence(exception: EventException) -> tuple[Any, ...]:
    return tuple(getattr(exception, name) for name in _TOLD_OF_OCCURRENCE)


def _written(name: str, address: str) -> str:
    """An address with its name, as header fields have it; one that is not ASCII stands alone."""
    return formataddr((one_line(name, 200), address)) if address.isascii() else address


def _message(
    event: Event,
    people: Iterable[Attendee],
    method: Method,
    sequence: int,
    author: Author,
    own: Collection[str],
) -> Announcement:
    recipients = list(people)
    is_end = method is Method.CANCEL
    nobodys: dict[str, Any] = dict.fromkeys((*PRIVATE, "stored_attachments"))
    exceptions = tuple(msgspec.structs.replace(one, **nobodys) for one in event.exceptions or ())
    shown = msgspec.structs.replace(event, **nobodys, exceptions=exceptions or None, dt_stamp=author.second)
    if is_end:
        shown = msgspec.structs.replace(shown, meeting_status=MEETING | CANCELED, attendees=tuple(recipients))
    written = icalendar_of(shown, default_zone=author.time_zone, now=author.second)
    components = written.components.replace(_BEGIN, _BEGIN + f"SEQUENCE:{sequence}\r\n".encode())
    calendar = head(written.zones, method=method.value, now=author.second) + components + TAIL
    subject = (CANCELED_SUBJECT if is_end else "") + (event.subject or "")
    body = StoredBody(event.body or Body(type=BodyType.PLAIN_TEXT, data=""))
    lines = [f"{name}: {value}" for name, value in heading_of(event, author) if name in ("When", "Where")]
    text = "\n".join([*lines, "", body.start(BodyType.PLAIN_TEXT, None)]).strip() + "\n"
    to = [_written(one.name, one.email.strip()) for one in recipients]
    message = EmailMessage(policy=_POLICY)
    message.set_raw("From", _written(author.name, author.address))
    message.set_raw("To", ",\r\n ".join(to))
    message.set_raw("Subject", encoded_value("Subject", one_line(subject, 1_000), LONGEST))
    message.set_content(text, subtype="plain", charset="utf-8")
    message.add_alternative(
        calendar.decode(), subtype="calendar", charset="utf-8", params={"method": method.value}
    )
    lasting = msgspec.structs.replace(shown, uid=None, dt_stamp=None, organizer_revision=None)
    said = [method.value, str(sequence), *to, msgspec.json.encode(lasting).decode()]
    name = hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()
    return Announcement(message.as_bytes(), name)
