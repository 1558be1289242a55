"""An event of a calendar: every element of MS-ASCAL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Final

import msgspec

from overair.items.attachments import Attachment, DeleteAttachment
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee
from overair.items.calendar.data_types import AddEventAttachment, BusyStatus, EventBody, Reminder, instant_of
from overair.items.calendar.location import Location
from overair.items.item import Item, ItemClass
from overair.items.recurrence.occurrences import view_date
from overair.items.recurrence.pattern import Recurrence
from overair.protocol.data_types import (
    BOOLEAN,
    COMPACT_DATE_TIME,
    STRING,
    Base64,
    Integer,
    String,
)
from overair.protocol.schema import Choices, Content, Field, Nested, Problem, Record, SchemaError, Sequence
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, Calendar

CATEGORIES: Final = Sequence(Calendar.Category, STRING, limit=300)
ATTENDEES: Final = Sequence(Calendar.Attendee, Nested(Attendee))
ATTACHMENTS: Final = Choices(Attachment, AddEventAttachment, DeleteAttachment)
SENSITIVITY: Final = Integer(0, 3)
BUSY_STATUS: Final = BusyStatus()
MEETING_STATUS: Final = Integer(allowed=(0, 1, 3, 5, 7, 9, 11, 13, 15))
RESPONSE_TYPE: Final = Integer(0, 5)
REMINDER: Final = Reminder()
BODY: Final = EventBody()
TIME_ZONE: Final = Base64(max_length=172)
UID: Final = String(max_length=300)
BEFORE_16: Final = Version.V14_1


class StoredAttachment(msgspec.Struct, frozen=True):
    """An attachment as the store keeps it. ``number`` is the last piece of its FileReference."""

    number: int
    blob: str
    """The key of its bytes in the BlobStore."""
    size: int
    display_name: str
    content_type: str | None = None
    method: int = 1
    content_id: str | None = None
    content_location: str | None = None
    is_inline: bool = False


class OrganizerRevision(msgspec.Struct, frozen=True):
    """The message of its organizer that an event or an occurrence is as of."""

    sequence: int
    """The SEQUENCE of what the message says of it (RFC 5546, 2.1.4)."""
    stamp: datetime
    """Its DTSTAMP, in UTC."""
    sender: str
    """The address that the message came from, in lower case; empty where it named none or several."""

    @property
    def order(self) -> tuple[int, datetime]:
        """By which the later of two messages is known (RFC 5546, 2.1.5)."""
        return self.sequence, self.stamp


class EventException(Record, kw_only=True):
    """An occurrence of a series that is otherwise than the series, or deleted.

    It is known by the start that the occurrence had in the series: the ExceptionStartTime up to
    14.1, the InstanceId from 16.0. What is None is as in the series, what is empty was taken away
    from this occurrence (MS-ASCAL_R508). Times are as in Event.
    """

    element_tag = Calendar.Exception

    deleted: Annotated[bool | None, Field(Calendar.Deleted, BOOLEAN)] = None
    exception_start_time: Annotated[
        datetime, Field(Calendar.ExceptionStartTime, COMPACT_DATE_TIME, until=BEFORE_16)
    ]
    instance_id: Annotated[str | None, Field(AirSyncBase.InstanceId, STRING)] = None
    """Only where it is shown to a client."""
    subject: Annotated[str | None, Field(Calendar.Subject, STRING)] = None
    start_time: Annotated[datetime | None, Field(Calendar.StartTime, COMPACT_DATE_TIME)] = None
    end_time: Annotated[datetime | None, Field(Calendar.EndTime, COMPACT_DATE_TIME)] = None
    body: Annotated[Body | None, Field(AirSyncBase.Body, BODY)] = None
    location_text: Annotated[str | None, Field(Calendar.Location, STRING)] = None
    """The location's display name, only where it is shown to a client or read from one."""
    location: Annotated[Location | None, Field(AirSyncBase.Location, Nested(Location))] = None
    attachments: Annotated[
        tuple[Attachment | AddEventAttachment | DeleteAttachment, ...] | None,
        Field(AirSyncBase.Attachments, ATTACHMENTS, since=Version.V16_0),
    ] = None
    """Only where they are shown to a client or read from one."""
    categories: Annotated[tuple[str, ...] | None, Field(Calendar.Categories, CATEGORIES)] = None
    sensitivity: Annotated[int | None, Field(Calendar.Sensitivity, SENSITIVITY)] = None
    busy_status: Annotated[int | None, Field(Calendar.BusyStatus, BUSY_STATUS)] = None
    all_day_event: Annotated[bool | None, Field(Calendar.AllDayEvent, BOOLEAN)] = None
    reminder: Annotated[int | None, Field(Calendar.Reminder, REMINDER)] = None
    dt_stamp: Annotated[datetime | None, Field(Calendar.DtStamp, COMPACT_DATE_TIME)] = None
    meeting_status: Annotated[int | None, Field(Calendar.MeetingStatus, MEETING_STATUS)] = None
    attendees: Annotated[
        tuple[Attendee, ...] | None, Field(Calendar.Attendees, ATTENDEES, since=Version.V14_0)
    ] = None
    appointment_reply_time: Annotated[
        datetime | None, Field(Calendar.AppointmentReplyTime, COMPACT_DATE_TIME, read_only=True)
    ] = None
    response_type: Annotated[int | None, Field(Calendar.ResponseType, RESPONSE_TYPE, read_only=True)] = None
    online_meeting_conf_link: Annotated[
        str | None, Field(Calendar.OnlineMeetingConfLink, STRING, read_only=True)
    ] = None
    online_meeting_external_link: Annotated[
        str | None, Field(Calendar.OnlineMeetingExternalLink, STRING, read_only=True)
    ] = None

    stored_attachments: tuple[StoredAttachment, ...] | None = None
    organizer_revision: OrganizerRevision | None = None
    """None where no message was about this occurrence alone."""


