"""Data types that only the elements of events have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Final

from overair.items.attachments import NORMAL, AddAttachment
from overair.items.body import NO_BODY, Body
from overair.items.calendar.location import Location
from overair.items.calendar.statuses import WORKING_ELSEWHERE
from overair.protocol.data_types import COMPACT_DATE_TIME, DATE_TIME, OPAQUE, UNSIGNED_INTEGER, Integer
from overair.protocol.schema import Content, DataType, Field, Nested
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase

NO_REMINDER: Final = -1
"""The Reminder of an exception from which that of the series was taken away; an empty tag."""
TAKEN_AWAY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "subject": "",
        "body": NO_BODY,
        "location": Location(),
        "categories": (),
        "attendees": (),
        "reminder": NO_REMINDER,
        "online_meeting_conf_link": "",
        "online_meeting_external_link": "",
    }
)
"""What an exception says where its series has something that the occurrence has not (MS-ASCAL_R508)."""
_DASHED: Final = re.compile(r"\s*\d{4}-")


class Reminder(DataType[int]):
    """Minutes before the start, from 14.1 on also an empty tag (MS-ASCAL_R39511, MS-ASCAL_R2185)."""

    def decode(self, content: Content, version: Version) -> int:
        if version >= Version.V14_1 and content in (None, "", b"", []):
            return NO_REMINDER
        return UNSIGNED_INTEGER.decode(content, version)

    def encode(self, value: int, version: Version) -> Content:
        return None if value == NO_REMINDER else UNSIGNED_INTEGER.encode(value, version)


class BusyStatus(Integer):
    """Free to out of office; from 16.0 on also working elsewhere (MS-ASCAL_R2235, R2043, R2044)."""

    def __init__(self) -> None:
        super().__init__(0, WORKING_ELSEWHERE)

    def decode(self, content: Content, version: Version) -> int:
        value = super().decode(content, version)
        if value == WORKING_ELSEWHERE and version < Version.V16_0:
            raise ValueError("does not exist in this protocol version")
        return value


class EventBody(Nested[Body]):
    """A body; an empty tag takes away the one that there is (MS-ASCAL_R508)."""

    def __init__(self) -> None:
        super().__init__(Body)

    def decode(self, content: Content, version: Version) -> Body:
        if not content:
            return NO_BODY
        return super().decode(content, version)


class AddEventAttachment(AddAttachment, kw_only=True, tag="add"):
    """A file that a client adds to an event (MS-ASAIRS 2.2.2.2); one without content is passed over.

    iOS 16.2 names files so that an event had in the calendar that it comes from.
    """

    method: Annotated[int, Field(AirSyncBase.Method, Integer(allowed=(NORMAL,)))]  # MS-ASAIRS_R1395
    content: Annotated[bytes | None, Field(AirSyncBase.Content, OPAQUE)] = None  # type: ignore[assignment]


def instant_of(text: str) -> datetime:
    """The instant of an InstanceId: a Compact DateTime (MS-ASAIRS_R1180), or one with punctuation.

    Raises ValueError.
    """
    return (DATE_TIME if _DASHED.match(text) else COMPACT_DATE_TIME).decode(text, Version.V16_1)


def instance_id_of(instant: datetime) -> str:
    """The InstanceId of an instant."""
    return str(COMPACT_DATE_TIME.encode(instant, Version.V16_1))
