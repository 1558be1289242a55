"""What of an item of any class can be searched."""

from __future__ import annotations

from functools import singledispatch

from overair.items.body import Body
from overair.items.calendar.event import Event
from overair.items.contact import Contact
from overair.items.conversion import converted
from overair.items.item import Item
from overair.items.mail import message_document
from overair.items.mail.message import Message
from overair.items.mail.parts import ByteSource
from overair.items.note import Note
from overair.items.search_document import HAS_ATTACHMENT, MOST_CHARACTERS, Document, Mark
from overair.items.task import Task
from overair.protocol.body_preferences import BodyType


def document(item: Item, blobs: ByteSource | None = None) -> bytes:
    """The packed terms of an item; ``blobs`` are where the bytes of messages are.

    Raises what reading a blob raises.
    """
    if isinstance(item, Message):
        text = None if blobs is None or item.terms else message_document.text_of(item, blobs)
        return item.terms or message_document.document(item, text)
    found = Document(item.item_class)
    _gather(item, found)
    return found.packed()


def is_same_document(before: Item, after: Item) -> bool:
    """Whether a change of an item leaves what can be searched as it was."""
    if isinstance(before, Message) and isinstance(after, Message):
        return _searched(before) == _searched(after)
    return before == after


def _searched(message: Message) -> tuple[object, ...]:
    return (
        message.blob,
        message.subject,
        message.from_,
        message.to,
        message.cc,
        message.bcc,
        message.conversation_id,
        message.index,
    )


@singledispatch
def _gather(item: Item, found: Document) -> None:
    """Add an item's texts; a class registers its own."""


@_gather.register
def _gather_contact(item: Contact, found: Document) -> None:
    for bound in item.fields():
        value = getattr(item, bound.name)
        if isinstance(value, str):
            found.add(value)
    found.add_all(item.categories or ())
    found.add_all(item.children or ())
    _add_body(item.body, found)


@_gather.register
def _gather_event(item: Event, found: Document) -> None:
    found.add(item.subject, Mark.SUBJECT)
    if item.location is not None:
        found.add(item.location.display_name)
    found.add_all((item.organizer_name, item.organizer_email))
    for attendee in item.attendees or ():
        found.add(f"{attendee.name} {attendee.email}", Mark.TO)
    found.add_all(item.categories or ())
    kept = list(item.attachments_kept())
    for attachment in kept:
        found.add(attachment.display_name, Mark.ATTACHMENT)
    if kept:
        found.add_term(HAS_ATTACHMENT)
    _add_body(item.body, found)
    # A series may have thousands of exceptions, which mostly say the same.
    exceptions = item.exceptions or ()
    for subject in dict.fromkeys(one.subject for one in exceptions):
        found.add(subject, Mark.SUBJECT)
    found.add_all(dict.fromkeys(one.location.display_name for one in exceptions if one.location is not None))
    for body in {body.data: body for one in exceptions if (body := one.body) is not None}.values():
        _add_body(body, found)


@_gather.register
def _gather_task(item: Task, found: Document) -> None:
    found.add(item.subject, Mark.SUBJECT)
    found.add_all(item.categories or ())
    _add_body(item.body, found)


@_gather.register
def _gather_note(item: Note, found: Document) -> None:
    found.add(item.subject, Mark.SUBJECT)
    found.add_all(item.categories or ())
    _add_body(item.body, found)


def _add_body(body: Body | None, found: Document) -> None:
    if body is None or not body.data:
        return
    # The start of RTF in base64 is none of it.
    data = body.data if body.type == BodyType.RTF else body.data[: 4 * MOST_CHARACTERS]
    found.add(converted(data, body.type, BodyType.PLAIN_TEXT))