class _Exception(Nested[EventException]):
    """An exception, which from 16.0 on names its occurrence by the InstanceId (MS-ASCAL_R2098, R2106)."""

    def __init__(self) -> None:
        super().__init__(EventException)

    def decode(self, content: Content, version: Version) -> EventException:
        if version <= BEFORE_16:
            return super().decode(content, version)
        if not isinstance(content, list):
            raise SchemaError(AirSyncBase.InstanceId, Problem.MISSING)
        values = EventException.values_of(content, version)
        if values.get("instance_id") is None:
            raise SchemaError(AirSyncBase.InstanceId, Problem.MISSING)
        try:
            start = instant_of(values.pop("instance_id"))
        except ValueError as error:
            raise SchemaError(AirSyncBase.InstanceId, Problem.VALUE, str(error)) from None
        return EventException(exception_start_time=start, **values)


EXCEPTIONS: Final = Sequence(Calendar.Exception, _Exception(), limit=1000)
"""MS-ASCAL_R243 says 256, the schema 1,000: a client adds some to the 256 that it was shown."""


class Event(Item):
    """An appointment or meeting, single or recurring.

    Times are instants in UTC; of an all-day event they are its first day and the day after its last
    one as midnights in UTC, whatever the zone (``until`` and the start of an exception, too), and what a
    client of an older version is shown is midnight of those days in the event's zone.

    What an event cannot be without is never deleted (``kept``): a client is always shown it.
    """

    item_class: ClassVar[ItemClass] = ItemClass.CALENDAR
    partial_since: ClassVar[Version | None] = Version.V16_0

    timezone: Annotated[bytes | None, Field(Calendar.Timezone, TIME_ZONE, kept=True)] = None
    """As it is shown to a client or read from one; stored where no zone of ``zone`` fits."""
    all_day_event: Annotated[bool | None, Field(Calendar.AllDayEvent, BOOLEAN)] = None
    busy_status: Annotated[int | None, Field(Calendar.BusyStatus, BUSY_STATUS)] = None
    organizer_name: Annotated[str | None, Field(Calendar.OrganizerName, STRING, ghosted=True)] = None
    organizer_email: Annotated[str | None, Field(Calendar.OrganizerEmail, STRING, ghosted=True)] = None
    dt_stamp: Annotated[datetime | None, Field(Calendar.DtStamp, COMPACT_DATE_TIME, kept=True)] = None
    end_time: Annotated[datetime | None, Field(Calendar.EndTime, COMPACT_DATE_TIME, kept=True)] = None
    location_text: Annotated[str | None, Field(Calendar.Location, STRING)] = None
    """The location's display name, only where it is shown to a client or read from one."""
    location: Annotated[Location | None, Field(AirSyncBase.Location, Nested(Location))] = None
    reminder: Annotated[int | None, Field(Calendar.Reminder, REMINDER)] = None
    sensitivity: Annotated[int | None, Field(Calendar.Sensitivity, SENSITIVITY)] = None
    subject: Annotated[str | None, Field(Calendar.Subject, STRING)] = None
    start_time: Annotated[datetime | None, Field(Calendar.StartTime, COMPACT_DATE_TIME, kept=True)] = None
    uid: Annotated[str | None, Field(Calendar.UID, UID, kept=True)] = None
    client_uid: Annotated[str | None, Field(Calendar.ClientUid, String(min_length=1, max_length=300))] = None
    """What the client calls it that added it; only read, and kept to know it again (MS-ASCAL_R2062)."""
    meeting_status: Annotated[int | None, Field(Calendar.MeetingStatus, MEETING_STATUS, ghosted=True)] = None
    attendees: Annotated[tuple[Attendee, ...] | None, Field(Calendar.Attendees, ATTENDEES, ghosted=True)] = (
        None
    )
    categories: Annotated[tuple[str, ...] | None, Field(Calendar.Categories, CATEGORIES)] = None
    recurrence: Annotated[Recurrence | None, Field(Calendar.Recurrence, Nested(Recurrence))] = None
    exceptions: Annotated[
        tuple[EventException, ...] | None,
        Field(Calendar.Exceptions, EXCEPTIONS, kept=True),
    ] = None
    response_requested: Annotated[bool | None, Field(Calendar.ResponseRequested, BOOLEAN, ghosted=True)] = (
        None
    )
    appointment_reply_time: Annotated[
        datetime | None, Field(Calendar.AppointmentReplyTime, COMPACT_DATE_TIME, read_only=True)
    ] = None
    response_type: Annotated[int | None, Field(Calendar.ResponseType, RESPONSE_TYPE, read_only=True)] = None
    disallow_new_time_proposal: Annotated[
        bool | None, Field(Calendar.DisallowNewTimeProposal, BOOLEAN, ghosted=True)
    ] = None
    attachments: Annotated[
        tuple[Attachment | AddEventAttachment | DeleteAttachment, ...] | None,
        Field(AirSyncBase.Attachments, ATTACHMENTS, since=Version.V16_0, kept=True),
    ] = None
    """Only where they are shown to a client or read from one."""
    body: Annotated[Body | None, Field(AirSyncBase.Body, BODY, kept=True)] = None
    native_body_type: Annotated[
        int | None, Field(AirSyncBase.NativeBodyType, Integer(1, 3), read_only=True)
    ] = None
    online_meeting_conf_link: Annotated[
        str | None, Field(Calendar.OnlineMeetingConfLink, STRING, read_only=True)
    ] = None
    online_meeting_external_link: Annotated[
        str | None, Field(Calendar.OnlineMeetingExternalLink, STRING, read_only=True)
    ] = None

    instance_id: Annotated[str | None, Field(AirSyncBase.InstanceId, STRING, read_only=True)] = None
    """Of an orphan instance, only where it is shown to a client (MS-ASAIRS_R1176)."""

    zone: str | None = None
    """The IANA name of its time zone; None where only ``timezone`` says it, or nothing does."""
    stored_attachments: tuple[StoredAttachment, ...] | None = None
    next_attachment: int = 1
    """The number of the next attachment; none is used twice."""
    original_start: datetime | None = None
    """Of an orphan instance, which is an occurrence of a series that is not here: its start there."""
    organizer_revision: OrganizerRevision | None = None
    """None where no message of an organizer was about it."""

    @property
    def view_date(self) -> int:
        """When its last occurrence ends."""
        return view_date(self)

    def attachments_kept(self) -> Iterator[StoredAttachment]:
        """Its attachments and those of its exceptions."""
        yield from self.stored_attachments or ()
        for exception in self.exceptions or ():
            yield from exception.stored_attachments or ()

    @property
    def blob_keys(self) -> tuple[str, ...]:
        """The keys of its attachments' bytes, those of its exceptions included."""
        return tuple(dict.fromkeys(kept.blob for kept in self.attachments_kept()))

    @property
    def blob_bytes(self) -> int:
        """The size of its attachments; bytes that several of them have count once."""
        return sum({kept.blob: kept.size for kept in self.attachments_kept()}.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """Its UID, of an orphan instance which one it is, and what the client calls it that added it."""
        keys: list[str] = []
        if self.uid is not None and self.original_start is not None:
            keys += (orphan_key(self.uid), orphan_key(self.uid, self.original_start))
        elif self.uid is not None:
            keys.append(uid_key(self.uid))
        if self.client_uid is not None:
            keys.append(client_uid_key(self.client_uid))
        return tuple(keys)


def uid_key(uid: str) -> str:
    """The key by which the event of a UID is found in its folder (mailboxes.interface.Session)."""
    return f"uid:{uid}"


def orphan_key(uid: str, original_start: datetime | None = None) -> str:
    """The key of the orphan instances of a series, or of one of them."""
    return f"orphan:{uid}" if original_start is None else f"orphan:{original_start:%Y%m%dT%H%M%S}:{uid}"


def client_uid_key(client_uid: str) -> str:
    """The key by which an event is found that a client adds again."""
    return f"client-uid:{client_uid}"
