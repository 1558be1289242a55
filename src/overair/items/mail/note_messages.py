"""Notes as messages of an IMAP folder, as Apple Mail and Apple's Notes write them.

The text of a note is that of the message, its subject too; what tells the message from others is a field of
its header, and the note from other notes an identity, which stays when a new message takes the old one's
place. Categories are Keywords (RFC 5322, 3.6.5), which those programs pass over.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Final

from overair.items.body import Body
from overair.items.conversion import converted
from overair.items.mail import headers, structure
from overair.items.mail.contents import content
from overair.items.mail.header_fields import HeaderError, RawField, RawHeader, encoded_value
from overair.items.mail.headers import LONGEST, Headers
from overair.items.mail.indexing import index
from overair.items.mail.parts import Part
from overair.items.note import Note
from overair.items.notes import STICKY_NOTE
from overair.items.renditions import MessageBody
from overair.items.text import one_line
from overair.protocol.body_preferences import BodyType

KIND: Final = "X-Uniform-Type-Identifier"
NOTE: Final = "com.apple.mail-note"
IDENTITY: Final = "X-Universally-Unique-Identifier"
CREATED: Final = "X-Mail-Created-Date"
SUBJECT_CHARACTERS: Final = 255
CATEGORIES: Final = 300
"""The most categories (MS-ASNOTE 2.2.2.4)."""
_OF_EACH: Final = frozenset(
    {"from", "date", "subject", "message-id", "mime-version", "keywords"}
    | {"content-type", "content-transfer-encoding", "content-disposition", "content-id"}
    | {KIND.lower(), IDENTITY.lower(), CREATED.lower()}
)
"""The fields that each message of a note has anew."""


class _Bytes:
    """The bytes of one message, as a blob store has them."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._data[offset : None if length is None else offset + length]


def is_note(mime: bytes) -> bool:
    """Whether a message, or its header alone, is that of a note."""
    return Headers(structure.parse(mime)).raw(KIND).strip().lower() == NOTE


def identity_of(mime: bytes) -> str:
    """What tells a note from others, from its message or the header of that; empty where nothing does."""
    return one_line(Headers(structure.parse(mime)).raw(IDENTITY), SUBJECT_CHARACTERS)


def note_of(mime: bytes, received: datetime) -> Note:
    """The note of a message; ``received`` is when it changed where its Date does not say so.

    Any bytes are taken: of a message that is no note its text is the note.
    """
    tree = structure.parse(mime)
    found = Headers(tree)
    body = MessageBody(index(mime, tree), _Bytes(mime), "")
    data = body.start(body.native, None).rstrip("\r\n")
    changed = headers.date(found) or received
    keywords = (one.strip() for value in found.all("Keywords") for one in headers.decoded(value).split(","))
    categories = tuple(dict.fromkeys(one for one in keywords if one))[:CATEGORIES]
    return Note(
        subject=one_line(found.text("Subject"), SUBJECT_CHARACTERS) or None,
        message_class=STICKY_NOTE,
        last_modified_date=changed.astimezone(UTC).replace(microsecond=0),
        categories=categories or None,
        body=Body(type=body.native, data=data) if data else None,
    )


def note_mime(
    note: Note,
    *,
    identity: str,
    sender: tuple[str, str],
    date: datetime,
    message_id: str,
    before: bytes = b"",
) -> bytes:
    """The message of a note.

    ``identity`` is that of the note (a UUID in capitals for a new one), ``sender`` the name and the address
    of its owner, ``message_id`` in angle brackets. Of ``before``, the message whose place it takes, the
    files and the other fields of the header stay, and when the note was made.
    """
    body = note.body or Body(type=BodyType.PLAIN_TEXT, data="")
    rich = body.type != BodyType.PLAIN_TEXT
    text = converted(body.data or "", body.type, BodyType.HTML if rich else BodyType.PLAIN_TEXT)
    message = EmailMessage(policy=SMTP)
    message.set_content(text, subtype="html" if rich else "plain", cte="quoted-printable")
    for part in _files(before):
        _add(message, part, content(_Bytes(before), "", part), rich=rich)
    header = RawHeader(message.as_bytes())
    header.remove("mime-version")
    values = {
        "From": formataddr((one_line(sender[0], LONGEST), sender[1])),
        "Date": format_datetime(date),
        "Subject": encoded_value("Subject", note.subject or _first_line(text, body.type), LONGEST),
        "Message-Id": message_id,
        "Mime-Version": "1.0",
        KIND: NOTE,
        IDENTITY: identity,
        CREATED: _created(before) or format_datetime(date),
    }
    if note.categories:
        said = (one_line(one.replace(",", " "), SUBJECT_CHARACTERS) for one in note.categories)
        values["Keywords"] = encoded_value("Keywords", ", ".join(said), LONGEST)
    for name, value in values.items():
        header.put_last(name, value)
    header.fields += _kept(before)
    return header.to_bytes()


def _first_line(text: str, body_type: BodyType) -> str:
    plain = text if body_type == BodyType.PLAIN_TEXT else converted(text, BodyType.HTML, BodyType.PLAIN_TEXT)
    return one_line(plain.strip().partition("\n")[0], SUBJECT_CHARACTERS)


def _files(before: bytes) -> tuple[Part, ...]:
    tree = structure.parse(before)
    return () if not before or tree.cut else index(before, tree).attachments


def _add(message: EmailMessage, part: Part, data: bytes, *, rich: bool) -> None:
    main, _, sub = part.content_type.partition("/")
    if main in ("message", "multipart"):
        main, sub = "application", "octet-stream"
    add = message.add_related if rich and part.content_id else message.add_attachment
    add(
        data,
        maintype=main,
        subtype=sub,
        filename=one_line(part.name, 255) or None,
        disposition="inline" if part.inline else "attachment",
        cid=f"<{one_line(part.content_id, 255)}>" if part.content_id else None,
    )


def _created(before: bytes) -> str:
    said = Headers(structure.parse(before)).raw(CREATED) if before else ""
    return said if said.isascii() and said.isprintable() else ""


def _kept(before: bytes) -> list[RawField]:
    """The other fields of an earlier message's header."""
    if not before:
        return []
    try:
        return [field for field in RawHeader(before).fields if field.name not in _OF_EACH]
    except HeaderError:
        return []
