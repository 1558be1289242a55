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


class OneMessage:
    """A ByteSource of a single message, whatever its key."""

    def __init__(self, mime: bytes) -> None:
        self._mime = mime

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes, or a range of them."""
        return self._mime[offset:] if length is None else self._mime[offset : offset + length]


def document(message: Message, blobs: ByteSource | None) -> bytes:
    """The packed terms of a message.

    Without ``blobs`` of its text only as much as its index keeps. Raises what reading a blob raises.
    """
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
        found.add(
            index.text
            if blobs is None
            else MessageBody(index, blobs, message.blob or "").start(BodyType.PLAIN_TEXT, TEXT_BYTES)
        )
    if message.conversation_id:
        found.add_term(conversation_term(message.conversation_id))
    return found.packed()
