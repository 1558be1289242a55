"""The attributes of a TNEF stream, one behind the other (MS-OXTNEF 2.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

SIGNATURE: Final = b"\x78\x9f\x3e\x22"
MOST_ATTRIBUTES: Final = 20_000
"""Attributes of a stream; an attachment has some six."""
_START: Final = 6
"""Bytes before the first attribute: the signature and a key that nobody uses."""
_HEADER: Final = struct.Struct("<BII")
_CHECKSUM: Final = 2


class Broken(ValueError):
    """This is no TNEF, or TNEF that ends too early or is beyond the limits."""


class AttributeId(IntEnum):
    """The attributes that hold something a reader sees (MS-OXTNEF 2.1.3.1)."""

    SUBJECT = 0x00018004
    BODY = 0x0002800C
    PROPERTIES = 0x00069003
    """attMsgProps: the properties of the message."""
    CODE_PAGE = 0x00069007
    ATTACHMENT_START = 0x00069002
    """attAttachRendData: from here on it is of another attachment."""
    ATTACHMENT_TITLE = 0x00018010
    ATTACHMENT_DATA = 0x0006800F
    ATTACHMENT_PROPERTIES = 0x00069005


class Span(NamedTuple):
    """A range of the bytes that the stream stands in."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.end - self.start


class Attribute(NamedTuple):
    """An attribute and where its value stands."""

    number: int
    value: Span


def attributes(data: bytes, span: Span) -> Iterator[Attribute]:
    """The attributes of the stream in a range of bytes.

    Checksums are not looked at: some writers reckon them wrong, and nobody is helped by what is
    withheld. Raises Broken, perhaps in the middle.
    """
    if not data.startswith(SIGNATURE, span.start, span.end) or span.length < _START:
        raise Broken("this does not begin as TNEF does")
    place = span.start + _START
    count = 0
    # Less than a header at the end is what a transport added, such as a line end.
    while place + _HEADER.size <= span.end:
        count += 1
        if count > MOST_ATTRIBUTES:
            raise Broken("too many attributes")
        _level, number, length = _HEADER.unpack_from(data, place)
        start = place + _HEADER.size
        if length > span.end - start:
            raise Broken("an attribute ends behind the stream")
        yield Attribute(number, Span(start, start + length))
        place = start + length + _CHECKSUM
