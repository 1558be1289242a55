"""A message: the elements of MS-ASEMAIL, and the index of its MIME bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, ClassVar, Final, NamedTuple

import msgspec

from overair.items import charsets
from overair.items.attachments import AddAttachment, Attachment, DeleteAttachment
from overair.items.body import Body, BodyPart
from overair.items.item import Item, ItemClass
from overair.items.mail import addressing, headers, indexing, message_document, structure, voice
from overair.items.mail.flag import NO_FLAG, Flag
from overair.items.mail.meeting_request import MeetingRequest
from overair.items.mail.meeting_requests import request_of
from overair.items.mail.meetings import Meeting, meeting_of
from overair.items.mail.message_class import CALENDAR_MESSAGE, MESSAGE, PLAIN, may_be_meeting, message_class
from overair.items.mail.parts import Index
from overair.items.mail.voice import Voice
from overair.protocol.data_types import (
    BOOLEAN,
    DATE_TIME,
    OPAQUE,
    STRING,
    Integer,
    String,
)
from overair.protocol.schema import Choices, Field, Nested, Sequence
from overair.times import microseconds
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, Email, Email2

ADDRESSES: Final = String(max_length=32_768)
"""To and From (MS-ASEMAIL_R788, MS-ASEMAIL_R477)."""
BLIND_ADDRESSES: Final = String(max_length=1_024)
"""Bcc, whose schema is narrower."""


class Message(Item):
    """A message.

    Read, Flag, Categories and the last verb change in its life; all else is made once from its
    bytes, except in a draft. ``blob`` is the key of the bytes in the BlobStore and ``index`` says
    where in them its parts stand; both are None for a message that a client has read.
    ``attachments`` and ``body`` are filled when it is shown to a client.
    """

    item_class: ClassVar[ItemClass] = ItemClass.EMAIL
    transient: ClassVar[Mapping[str, object]] = {"terms": None, "answers": ()}

    to: Annotated[str | None, Field(Email.To, ADDRESSES)] = None
    cc: Annotated[str | None, Field(Email.Cc, STRING)] = None
    from_: Annotated[str | None, Field(Email.From, ADDRESSES, read_only=True)] = None
    subject: Annotated[str | None, Field(Email.Subject, STRING)] = None
    reply_to: Annotated[str | None, Field(Email.ReplyTo, STRING, read_only=True)] = None
    date_received: Annotated[datetime | None, Field(Email.DateReceived, DATE_TIME, read_only=True)] = None
    display_to: Annotated[str | None, Field(Email.DisplayTo, STRING, read_only=True)] = None
    thread_topic: Annotated[str | None, Field(Email.ThreadTopic, STRING, read_only=True)] = None
    importance: Annotated[int | None, Field(Email.Importance, Integer(0, 2))] = None
    read: Annotated[bool | None, Field(Email.Read, BOOLEAN)] = None
    attachments: Annotated[
        tuple[Attachment | AddAttachment | DeleteAttachment, ...] | None,
        Field(AirSyncBase.Attachments, Choices(Attachment, AddAttachment, DeleteAttachment)),
    ] = None
    body: Annotated[Body | None, Field(AirSyncBase.Body, Nested(Body))] = None
    message_class: Annotated[str | None, Field(Email.MessageClass, STRING, read_only=True)] = None
    meeting_request: Annotated[
        MeetingRequest | None, Field(Email.MeetingRequest, Nested(MeetingRequest), read_only=True)
    ] = None
    internet_cpid: Annotated[str | None, Field(Email.InternetCPID, STRING, read_only=True)] = None
    flag: Annotated[Flag | None, Field(Email.Flag, Nested(Flag), since=Version.V12_0)] = None
    native_body_type: Annotated[
        int | None, Field(AirSyncBase.NativeBodyType, Integer(1, 3), read_only=True)
    ] = None
    content_class: Annotated[str | None, Field(Email.ContentClass, STRING, read_only=True)] = None
    um_caller_id: Annotated[str | None, Field(Email2.UmCallerID, STRING, read_only=True)] = None
    um_user_notes: Annotated[str | None, Field(Email2.UmUserNotes, STRING, read_only=True)] = None
    conversation_id: Annotated[bytes | None, Field(Email2.ConversationId, OPAQUE, read_only=True)] = None
    conversation_index: Annotated[bytes | None, Field(Email2.ConversationIndex, OPAQUE, read_only=True)] = (
        None
    )
    last_verb_executed: Annotated[
        int | None, Field(Email2.LastVerbExecuted, Integer(0, 3), read_only=True)
    ] = None
    last_verb_execution_time: Annotated[
        datetime | None, Field(Email2.LastVerbExecutionTime, DATE_TIME, read_only=True)
    ] = None
    received_as_bcc: Annotated[bool | None, Field(Email2.ReceivedAsBcc, BOOLEAN, read_only=True)] = None
    sender: Annotated[str | None, Field(Email2.Sender, STRING, read_only=True)] = None
    categories: Annotated[
        tuple[str, ...] | None,
        Field(Email.Categories, Sequence(Email.Category, STRING, limit=300), since=Version.V14_0),
    ] = None
    body_part: Annotated[BodyPart | None, Field(AirSyncBase.BodyPart, Nested(BodyPart), read_only=True)] = (
        None
    )
    account_id: Annotated[str | None, Field(Email2.AccountId, STRING, read_only=True)] = None
    is_draft: Annotated[bool | None, Field(Email2.IsDraft, BOOLEAN, read_only=True)] = None
    bcc: Annotated[str | None, Field(Email2.Bcc, BLIND_ADDRESSES)] = None

    blob: str | None = None
    index: Index | None = None
    message_id: str | None = None
    """The Message-ID header, with its angle brackets."""
    voice: Voice | None = None
    terms: bytes | None = None
    """What of it can be searched, until it is stored; the store keeps that apart."""
    answers: tuple[str, ...] = ()
    """The Message-IDs of what it answers, the nearest first, until it is stored: then it is in the
    conversation of one that is there."""

    @property
    def view_date(self) -> int:
        """When it was received, in microseconds UTC."""
        return 0 if self.date_received is None else microseconds(self.date_received)

    @property
    def blob_keys(self) -> tuple[str, ...]:
        """The key of its MIME bytes."""
        return () if self.blob is None else (self.blob,)

    @property
    def blob_bytes(self) -> int:
        """The size of its MIME bytes."""
        return 0 if self.blob is None or self.index is None else self.index.size

    @property
    def conversation_key(self) -> str | None:
        """The key that all messages of its conversation have."""
        return None if self.conversation_id is None else conversation_key(self.conversation_id)

    @property
    def keys(self) -> tuple[str, ...]:
        """Its conversation's, and its own that answers to it name."""
        own = None if self.message_id is None else message_key(self.message_id)
        return tuple(key for key in (self.conversation_key, own) if key is not None)


