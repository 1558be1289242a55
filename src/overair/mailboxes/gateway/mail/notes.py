"""Notes as Apple Mail keeps them in an IMAP mailbox: messages that say they are notes, their text in HTML."""

from __future__ import annotations

import uuid
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
    """A note as it stands in a mailbox: who it is, "" for a message that is no note, when it was made, and
    whether it holds more than its text.
    """

    note: Note
    identity: str
    created: str = ""
    holds_files: bool = False


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
    body = Body(type=BodyType.PLAIN_TEXT, data="")
    if index is not None:
        html = [part for part in index.html_body if part.is_html]
        kind = BodyType.HTML if html else BodyType.PLAIN_TEXT
        pieces = [
            charsets.decode(content(_OneMessage(mime), "", part), part.charset)
            for part in (html or index.text_body)
        ]
        body = Body(type=kind, data=cut(cleaned("".join(pieces)), LARGEST))
    is_note = headers.raw(KIND).strip().lower() == OF_APPLE
    changed = date(headers) or received.astimezone(UTC)
    note = Note(
        subject=message.subject or None,
        message_class=STICKY_NOTE,
        last_modified_date=changed.replace(microsecond=0),
        categories=(),
        body=body,
    )
    return ReadNote(
        note,
        identity=headers.raw(IDENTITY).strip()[:100] if is_note else "",
        created=headers.raw(CREATED)[:100],
        holds_files=index is None or bool(index.attachments),
    )


def compose_note(
    note: Note, token: str, address: str, identity: str = "", created: str = ""
) -> tuple[bytes, str]:
    """The message of a note, and who it is; in place of one whose ``identity`` and date it keeps."""
    body = note.body
    text = cleaned((body.data if body is not None else None) or "")
    if body is None or body.type is BodyType.PLAIN_TEXT:
        html = plain_html.html_document(text)
    else:
        html = converted(text, body.type, BodyType.HTML)
    identity = identity or str(uuid.UUID(token)).upper()
    changed = format_datetime((note.last_modified_date or datetime.now(UTC)).replace(microsecond=0))
    message = EmailMessage(policy=SMTP)
    message.set_content(html, subtype="html", charset="utf-8")
    headers = {
        TOKEN: token,
        "From": formataddr(("", address)),
        "Subject": encoded_value("Subject", one_line(note.subject or "", _SUBJECT), LONGEST),
        "Date": changed,
        "Message-ID": make_msgid(domain=address.rpartition("@")[2] or "overair.invalid"),
        KIND: OF_APPLE,
        IDENTITY: identity,
        CREATED: created or changed,
    }
    for name, value in headers.items():
        if value:
            message.set_raw(name, value)
    return message.as_bytes(policy=SMTP.clone(refold_source="none")), identity
