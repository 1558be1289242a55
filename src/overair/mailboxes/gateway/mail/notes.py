"""Notes as Apple Mail keeps them in an IMAP mailbox: messages that say they are notes, their text in HTML."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from typing import Final

import msgspec

from overair.items import Note, charsets, plain_html
from overair.items.body import Body
from overair.items.conversion import converted
from overair.items.mail.contents import content
from overair.items.mail.header_fields import encoded_value
from overair.items.mail.headers import LONGEST, Headers, date
from overair.items.mail.message import index_message
from overair.items.mail.parts import Index, Part
from overair.items.mail.structure import parse
from overair.items.notes import STICKY_NOTE
from overair.items.text import cleaned, cut, one_line
from overair.mailboxes.gateway.mail.appending import TOKEN
from overair.protocol.body_preferences import BodyType

KIND: Final = "X-Uniform-Type-Identifier"
"""The header that says that a message is a note."""
OF_APPLE: Final = "com.apple.mail-note"
IDENTITY: Final = "X-Universally-Unique-Identifier"
"""The header that stays when a note is written anew."""
CREATED: Final = "X-Mail-Created-Date"
LARGEST: Final = 1_000_000
"""Bytes of the text of a note that are read."""
_SUBJECT: Final = 250


class ReadNote(msgspec.Struct, frozen=True):
    """A note as it stands in a mailbox, and who it is, "" for a message that is no note."""

    note: Note
    identity: str


class _OneMessage:
    """The bytes of the message that is being read (ByteSource)."""

    def __init__(self, mime: bytes) -> None:
        self._mime = mime

    def read(self, _key: str, offset: int = 0, length: int | None = None) -> bytes:
        """Bytes of it."""
        return self._mime[offset:] if length is None else self._mime[offset : offset + length]


def read_note(mime: bytes, received: datetime) -> ReadNote:
    """A message of a mailbox of notes. Never raises, whatever the bytes are."""
    headers = Headers(parse(mime))
    message = index_message(mime, received, searchable=False)
    index = message.index
    parts = () if index is None else shown_parts(index)
    text = cleaned("".join(texts_of(mime, parts)))
    kind = BodyType.HTML if any(part.is_html for part in parts) else BodyType.PLAIN_TEXT
    is_note = headers.raw(KIND).strip().lower() == OF_APPLE
    changed = date(headers) or received.astimezone(UTC)
    note = Note(
        subject=message.subject or None,
        message_class=STICKY_NOTE,
        last_modified_date=changed.replace(microsecond=0),
        categories=(),
        body=Body(type=kind, data=cut(text, LARGEST)),
    )
    identity = headers.raw(IDENTITY).strip()[:100] if is_note else ""
    return ReadNote(note, identity)


def shown_parts(index: Index) -> tuple[Part, ...]:
    """The parts of a message that are the text of a note: those in HTML, or else the plain ones."""
    return tuple(part for part in index.html_body if part.is_html) or index.text_body


def texts_of(mime: bytes, parts: Iterable[Part]) -> list[str]:
    """The texts of parts of a message."""
    source = _OneMessage(mime)
    return [charsets.decode(content(source, "", part), part.charset) for part in parts]


def html_of(body: Body | None) -> str:
    """The text of a note as HTML."""
    text = cleaned((body.data if body is not None else None) or "")
    if body is None or body.type is BodyType.PLAIN_TEXT:
        return plain_html.html_document(text)
    return converted(text, body.type, BodyType.HTML)


def fields_of(note: Note, token: str, address: str) -> dict[str, str]:
    """The header fields that are others each time that a note is written."""
    subject = encoded_value("Subject", one_line(note.subject or "", _SUBJECT), LONGEST)
    return {
        TOKEN: token,
        "Subject": subject,
        "Date": format_datetime((note.last_modified_date or datetime.now(UTC)).replace(microsecond=0)),
        "Message-ID": make_msgid(domain=address.rpartition("@")[2] or "overair.invalid"),
    }


def compose_note(note: Note, token: str, address: str) -> tuple[bytes, str]:
    """The message of a new note, and who it is."""
    identity = str(uuid.UUID(token)).upper()
    said = fields_of(note, token, address)
    message = EmailMessage(policy=SMTP)
    message.set_content(html_of(note.body), subtype="html", charset="utf-8")
    headers = {"From": formataddr(("", address)), **said}
    headers |= {KIND: OF_APPLE, IDENTITY: identity, CREATED: said["Date"]}
    for name, value in headers.items():
        if value:
            message.set_raw(name, value)
    return message.as_bytes(policy=SMTP.clone(refold_source="none")), identity
