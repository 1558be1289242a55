"""Items as the elements of an ApplicationData, in the form that a client wants."""

from __future__ import annotations

import re
from functools import singledispatch
from typing import Final, TypeVar

import msgspec
import structlog

from overair.items import attachments, bodies, notes, tasks
from overair.items.body import NO_BODY, Body
from overair.items.body_parts import body_part
from overair.items.calendar import events
from overair.items.calendar.event import Event
from overair.items.contact import Contact
from overair.items.item import Item
from overair.items.mail.meeting_requests import shown_request
from overair.items.mail.message import Message
from overair.items.mail.parts import ByteSource
from overair.items.mail.voice import numbered
from overair.items.note import Note
from overair.items.render_options import RenderOptions
from overair.items.renditions import MessageBody, StoredBody
from overair.items.task import Task
from overair.protocol.body_preferences import BodyType
from overair.versions import Version
from overair.wbxml.element import Element

_log = structlog.get_logger(__name__)
_SMIME, _ALWAYS = 1, 2
"""Values of MIMESupport; 0 is never (MS-ASCMD_R3396 and on)."""
_FIRST_WITH_PARTS: Final = Version.V14_1
"""The first version that has BodyPart (MS-ASCON_R504)."""
_FIRST_OF_CONVERSATION: Final = 5
"""Bytes of the ConversationIndex of the first message; each answer has more (MS-ASCON_R87)."""
_FORWARDED: Final = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|doorst|vs|i)\s*:", re.IGNORECASE)
"""How the subjects of forwarded messages begin."""
W = TypeVar("W", Contact, Task, Note)
"""The classes whose items hold their body themselves."""
_NOTE: Final = (
    "This message could not be shown on this device. The original is attached as {name}; "
    "open it in another mail program, and tell your administrator."
)


class CannotRender(Exception):
    """The item cannot be shown, and neither can a stand-in."""


def render(
    item: Item, options: RenderOptions, version: Version, blobs: ByteSource, item_id: str
) -> list[Element]:
    """The children of the item's ApplicationData.

    A message that cannot be shown becomes a stand-in with the original attached (law 6 of the
    engine). Raises CannotRender where that fails too and for a class that the version lacks, and
    OSError where no bytes can be read at all: then it is no fault of the item.
    """
    if version < item.first_version:
        raise CannotRender(f"{item_id} is of a class that {version.text} does not have")
    try:
        return _shown(item, options, version, blobs, item_id).to_children(version)
    except OSError:
        raise
    except Exception as error:  # whatever is wrong with one item, it must not block the folder
        if not isinstance(item, Message):
            raise CannotRender(item_id) from error
        _log.warning("message shown as a stand-in", item_id=item_id, error=type(error).__name__)
        try:
            return _stand_in(item, blobs, item_id).to_children(version)
        except OSError:
            raise
        except Exception as second:
            raise CannotRender(item_id) from second


@singledispatch
def _shown(item: Item, options: RenderOptions, version: Version, blobs: ByteSource, item_id: str) -> Item:
    """The item with its body and attachments as the options want them; a class registers its own."""
    raise CannotRender(f"{item_id} is of a class that has no form")


@_shown.register
def _shown_message(
    item: Message, options: RenderOptions, version: Version, blobs: ByteSource, item_id: str
) -> Message:
    if item.index is None or item.blob is None:
        raise CannotRender(f"{item_id} has no bytes")
    index = item.index
    renditions = MessageBody(index, blobs, item.blob)
    mime = options.mime_support == _ALWAYS or (options.mime_support == _SMIME and index.signed_or_encrypted)
    types = bodies.types_of(item.item_class, version, mime=mime)
    part = options.body_part_preference if version >= _FIRST_WITH_PARTS else None
    body = None
    if part is None or options.body_preferences:
        # Where the part alone is asked for, it comes alone (MS-ASCON_R247).
        body = bodies.body(
            renditions, options.body_preferences, types, mime_truncation=options.mime_truncation
        )
    return msgspec.structs.replace(
        item,
        body=body,
        body_part=part and body_part(renditions, part, answers=_answers(item)),
        attachments=numbered((attachments.shown(part, item_id) for part in index.attachments), item.voice)
        or None,
        meeting_request=item.meeting_request and shown_request(item.meeting_request, options, version),
    )


def _answers(message: Message) -> bool:
    """Whether a message answers another one; of one that is forwarded all is news to who gets it."""
    levels = len(message.conversation_index or b"") > _FIRST_OF_CONVERSATION
    return levels and _FORWARDED.match(message.subject or "") is None


@_shown.register
def _shown_contact(
    item: Contact, options: RenderOptions, version: Version, blobs: ByteSource, item_id: str
) -> Contact:
    return _with_body(item, options, version)


@_shown.register
def _shown_task(
    item: Task, options: RenderOptions, version: Version, blobs: ByteSource, item_id: str
) -> Task:
    return tasks.shown_task(_with_body(item, options, version), options.time_zone)


@_shown.register
def _shown_note(
    item: Note, options: RenderOptions, version: Version, blobs: ByteSource, item_id: str
) -> Note:
    return notes.shown_note(_with_body(item, options, version))


def _with_body(item: W, options: RenderOptions, version: Version) -> W:
    # Without notes, too (MS-ASAIRS_R386, MS-ASAIRS_R105): only an empty Body says that they are gone.
    types = bodies.types_of(item.item_class, version)
    body = bodies.body(StoredBody(item.body or NO_BODY), options.body_preferences, types)
    return msgspec.structs.replace(item, body=body)


@_shown.register
def _shown_event(
    item: Event, options: RenderOptions, version: Version, blobs: ByteSource, item_id: str
) -> Event:
    return events.shown_event(item, options, version, item_id)


def _stand_in(message: Message, blobs: ByteSource, item_id: str) -> Message:
    """A message that says that another cannot be shown, with that one attached whole."""
    if message.blob is None:
        raise CannotRender(f"{item_id} has no bytes")
    size = message.index.size if message.index is not None else len(blobs.read(message.blob))
    blobs.read(message.blob, 0, 1)
    note = _NOTE.format(name=attachments.ORIGINAL_NAME)
    return Message(
        from_=message.from_,
        subject=message.subject,
        date_received=message.date_received,
        read=message.read,
        importance=1,
        message_class="IPM.Note",
        internet_cpid="65001",
        content_class=message.content_class,
        native_body_type=BodyType.PLAIN_TEXT,
        flag=message.flag,
        categories=message.categories,
        conversation_id=message.conversation_id,
        conversation_index=message.conversation_index,
        attachments=(attachments.shown_original(item_id, size),),
        body=Body(type=BodyType.PLAIN_TEXT, estimated_data_size=len(note), data=note),
    )


__all__ = ["CannotRender", "RenderOptions", "render"]
