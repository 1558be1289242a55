"""An attendee of a meeting (MS-ASCAL 2.2.2.3)."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Annotated

from overair.protocol.data_types import COMPACT_DATE_TIME, STRING, Enumeration
from overair.protocol.schema import Field, Record
from overair.versions import Version
from overair.wbxml.pages import Calendar, MeetingResponse


class AttendeeStatus(IntEnum):
    """What an attendee answered (MS-ASCAL_R118)."""

    UNKNOWN = 0
    TENTATIVE = 2
    ACCEPTED = 3
    DECLINED = 4
    NOT_RESPONDED = 5


class AttendeeType(IntEnum):
    """Whether an attendee has to come (MS-ASCAL_R123)."""

    REQUIRED = 1
    OPTIONAL = 2
    RESOURCE = 3


class Attendee(Record):
    """Somebody, or a room, that is invited."""

    element_tag = Calendar.Attendee

    email: Annotated[str, Field(Calendar.Email, STRING)]
    name: Annotated[str, Field(Calendar.Name, STRING)]
    status: Annotated[AttendeeStatus | None, Field(Calendar.AttendeeStatus, Enumeration(AttendeeStatus))] = (
        None
    )
    type: Annotated[AttendeeType | None, Field(Calendar.AttendeeType, Enumeration(AttendeeType))] = None
    proposed_start_time: Annotated[
        datetime | None,
        Field(MeetingResponse.ProposedStartTime, COMPACT_DATE_TIME, since=Version.V16_1, read_only=True),
    ] = None
    proposed_end_time: Annotated[
        datetime | None,
        Field(MeetingResponse.ProposedEndTime, COMPACT_DATE_TIME, since=Version.V16_1, read_only=True),
    ] = None
