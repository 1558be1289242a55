"""What an attendee's answer (METHOD:REPLY, RFC 5546, 3.2.3) makes of its organizer's event.

Only the attendee's own answer changes, and only by a message that is from the attendee's address: nobody
answers for somebody else, or comes to a meeting uninvited.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.event import Event, EventException
from overair.items.calendar.statuses import CANCELED, RECEIVED
from overair.items.mail.meeting_events import exception_at, placed
from overair.items.mail.meetings import Entry
from overair.items.recurrence.occurrences import series_of

_ANSWERS: Final = (AttendeeStatus.ACCEPTED, AttendeeStatus.TENTATIVE, AttendeeStatus.DECLINED)


def answered(event: Event, entry: Entry) -> Event:
    """An organizer's event with what an attendee answers; the same where that says nothing of it.

    An answer to an earlier form of the meeting (SEQUENCE) says nothing of the present one.
    """
    known, sender = event.organizer_revision, entry.revision.sender
    is_earlier = known is not None and entry.revision.sequence < known.sequence
    if (event.meeting_status or 0) & (RECEIVED | CANCELED) or is_earlier or not sender:
        return event
    answer = next(
        (one.status for one in entry.event.attendees or () if one.email.strip().lower() == sender), None
    )
    if answer is None or answer not in _ANSWERS:
        return event
    if entry.instance is None:
        attendees = _with_answer(event.attendees or (), sender, answer)
        return event if attendees is None else msgspec.structs.replace(event, attendees=attendees)
    return _of_occurrence(event, entry.instance, sender, answer)


def _of_occurrence(event: Event, instance: datetime, sender: str, answer: AttendeeStatus) -> Event:
    series = series_of(event)
    start = None if series is None else series.at(instance)
    if start is None:
        return event
    exception = exception_at(event, start) or EventException(exception_start_time=start)
    attendees = event.attendees if exception.attendees is None else exception.attendees
    attendees = _with_answer(attendees or (), sender, answer)
    if attendees is None or exception.deleted or (exception.meeting_status or 0) & CANCELED:
        return event
    return placed(event, msgspec.structs.replace(exception, attendees=attendees))


def _with_answer(
    attendees: Sequence[Attendee], address: str, answer: AttendeeStatus
) -> tuple[Attendee, ...] | None:
    """None where nobody of that address is invited who has not answered just that before."""
    there = [one.email.strip().lower() == address and one.status != answer for one in attendees]
    if not any(there):
        return None
    return tuple(
        msgspec.structs.replace(one, status=answer) if theirs else one
        for one, theirs in zip(attendees, there, strict=True)
    )