def message_key(message_id: str) -> str:
    """The key by which the message of a Message-ID is found."""
    return f"message:{sha256(message_id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def conversation_key(conversation_id: bytes) -> str:
    """The key by which the messages of a conversation are found (mailboxes.interface.Session)."""
    return f"conversation:{conversation_id.hex()}"


class Arrived(NamedTuple):
    """A message as it came, and the meeting that it is about.

    ``named`` are the addresses that its header names; who receives it and is not among them is a blind
    recipient. None where that is not known (addressing.py).
    """

    message: Message
    meeting: Meeting | None
    named: frozenset[str] | None = None

    def received_by(self, addresses: Iterable[str]) -> Message:
        """The message as somebody receives it whose addresses, in lower case, these are."""
        if self.named is None or not self.named.isdisjoint(addresses):
            return self.message
        return msgspec.structs.replace(self.message, received_as_bcc=True)


def read_message(
    mime: bytes, received: datetime, default_zone: str = "UTC", *, searchable: bool = True
) -> Arrived:
    """A message as it arrived, unread; parses its bytes once. ``received`` has a time zone.

    ``default_zone`` is the IANA name of the zone of meetings that name none. Where it is not to be
    ``searchable`` here it has no ``terms``. Never raises, whatever the bytes are. The caller stores the
    bytes and sets ``blob``.
    """
    arrived = _read(mime, received, default_zone, searchable=searchable)
    message, meeting = arrived.message, arrived.meeting
    if meeting is not None:
        message.meeting_request = request_of(meeting)
        if message.index is not None:
            # What the element says need not stand among the attachments, too.
            message.index = message.index.without_attachment_at(meeting.offset)
    return arrived


