"""What of a message can be searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overair.items.mail.parts import ByteSource
from overair.items.renditions import MessageBody
from overair.items.search_document import HAS_ATTACHMENT, Document, Mark, conversation_term
from overair.protocol.body_preferences import BodyType

if TYPE_CHECKING:
    from overair.items.mail.message import Message

TEXT_BYTES = 4_000_000
"""Bytes of a body's text that are put together, in which there are as many characters as count."""


def text_of(message: Message, blobs: ByteSource) -> str:
    """As much of the text of a stored message as can be searched. Raises what reading a blob raises."""
    if message.index is None:
        return ""
    return MessageBody(message.index, blobs, message.blob or "").start(BodyType.PLAIN_TEXT, TEXT_BYTES)


def document(message: Message, text: str | None) -> bytes:
    """The packed terms of a message with its text; where that is None, as much of it as its index keeps."""
    found = Document(message.item_class)
    found.add(message.subject, Mark.SUBJECT)
    found.add(message.from_, Mark.FROM)
    if message.sender:
        found.add(message.sender, Mark.FROM)
    found.add(message.to, Mark.TO)
    found.add(message.cc, Mark.CC)
    found.add(message.bcc, Mark.BCC)
    index = message.index
    if index is not None:
        for part in index.attachments:
            found.add(part.name, Mark.ATTACHMENT)
        if any(not part.inline for part in index.attachments):
            found.add_term(HAS_ATTACHMENT)
        found.add(index.text if text is None else text)
    if message.conversation_id:
        found.add_term(conversation_term(message.conversation_id))
    return found.packed()
