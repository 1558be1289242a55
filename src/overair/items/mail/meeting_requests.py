"""The MeetingRequest of a meeting message: made at delivery, and as a client is shown it."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items.calendar.event import Event
from overair.items.calendar.showing import shown_event
from overair.items.calendar.statuses import BUSY, FREE
from overair.items.calendar.times import clock_of
from overair.items.mail.global_object_id import global_object_id
from overair.items.mail.headers import formatted
from overair.items.mail.meeting_request import (
    InstanceType,
    MeetingMessageType,
    MeetingRecurrence,
    MeetingRequest,
)
from overair.items.mail.meetings import Entry, Meeting, Method
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.render_options import RenderOptions
from overair.versions import Version

MOST_SECONDS: Final = 65_535
"""The earliest reminder that has room in a Reminder; an earlier one is not told."""
_BY_DAYS_OR_WEEKS: Final = (RecurrenceType.DAILY, RecurrenceType.WEEKLY)


def request_of(meeting: Meeting) -> MeetingRequest:
    """What a message that is about a meeting shows of it, of several occurrences the first."""
    entry = meeting.entries[0]
    event = entry.event
    is_proposal = meeting.method is Method.COUNTER
    return MeetingRequest(
        all_day_event=bool(event.all_day_event),
        start_time=event.start_time,
        dt_stamp=entry.revision.stamp,
        end_time=event.end_time,
        instance_type=_instance_type(entry),
        location=event.location,
        organizer=formatted((event.organizer_name or "", event.organizer_email or "")),
        recurrence_id=entry.instance,
        reminder=_seconds(event.reminder),
        response_requested=meeting.method is Method.REQUEST and bool(event.response_requested),
        recurrences=None if event.recurrence is None else (_recurrence(event.recurrence),),
        sensitivity=event.sensitivity or 0,
        busy_status=_busy_status(meeting),
        time_zone=event.timezone,
        disallow_new_time_proposal=bool(event.disallow_new_time_proposal),
        meeting_message_type=_message_type(meeting),
        uid=event.uid,
        proposed_start_time=event.start_time if is_proposal else None,
        proposed_end_time=event.end_time if is_proposal else None,
        zone=event.zone,
    )


def _busy_status(meeting: Meeting) -> int:
    """What the user is at that time, once the meeting is accepted (MS-ASEMAIL_R262)."""
    if meeting.busy_status is not None:
        return meeting.busy_status
    return FREE if meeting.event.busy_status == FREE else BUSY


def _instance_type(entry: Entry) -> InstanceType:
    if entry.instance is not None:
        return InstanceType.EXCEPTION
    return InstanceType.SINGLE if entry.event.recurrence is None else InstanceType.SERIES


def _message_type(meeting: Meeting) -> MeetingMessageType:
    """What the message says of itself; delivery knows better (delivery/meetings.py)."""
    if meeting.method is not Method.REQUEST:
        return MeetingMessageType.UNSPECIFIED
    is_first = meeting.entries[0].revision.sequence == 0
    return MeetingMessageType.INITIAL_REQUEST if is_first else MeetingMessageType.FULL_UPDATE


def _seconds(minutes: int | None) -> int | None:
    return None if minutes is None or minutes * 60 > MOST_SECONDS else minutes * 60


def _recurrence(pattern: Recurrence) -> MeetingRecurrence:
    """MS-ASEMAIL_R912, MS-ASEMAIL_R291 and MS-ASEMAIL_R508 say what must be there."""
    found = MeetingRecurrence(
        **{name: getattr(pattern, name) for name in MeetingRecurrence.__struct_fields__}
    )
    found.interval = found.interval or 1
    if found.type not in _BY_DAYS_OR_WEEKS:
        found.calendar_type = found.calendar_type or CalendarType.DEFAULT
    found.is_leap_month = found.is_leap_month or 0
    return found


def shown_request(request: MeetingRequest, options: RenderOptions, version: Version) -> MeetingRequest:
    """A MeetingRequest as a client is shown it.

    Its times and its zone are, in every version, as those of an event up to 14.1: the element has no
    other form for days.
    """
    older = min(version, Version.V14_1)
    event = _event(request)
    shown = shown_event(event, options, older, "")
    found = msgspec.structs.replace(
        request,
        start_time=shown.start_time,
        end_time=shown.end_time,
        location_text=shown.location_text,
        recurrences=None if shown.recurrence is None else (_recurrence(shown.recurrence),),
        time_zone=shown.timezone,
        global_object_id=global_object_id(request.uid or ""),
    )
    if older == version:
        found.busy_status = shown.busy_status
        if found.instance_type is InstanceType.ORPHAN:
            found.instance_type = InstanceType.EXCEPTION  # the word for orphans came with 16.0
    if request.recurrence_id is not None or request.proposed_start_time is not None:
        clock = clock_of(event, older, options.time_zone)
        all_day = bool(request.all_day_event)
        for name in ("recurrence_id", "proposed_start_time", "proposed_end_time"):
            instant = getattr(request, name)
            if instant is not None:
                setattr(found, name, clock.shown(instant, all_day=all_day))
        if request.recurrence_id is not None:
            day = clock.day(request.recurrence_id, all_day=all_day).date()
            found.global_object_id = global_object_id(request.uid or "", day)
    return found


def _event(request: MeetingRequest) -> Event:
    """What events have of it, too."""
    event = Event(
        timezone=request.time_zone,
        all_day_event=request.all_day_event,
        busy_status=request.busy_status,
        start_time=request.start_time,
        end_time=request.end_time,
        location=request.location,
        zone=request.zone,
    )
    if request.recurrences:
        [pattern] = request.recurrences
        names = MeetingRecurrence.__struct_fields__
        event.recurrence = Recurrence(**{name: getattr(pattern, name) for name in names})
    return event
