"""What a TNEF stream holds: the bodies of a message and its attachments, as places in the bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from overair.items import charsets
from overair.items.mail.tnef.properties import Property, PropertyId, PropertyType, properties
from overair.items.mail.tnef.stream import SIGNATURE, AttributeId, Broken, Span, attributes
from overair.items.rtf.code_pages import FALLBACK, codec_of_page
from overair.items.text import cleaned

MOST_ATTACHMENTS: Final = 1_000
LONGEST_NAME: Final = 4_096
"""Bytes of a name, an address or a subject that are read."""
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")
_UTF_16: Final = "utf-16-le"
_MESSAGE_INTERFACE: Final = bytes.fromhex("0703020000000000c000000000000046")
"""IID_IMessage: what an attached message begins with, before a stream of its own."""
_INTERFACE: Final = 16
_EMBEDDED_MESSAGE, _OLE = 5, 6
"""Values of PidTagAttachMethod."""
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_UNITS_OF_MICROSECOND: Final = 10
_FILE_NAMES: Final = (PropertyId.ATTACH_LONG_FILE_NAME, PropertyId.ATTACH_FILE_NAME)
_SENDERS: Final = (PropertyId.SENDER_SMTP_ADDRESS, PropertyId.SENDER_ADDRESS)
_AUTHORS: Final = (PropertyId.SENT_REPRESENTING_NAME, PropertyId.SENDER_NAME)


class Text(NamedTuple):
    """Where a text stands, and the codec that reads it."""

    span: Span
    codec: str


@dataclass(slots=True)
class Attached:
    """One attachment."""

    title: str = ""
    """Its short name, from an attribute of its own."""
    data: Span | None = None
    properties: dict[int, Property] = field(default_factory=dict)


class File(NamedTuple):
    """An attachment as it is shown."""

    name: str
    content_type: str
    """As its sender says, or ``""``."""
    span: Span
    content_id: str
    content_location: str
    is_message: bool
    """The bytes are a TNEF stream of its own."""
    is_ole: bool


class Wrapped:
    """A message that stands in a TNEF stream. Making one raises Broken."""

    def __init__(self, data: bytes, span: Span | None = None) -> None:
        self.data: Final = data
        self._codec = FALLBACK
        self._properties: Mapping[int, Property] = {}
        self._subject: Span | None = None
        self._body: Span | None = None
        attached: list[Attached] = []
        for number, value in attributes(data, span or Span(0, len(data))):
            if number == AttributeId.ATTACHMENT_START:
                attached.append(Attached())
                if len(attached) > MOST_ATTACHMENTS:
                    raise Broken("too many attachments")
            elif number == AttributeId.CODE_PAGE and value.length >= _U32.size:
                self._codec = codec_of_page(_U32.unpack_from(data, value.start)[0])
            elif number == AttributeId.SUBJECT:
                self._subject = value
            elif number == AttributeId.BODY:
                self._body = value
            elif number == AttributeId.PROPERTIES:
                self._properties = properties(data, value)
            elif attached and number == AttributeId.ATTACHMENT_TITLE:
                attached[-1].title = self._text(Property(PropertyType.STRING_8, value))
            elif attached and number == AttributeId.ATTACHMENT_DATA:
                attached[-1].data = value
            elif attached and number == AttributeId.ATTACHMENT_PROPERTIES:
                attached[-1].properties = properties(data, value)
        self.files: Final = tuple(file for one in attached if (file := self._file(one)) is not None)

    @property
    def subject(self) -> str:
        """The subject, ``""`` where there is none."""
        if self._subject is not None and PropertyId.SUBJECT not in self._properties:
            return self._text(Property(PropertyType.STRING_8, self._subject))
        return self._said(self._properties, PropertyId.SUBJECT)

    @property
    def sender(self) -> tuple[str, str]:
        """The name and the address of the sender, each ``""`` where it is not said."""
        address = next((found for one in _SENDERS if "@" in (found := self._said(self._properties, one))), "")
        return self._said(self._properties, *_AUTHORS), address

    @property
    def recipients(self) -> dict[str, str]:
        """The names of the recipients as Outlook shows them, by header."""
        return {
            "To": self._said(self._properties, PropertyId.DISPLAY_TO),
            "Cc": self._said(self._properties, PropertyId.DISPLAY_CC),
        }

    @property
    def sent(self) -> datetime | None:
        """When it was sent."""
        found = self._properties.get(PropertyId.CLIENT_SUBMIT_TIME)
        if found is None or found.type != PropertyType.TIME:
            return None
        try:
            ticks = _U64.unpack_from(self.data, found.value.start)[0]
            return _EPOCH + timedelta(microseconds=ticks // _UNITS_OF_MICROSECOND)
        except OverflowError:
            return None

    @property
    def text(self) -> Text | None:
        """The body as plain text."""
        found = self._properties.get(PropertyId.BODY)
        if found is None and self._body is not None:
            found = Property(PropertyType.STRING_8, self._body)
        return self._place(found)

    @property
    def html(self) -> Text | None:
        """The body as HTML."""
        found = self._properties.get(PropertyId.HTML)
        if found is None or found.type != PropertyType.BINARY:
            return self._place(found)
        span = self._ended(found.value, 1)
        if not span.length:
            return None
        page = self._number(PropertyId.INTERNET_CODE_PAGE) or self._number(PropertyId.MESSAGE_CODE_PAGE)
        label = codec_of_page(page) if page else ""
        return Text(span, charsets.resolve(label, self.data[span.start : span.end]))

    @property
    def rtf(self) -> Span | None:
        """The body as compressed RTF."""
        found = self._properties.get(PropertyId.RTF_COMPRESSED)
        return found.value if found is not None and found.type == PropertyType.BINARY else None

    def read(self, text: Text) -> str:
        """A text, with characters that an answer may not carry."""
        return charsets.decode(self.data[text.span.start : text.span.end], text.codec)

    def _file(self, one: Attached) -> File | None:
        """What is to be seen of an attachment; None where it has no bytes, such as a link to a file."""
        method = self._number(PropertyId.ATTACH_METHOD, one.properties)
        span, is_message = one.data, False
        found = one.properties.get(PropertyId.ATTACH_DATA)
        if found is not None and found.type == PropertyType.OBJECT and found.value.length >= _INTERFACE:
            span = Span(found.value.start + _INTERFACE, found.value.end)
            interface = self.data[found.value.start : span.start]
            is_message = method == _EMBEDDED_MESSAGE or interface == _MESSAGE_INTERFACE
        elif found is not None and found.type == PropertyType.BINARY and span is None:
            span = found.value
        if span is None:
            return None
        return File(
            name=self._said(one.properties, *_FILE_NAMES)
            or one.title
            or self._said(one.properties, PropertyId.DISPLAY_NAME),
            content_type=self._said(one.properties, PropertyId.ATTACH_CONTENT_TYPE).lower(),
            span=span,
            content_id=self._said(one.properties, PropertyId.ATTACH_CONTENT_ID).strip("<> "),
            content_location=self._said(one.properties, PropertyId.ATTACH_CONTENT_LOCATION),
            is_message=is_message and self.data.startswith(SIGNATURE, *span),
            is_ole=method == _OLE,
        )

    def _said(self, found: Mapping[int, Property], *numbers: int) -> str:
        """The first of some properties that has a text."""
        for number in numbers:
            text = self._text(found.get(number))
            if text:
                return text
        return ""

    def _text(self, found: Property | None) -> str:
        place = self._place(found)
        if place is None:
            return ""
        start, end = place.span
        short = Text(Span(start, min(end, start + LONGEST_NAME)), place.codec)
        return cleaned(self.read(short)).strip()

    def _place(self, found: Property | None) -> Text | None:
        """Where the text of a property stands, without the zero at its end; None where it has none."""
        if found is None or found.type not in (PropertyType.STRING, PropertyType.STRING_8):
            return None
        wide = found.type == PropertyType.STRING
        span = self._ended(found.value, 2 if wide else 1)
        return Text(span, _UTF_16 if wide else self._codec) if span.length else None

    def _ended(self, span: Span, width: int) -> Span:
        """A range without the zeros at its end."""
        said = len(self.data[span.start : span.end].rstrip(b"\0"))
        return Span(span.start, min(span.end, span.start + said + said % width))

    def _number(self, number: int, found: Mapping[int, Property] | None = None) -> int:
        """A property that is a number, 0 where it is missing."""
        one = (self._properties if found is None else found).get(number)
        if one is None or one.type != PropertyType.INTEGER:
            return 0
        return int(_U32.unpack_from(self.data, one.value.start)[0])
