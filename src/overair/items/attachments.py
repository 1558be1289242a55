"""The attachments of an item: as they are shown, as a client adds and deletes them, and their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from overair.items.file_types import file_type
from overair.items.mail.contents import content
from overair.items.mail.parts import ByteSource, Part
from overair.protocol.data_types import (
    BOOLEAN,
    INTEGER,
    OPAQUE,
    STRING,
    UNSIGNED_INTEGER,
    Integer,
)
from overair.protocol.schema import PRESENCE, Field, Problem, Record, SchemaError
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, Email2

if TYPE_CHECKING:
    from overair.items.calendar.event import Event
    from overair.items.mail.message import Message

LONGEST_NUMBER: Final = 9
"""Digits of an attachment's number."""
NORMAL, EMBEDDED_MESSAGE, OLE = 1, 5, 6
"""Values of Method (MS-ASAIRS 2.2.2.31)."""


class Attachment(Record, kw_only=True, tag="attachment"):
    """One attachment as the server shows it (MS-ASAIRS 2.2.2.7)."""

    element_tag = AirSyncBase.Attachment

    display_name: Annotated[str | None, Field(AirSyncBase.DisplayName, STRING)] = None
    file_reference: Annotated[str, Field(AirSyncBase.FileReference, STRING)]
    client_id: Annotated[str | None, Field(AirSyncBase.ClientId, STRING, since=Version.V16_0)] = None
    method: Annotated[int | None, Field(AirSyncBase.Method, Integer(1, 6))] = None
    estimated_data_size: Annotated[int | None, Field(AirSyncBase.EstimatedDataSize, UNSIGNED_INTEGER)] = None
    content_id: Annotated[str | None, Field(AirSyncBase.ContentId, STRING)] = None
    content_location: Annotated[str | None, Field(AirSyncBase.ContentLocation, STRING)] = None
    is_inline: Annotated[bool | None, Field(AirSyncBase.IsInline, BOOLEAN)] = None
    um_att_duration: Annotated[int | None, Field(Email2.UmAttDuration, INTEGER)] = None
    um_att_order: Annotated[int | None, Field(Email2.UmAttOrder, INTEGER)] = None


class AddAttachment(Record, tag="add"):
    """An attachment that a client adds to a draft (MS-ASAIRS 2.2.2.2)."""

    element_tag = AirSyncBase.Add

    client_id: Annotated[str, Field(AirSyncBase.ClientId, STRING)]
    method: Annotated[int, Field(AirSyncBase.Method, Integer(allowed=(NORMAL, EMBEDDED_MESSAGE)))]
    content: Annotated[bytes, Field(AirSyncBase.Content, OPAQUE)]
    display_name: Annotated[str, Field(AirSyncBase.DisplayName, STRING)]
    content_type: Annotated[str | None, Field(AirSyncBase.ContentType, STRING)] = None
    content_id: Annotated[str | None, Field(AirSyncBase.ContentId, STRING)] = None
    content_location: Annotated[str | None, Field(AirSyncBase.ContentLocation, STRING)] = None
    is_inline: Annotated[bool, Field(AirSyncBase.IsInline, PRESENCE)] = False


class DeleteAttachment(Record, tag="delete"):
    """An attachment that a client takes away from a draft (MS-ASAIRS 2.2.2.21)."""

    element_tag = AirSyncBase.Delete

    file_reference: Annotated[str, Field(AirSyncBase.FileReference, STRING)]


def number_deleted(command: DeleteAttachment, following: int) -> int:
    """The number of an attachment that a client deletes; ``following`` is the next one to be given.

    One that is gone already may be deleted again: somebody else did it, or the client did and does not
    know. Raises SchemaError for a number that no attachment of the item ever had.
    """
    number = command.file_reference.rpartition(":")[2]
    if len(number) > LONGEST_NUMBER or not number.isascii() or not number.isdigit():
        raise SchemaError(AirSyncBase.FileReference, Problem.VALUE, "is none of the server's")
    if not 0 < int(number) < following:
        raise SchemaError(AirSyncBase.FileReference, Problem.VALUE, "names no attachment of the item")
    return int(number)


def shown(part: Part, item_id: str) -> Attachment:
    """A part as the item's Attachments element shows it."""
    return Attachment(
        display_name=part.name,
        file_reference=f"{item_id}:{part.number}",
        # MS-ASAIRS_R2299, MS-ASAIRS_R230
        method=EMBEDDED_MESSAGE if part.is_message else OLE if part.is_ole else NORMAL,
        estimated_data_size=part.size,
        content_id=part.content_id or None,
        content_location=part.content_location or None,
        is_inline=True if part.inline else None,
    )


ORIGINAL = "original"
"""The part that stands for the whole message in a stand-in's FileReference."""
ORIGINAL_NAME = "original.eml"


def shown_original(item_id: str, size: int) -> Attachment:
    """The whole message as the attachment of its stand-in."""
    return Attachment(
        display_name=ORIGINAL_NAME,
        file_reference=f"{item_id}:{ORIGINAL}",
        method=EMBEDDED_MESSAGE,
        estimated_data_size=size,
    )


class AttachmentBytes(NamedTuple):
    """The content type, the name and the decoded bytes of an attachment."""

    content_type: str
    name: str
    data: bytes


def attachment(message: Message, part: str | int, blobs: ByteSource) -> AttachmentBytes:
    """An attachment by the last piece of its FileReference.

    Raises KeyError where the message has no such attachment, or its bytes are gone.
    """
    if message.blob is None or message.index is None:
        raise KeyError(part)
    if part == ORIGINAL:
        return AttachmentBytes("message/rfc822", ORIGINAL_NAME, blobs.read(message.blob))
    for found in message.index.attachments:
        if str(found.number) == str(part):
            return AttachmentBytes(found.content_type, found.name, content(blobs, message.blob, found))
    raise KeyError(part)


def event_attachment(event: Event, part: str, blobs: ByteSource) -> AttachmentBytes:
    """An attachment of an event or of an exception of it, by the last piece of its FileReference.

    Raises KeyError where there is no such attachment, or its bytes are gone.
    """
    for kept in event.attachments_kept():
        if str(kept.number) == part:
            kind = file_type(kept.content_type, kept.display_name)
            return AttachmentBytes(kind, kept.display_name, blobs.read(kept.blob))
    raise KeyError(part)
