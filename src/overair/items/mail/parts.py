"""Where the parts of a message stand in its bytes: the index that is made once, at delivery."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Protocol

import msgspec


class ByteSource(Protocol):
    """Where the bytes of messages are kept; a BlobStore is one."""

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes of a key, or a range of them.

        Raises KeyError for a key whose bytes are not to be had, OSError when none are, for now.
        """


class ByteStore(ByteSource, Protocol):
    """Where the bytes of messages are kept and new ones are brought."""

    def put(self, data: bytes) -> str:
        """Bring bytes durably to disk; returns their key."""


class CutShort(KeyError):
    """A message's file ends before what its index names."""


def read_exactly(blobs: ByteSource, key: str, offset: int, length: int) -> bytes:
    """A range of a message's bytes, all of it. Raises CutShort, and what ``read`` raises."""
    data = blobs.read(key, offset, length)
    if len(data) < length:
        raise CutShort(f"{key} ends before {offset + length}")
    return data


def read_start(blobs: ByteSource, key: str, part: Part, length: int) -> bytes:
    """The first bytes of the leaf that a part is or is in, at most all of them, as they are encoded.

    ``key`` is that of the message's bytes. Raises CutShort, and what ``read`` raises.
    """
    place = f"{key}{SECTION}{part.section}" if part.section else key
    return read_exactly(blobs, place, part.offset, min(length, part.length))


MESSAGE_TYPES: Final = ("message/rfc822", "message/global")
"""The content types of attached messages."""
SECTION: Final = "/"
"""What stands in a key between that of a message and a section of it."""
OLE_TYPES: Final = ("application/x-ole", "application/x-oleobject", "application/ole")
"""What embedded objects are sent as."""


class Form(IntEnum):
    """What the content of a part within TNEF is made of."""

    BYTES = 0
    """The bytes as they stand there."""
    RTF = 1
    """Compressed RTF, as HTML in UTF-8."""
    MESSAGE = 2
    """A stream of TNEF, as a message of its own."""


class Flow(IntEnum):
    """How the lines of a text were folded (RFC 3676)."""

    FIXED = 0
    """Not at all."""
    FLOWED = 1
    """At spaces that are the text's."""
    DELETED_SPACE = 2
    """At spaces that were put in (DelSp)."""


class Inside(msgspec.Struct, frozen=True, array_like=True):
    """A place in the decoded content of a part that is TNEF, and what is made of it."""

    offset: int
    length: int
    form: Form = Form.BYTES


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A leaf of a message's MIME tree, an attached message, or a piece of a leaf that is TNEF.

    ``number`` names it in a FileReference and stays the same while a draft is edited.
    ``size`` is that of its decoded content in bytes, for text as UTF-8.
    """

    number: int
    content_type: str
    offset: int
    length: int
    encoding: str
    """The transfer encoding in lower case; ``""`` for content that stands as it is."""
    size: int
    charset: str = ""
    """For text: the codec that reads it, resolved at delivery."""
    clean: bool = False
    """For text: it holds no character that an answer may not carry."""
    name: str = ""
    content_id: str = ""
    content_location: str = ""
    inline: bool = False
    """Whether the HTML that a reader sees shows it within itself."""
    inside: Inside | None = None
    """Where it stands in the leaf that the other places are of; None where it is all of the leaf."""
    flowed: Flow = Flow.FIXED
    """For text: how its lines are to be put together again."""
    section: str = ""
    """The section of the message (``1.2``, as IMAP numbers them) in which ``offset`` is, where its bytes
    are read by sections; ``""`` where the message is read as one.
    """

    @property
    def is_html(self) -> bool:
        """Whether the part is text in HTML."""
        return self.content_type == "text/html"

    @property
    def is_message(self) -> bool:
        """Whether the part is an attached message."""
        return self.content_type in MESSAGE_TYPES

    @property
    def is_ole(self) -> bool:
        """Whether the part is an embedded object (OLE)."""
        return self.content_type in OLE_TYPES


class Index(msgspec.Struct, frozen=True):
    """What the bytes of a message hold, so that nobody parses them again.

    ``text_body`` and ``html_body`` are the parts that a reader sees, one after the other, when
    text or HTML is preferred (the terms and rules are those of RFC 8621, 4.1.4); a part of the
    other kind among them is converted. Their sizes are in bytes of UTF-8 after conversion.
    """

    size: int
    text_body: tuple[Part, ...] = ()
    html_body: tuple[Part, ...] = ()
    attachments: tuple[Part, ...] = ()
    text_size: int = 0
    html_size: int = 0
    text: str = ""
    """The first characters of the text body, white space as it is."""
    preview: str = ""
    """The first characters of the text body on one line."""
    signed_or_encrypted: bool = False
    """An S/MIME message, for MIMESupport 1."""
    next_number: int = 0
    """The number of the next part that is added to a draft; none is given twice."""

    def without_attachment_at(self, offset: int) -> Index:
        """The index without the attachment whose content stands at an offset."""
        kept = tuple(part for part in self.attachments if part.offset != offset)
        return msgspec.structs.replace(self, attachments=kept)

    @property
    def native_type(self) -> int:
        """The NativeBodyType: 2 where there is HTML, else 1."""
        return 2 if any(part.is_html for part in self.html_body) else 1
