"""The MeetingRequest of a message: what a meeting message says of its meeting (MS-ASEMAIL 2.2.2.48)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Final

from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import CalendarType, RecurrenceType
from overair.protocol.data_types import (
    BASE64,
    BOOLEAN,
    COMPACT_DATE_TIME,
    DATE_TIME,
    STRING,
    UNSIGNED_SHORT,
    Base64,
    Enumeration,
    Integer,
    String,
)
from overair.protocol.schema import Field, Nested, Record, Sequence
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, Calendar, ComposeMail, Email, Email2, MeetingResponse

PLACE: Final = String(max_length=32_768)


class InstanceType(IntEnum):
    """What of a series a meeting message is about (MS-ASEMAIL_R491)."""

    SINGLE = 0
    SERIES = 1
    OCCURRENCE = 2
    EXCEPTION = 3
    ORPHAN = 4
    """An occurrence of a series that is not in the user's calendar."""


class MeetingMessageType(IntEnum):
    """What a meeting message did to the calendar when it came (MS-ASEMAIL_R532)."""

    UNSPECIFIED = 0
    INITIAL_REQUEST = 1
    FULL_UPDATE = 2
    INFORMATIONAL_UPDATE = 3
    OUTDATED = 4
    DELEGATORS_COPY = 5
    DELEGATED = 6


class MeetingRecurrence(Record):
    """The recurrence of a meeting, in the elements of Email."""

    element_tag = Email.Recurrence

    type: Annotated[RecurrenceType | None, Field(Email.Type, Enumeration(RecurrenceType))] = None
    interval: Annotated[int | None, Field(Email.Interval, Integer(0, 999))] = None
    until: Annotated[datetime | None, Field(Email.Until, COMPACT_DATE_TIME)] = None
    occurrences: Annotated[int | None, Field(Email.Occurrences, Integer(0, 999))] = None
    week_of_month: Annotated[int | None, Field(Email.WeekOfMonth, Integer(1, 5))] = None
    day_of_month: Annotated[int | None, Field(Email.DayOfMonth, Integer(1, 31))] = None
    day_of_week: Annotated[int | None, Field(Email.DayOfWeek, Integer(1, 127))] = None
    month_of_year: Annotated[int | None, Field(Email.MonthOfYear, Integer(1, 12))] = None
    calendar_type: Annotated[CalendarType | None, Field(Email2.CalendarType, Enumeration(CalendarType))] = (
        None
    )
    is_leap_month: Annotated[int | None, Field(Email2.IsLeapMonth, Integer(0, 1))] = None
    first_day_of_week: Annotated[int | None, Field(Email2.FirstDayOfWeek, Integer(0, 6))] = None


class Forwardee(Record, kw_only=True):
    """Somebody whom an invitation was forwarded to."""

    element_tag = ComposeMail.Forwardee

    name: Annotated[str | None, Field(ComposeMail.Name, STRING)] = None
    email: Annotated[str, Field(ComposeMail.Email, STRING)]


class MeetingRequest(Record, kw_only=True):
    """A meeting as a message tells of it; times are as in Event.

    ``location_text``, ``time_zone`` and ``global_object_id`` are only shown to a client or read from
    one; ``time_zone`` is stored where no zone of ``zone`` fits.
    """

    element_tag = Email.MeetingRequest

    all_day_event: Annotated[bool | None, Field(Email.AllDayEvent, BOOLEAN)] = None
    start_time: Annotated[datetime | None, Field(Email.StartTime, DATE_TIME)] = None
    dt_stamp: Annotated[datetime, Field(Email.DtStamp, DATE_TIME)]
    end_time: Annotated[datetime | None, Field(Email.EndTime, DATE_TIME)] = None
    instance_type: Annotated[InstanceType | None, Field(Email.InstanceType, Enumeration(InstanceType))] = None
    location_text: Annotated[str | None, Field(Email.Location, PLACE)] = None
    location: Annotated[
        Location | None, Field(AirSyncBase.Location, Nested(Location), since=Version.V16_0)
    ] = None
    organizer: Annotated[str | None, Field(Email.Organizer, STRING)] = None
    recurrence_id: Annotated[datetime | None, Field(Email.RecurrenceId, DATE_TIME)] = None
    """The start that the occurrence had in its series."""
    reminder: Annotated[int | None, Field(Email.Reminder, UNSIGNED_SHORT)] = None
    """Seconds before the start (MS-ASEMAIL_R687), other than the minutes of an event."""
    response_requested: Annotated[bool | None, Field(Email.ResponseRequested, BOOLEAN)] = None
    recurrences: Annotated[
        tuple[MeetingRecurrence, ...] | None,
        Field(Email.Recurrences, Sequence(Email.Recurrence, Nested(MeetingRecurrence), limit=1, minimum=1)),
    ] = None
    sensitivity: Annotated[int | None, Field(Email.Sensitivity, Integer(0, 3))] = None
    busy_status: Annotated[int | None, Field(Email.BusyStatus, Integer(0, 4))] = None
    """That of somebody who accepts."""
    time_zone: Annotated[bytes | None, Field(Email.TimeZone, Base64(max_length=172))] = None
    global_object_id: Annotated[bytes | None, Field(Email.GlobalObjId, BASE64)] = None
    disallow_new_time_proposal: Annotated[bool | None, Field(Email.DisallowNewTimeProposal, BOOLEAN)] = None
    meeting_message_type: Annotated[
        MeetingMessageType | None, Field(Email2.MeetingMessageType, Enumeration(MeetingMessageType))
    ] = None
    uid: Annotated[str | None, Field(Calendar.UID, STRING, since=Version.V16_0)] = None
    proposed_start_time: Annotated[
        datetime | None, Field(MeetingResponse.ProposedStartTime, COMPACT_DATE_TIME)
    ] = None
    proposed_end_time: Annotated[
        datetime | None, Field(MeetingResponse.ProposedEndTime, COMPACT_DATE_TIME)
    ] = None
    forwardees: Annotated[
        tuple[Forwardee, ...] | None,
        Field(ComposeMail.Forwardees, Sequence(ComposeMail.Forwardee, Nested(Forwardee))),
    ] = None

    zone: str | None = None
    """The IANA name of its time zone."""