def index_message(
    mime: bytes, received: datetime, *, open_tnef: bool = True, searchable: bool = True
) -> Message:
    """A message of the user's own, a draft or one that was sent, otherwise as ``read_message`` has it.

    Who sends a meeting message has nothing to answer (MS-ASEMAIL_R543). In a draft every file that is
    attached stays one, so it does not open TNEF.
    """
    return _read(mime, received, "UTC", open_tnef=open_tnef, searchable=searchable).message


def _read(
    mime: bytes, received: datetime, default_zone: str, *, open_tnef: bool = True, searchable: bool
) -> Arrived:
    tree = structure.parse(mime)
    found = headers.Headers(tree)
    received = received.astimezone(UTC)
    to, cc = found.addresses("To"), found.addresses("Cc")
    sender, from_ = found.addresses("Sender"), found.addresses("From")
    subject = found.text("Subject")
    index, text = indexing.index_and_text(mime, tree, open_tnef=open_tnef)
    meeting = meeting_of(mime, tree, received, default_zone) if may_be_meeting(tree) else None
    conversation_id, conversation_index = headers.conversation(found, headers.date(found) or received)
    of_class = message_class(tree, meeting)
    if of_class == PLAIN:
        of_class = voice.unified_class(found, tree.get_content_type()) or PLAIN
    message = Message(
        to=headers.formatted_list(to, ", ") or None,
        cc=headers.formatted_list(cc, ", ") or None,
        from_=headers.formatted_list(from_ or sender, ", ") or None,
        subject=subject,
        reply_to=headers.formatted_list(found.addresses("Reply-To"), "; ") or None,
        date_received=received,
        display_to=headers.display_names(to) or None,
        thread_topic=headers.thread_topic(found, subject),
        importance=headers.importance(found),
        read=False,
        message_class=of_class,
        internet_cpid=charsets.code_page(structure.parameter(_first_text(tree), "charset")),
        flag=NO_FLAG,
        native_body_type=index.native_type,
        content_class=MESSAGE if meeting is None else CALENDAR_MESSAGE,
        conversation_id=conversation_id,
        conversation_index=conversation_index,
        # MS-ASEMAIL_R726: only where it is somebody else.
        sender=headers.formatted(sender[0]) if _on_behalf(sender, from_) else None,
        categories=(),
        bcc=headers.formatted_list(found.addresses("Bcc"), ", ", limit=1_024) or None,
        is_draft=False,
        index=index,
        message_id=headers.message_id(found),
        um_caller_id=voice.caller(found, of_class),
        voice=voice.voice(found, of_class),
        answers=headers.answered(found),
    )
    if searchable:
        message.terms = message_document.document(message, text)
    return Arrived(message, meeting, addressing.named(found, to, cc))


def _on_behalf(sender: tuple[headers.Address, ...], from_: tuple[headers.Address, ...]) -> bool:
    """Whether somebody else sent the message than it is from."""
    return bool(sender and from_) and sender[0][1].lower() != from_[0][1].lower()


def _first_text(tree: structure.LocatedMessage) -> structure.LocatedMessage:
    return next((part for part in tree.walk() if part.get_content_maintype() == "text"), tree)
