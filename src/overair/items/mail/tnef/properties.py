"""The MAPI properties in an attribute of TNEF (MS-OXTNEF 2.1.3.4)."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final, NamedTuple

from overair.items.mail.tnef.stream import Broken, Span

MOST_PROPERTIES: Final = 5_000
"""Properties of a message or an attachment, values of those with several counted each."""
_U32: Final = struct.Struct("<I")
_TAG: Final = struct.Struct("<HH")
_FIRST_NAMED: Final = 0x8000
_GUID: Final = 16
_SEVERAL: Final = 0x1000
"""The bit of a type that has a number of values."""


class PropertyType(IntEnum):
    """The types that are read (MS-OXCDATA 2.11.1)."""

    INTEGER = 0x0003
    BOOLEAN = 0x000B
    OBJECT = 0x000D
    STRING_8 = 0x001E
    STRING = 0x001F
    TIME = 0x0040
    BINARY = 0x0102


_FIXED: Final = {
    **dict.fromkeys((0x0002, 0x0003, 0x0004, 0x000A, 0x000B), 4),
    **dict.fromkeys((0x0005, 0x0006, 0x0007, 0x0014, 0x0040), 8),
    0x0048: _GUID,
    0x0001: 0,
}
"""The bytes that a value of a type takes, with what fills it up."""
_VARIABLE: Final = frozenset((0x000D, 0x001E, 0x001F, 0x0102))


class PropertyId(IntEnum):
    """The properties that a reader sees something of (MS-OXPROPS)."""

    SUBJECT = 0x0037
    CLIENT_SUBMIT_TIME = 0x0039
    SENT_REPRESENTING_NAME = 0x0042
    SENDER_NAME = 0x0C1A
    SENDER_ADDRESS = 0x0C1F
    DISPLAY_CC = 0x0E03
    DISPLAY_TO = 0x0E04
    BODY = 0x1000
    RTF_COMPRESSED = 0x1009
    HTML = 0x1013
    DISPLAY_NAME = 0x3001
    ATTACH_DATA = 0x3701
    ATTACH_FILE_NAME = 0x3704
    ATTACH_METHOD = 0x3705
    ATTACH_LONG_FILE_NAME = 0x3707
    ATTACH_CONTENT_TYPE = 0x370E
    ATTACH_CONTENT_ID = 0x3712
    ATTACH_CONTENT_LOCATION = 0x3713
    INTERNET_CODE_PAGE = 0x3FDE
    MESSAGE_CODE_PAGE = 0x3FFD
    SENDER_SMTP_ADDRESS = 0x5D01


class Property(NamedTuple):
    """The type of a property, and where its value stands; of several values the first."""

    type: int
    value: Span


def properties(data: bytes, span: Span) -> dict[int, Property]:
    """The properties in a range of bytes by their number, named ones left out. Raises Broken."""
    reader = _Reader(data, span)
    found: dict[int, Property] = {}
    for _ in range(reader.number()):
        kind, identifier = reader.tag()
        values = reader.values(kind)
        if values and identifier < _FIRST_NAMED:
            found.setdefault(identifier, Property(kind & ~_SEVERAL, values[0]))
    return found


class _Reader:
    """A place in the bytes that moves on."""

    def __init__(self, data: bytes, span: Span) -> None:
        self._data = data
        self._place, self._end = span
        self._left = MOST_PROPERTIES

    def number(self) -> int:
        start = self._take(4).start
        return int(_U32.unpack_from(self._data, start)[0])

    def tag(self) -> tuple[int, int]:
        kind, identifier = _TAG.unpack_from(self._data, self._take(4).start)
        if identifier >= _FIRST_NAMED:
            self._take(_GUID)
            if self.number():
                self._padded(self.number())
            else:
                self._take(4)
        return kind, identifier

    def values(self, kind: int) -> list[Span]:
        base = kind & ~_SEVERAL
        variable = base in _VARIABLE
        count = self.number() if variable or kind & _SEVERAL else 1
        self._left -= max(1, count)
        if self._left < 0:
            raise Broken("too many properties")
        if variable:
            return [self._padded(self.number()) for _ in range(count)]
        if base not in _FIXED:
            raise Broken("a property of an unknown type")
        return [self._take(_FIXED[base]) for _ in range(count)]

    def _padded(self, length: int) -> Span:
        found = self._take(length)
        # The last value may lack what fills it up.
        self._place = min(self._end, self._place + -length % 4)
        return found

    def _take(self, length: int) -> Span:
        if length > self._end - self._place:
            raise Broken("a property ends behind its attribute")
        start, self._place = self._place, self._place + length
        return Span(start, self._place)
