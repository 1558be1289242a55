"""The data types of MS-ASDTYPE, as the declarations of fields use them.

Reading is as strict as the specification and the XML Schema types that it names: an integer may
have a sign, leading zeros and white space around it, because xs:integer may; a boolean is "1" or
"0" and nothing else. Every ``decode`` raises ValueError for content that the type refuses. Its
text never holds the content, which may be a message or a password that stands in the wrong place:
the text comes into log lines.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final, TypeVar

from overair.protocol.schema import Content, DataType
from overair.versions import Version

XML_SPACE: Final = " \t\r\n"
"""The white space that XML Schema collapses around numbers, dates and base64."""

_NO_SPACE: Final = str.maketrans("", "", XML_SPACE)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,40}", re.ASCII)
_DOUBLE: Final = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,4})?", re.ASCII
)
_DATE_TIME: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?Z", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{1,12}))?Z", re.ASCII)

E = TypeVar("E", bound=IntEnum)


def text_of(content: Content) -> str:
    """The text of an element's content; ``""`` for an empty element.

    Raises ValueError for child elements and for opaque bytes that are not UTF-8.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, bytes):
        return content.decode()
    if content:
        raise ValueError("holds elements where text is expected")
    return ""


class String(DataType[str]):
    """Text, by default of any length and content (MS-ASDTYPE 2.7); lengths are in characters."""

    def __init__(
        self,
        *,
        max_length: int | None = None,
        min_length: int = 0,
        allowed: Collection[str] | None = None,
    ) -> None:
        self.max_length: Final = max_length
        self.min_length: Final = min_length
        self.allowed: Final = None if allowed is None else frozenset(allowed)

    def decode(self, content: Content, version: Version) -> str:
        text = text_of(content)
        if self.max_length is not None and len(text) > self.max_length:
            raise ValueError(f"has {len(text)} characters, the limit is {self.max_length}")
        if len(text) < self.min_length:
            raise ValueError(f"has {len(text)} characters, the least is {self.min_length}")
        if self.allowed is not None and text not in self.allowed:
            raise ValueError(f"is none of {', '.join(sorted(self.allowed))}")
        return text

    def encode(self, value: str, version: Version) -> Content:
        return value


class Integer(DataType[int]):
    """A whole number between two bounds, both included (MS-ASDTYPE 2.6).

    xs:integer has no bounds; the default ones are those of a 64-bit column.
    """

    def __init__(
        self,
        minimum: int = -(2**63),
        maximum: int = 2**63 - 1,
        *,
        allowed: Collection[int] | None = None,
    ) -> None:
        self.minimum: Final = minimum
        self.maximum: Final = maximum
        self.allowed: Final = None if allowed is None else frozenset(allowed)

    def decode(self, content: Content, version: Version) -> int:
        text = text_of(content).strip(XML_SPACE)
        if _INTEGER.fullmatch(text) is None:
            raise ValueError("is not an integer")
        value = int(text)
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"is not between {self.minimum} and {self.maximum}")
        if self.allowed is not None and value not in self.allowed:
            raise ValueError(f"is none of {', '.join(map(str, sorted(self.allowed)))}")
        return value

    def encode(self, value: int, version: Version) -> Content:
        return str(int(value))


class Double(DataType[float]):
    """A finite floating point number (MS-ASDTYPE 2.4)."""

    def decode(self, content: Content, version: Version) -> float:
        text = text_of(content).strip(XML_SPACE)
        if _DOUBLE.fullmatch(text) is None:
            raise ValueError("is not a number")
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise ValueError("is too large")
        return value

    def encode(self, value: float, version: Version) -> Content:
        return repr(float(value))


class Boolean(DataType[bool]):
    """1 or 0 (MS-ASDTYPE_R5); an element without a value is true (MS-ASDTYPE_R6)."""

    def decode(self, content: Content, version: Version) -> bool:
        text = text_of(content).strip(XML_SPACE)
        if text not in ("", "0", "1"):
            raise ValueError("is not a boolean")
        return text != "0"

    def encode(self, value: bool, version: Version) -> Content:
        return "1" if value else "0"


class ZeroOrOne(DataType[bool]):
    """An unsignedByte that is 1 or 0, such as a task's Complete; an empty element is neither."""

    def decode(self, content: Content, version: Version) -> bool:
        return _BIT.decode(content, version) == 1

    def encode(self, value: bool, version: Version) -> Content:
        return "1" if value else "0"


def _datetime_of(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    microsecond = int((match[7] or "0")[:6].ljust(6, "0"))
    # MS-ASDTYPE_R15 counts hours to 24; as in ISO 8601 that is the midnight at the end of the day.
    end_of_day = hour == 24 and not (minute or second or microsecond)
    value = datetime(year, month, day, 0 if end_of_day else hour, minute, second, microsecond, tzinfo=UTC)
    try:
        return value + timedelta(days=1) if end_of_day else value
    except OverflowError as error:
        raise ValueError(str(error)) from None


def _utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a date without a time zone cannot be written")
    return value.astimezone(UTC)


class DateTime(DataType[datetime]):
    """``2026-11-22T10:00:00.000Z``, in UTC; the fraction may be missing (MS-ASDTYPE 2.3)."""

    def decode(self, content: Content, version: Version) -> datetime:
        text = text_of(content).strip(XML_SPACE)
        match = _DATE_TIME.fullmatch(text)
        if match is None:
            raise ValueError("is not a dateTime in UTC")
        return _datetime_of(match)

    def encode(self, value: datetime, version: Version) -> Content:
        t = _utc(value)
        return (
            f"{t.year:04}-{t.month:02}-{t.day:02}T{t.hour:02}:{t.minute:02}:{t.second:02}"
            f".{t.microsecond // 1000:03}Z"
        )


class CompactDateTime(DataType[datetime]):
    """``20261122T100000Z``, in UTC (MS-ASDTYPE 2.7.5); a fraction is read and dropped in writing."""

    def decode(self, content: Content, version: Version) -> datetime:
        text = text_of(content).strip(XML_SPACE)
        match = _COMPACT.fullmatch(text)
        if match is None:
            raise ValueError("is not a Compact DateTime in UTC")
        return _datetime_of(match)

    def encode(self, value: datetime, version: Version) -> Content:
        t = _utc(value)
        return f"{t.year:04}{t.month:02}{t.day:02}T{t.hour:02}{t.minute:02}{t.second:02}Z"


class Base64(DataType[bytes]):
    """Bytes as base64 text, such as a Picture or a TimeZone; the limit is on the bytes."""

    def __init__(self, *, max_length: int | None = None) -> None:
        self.max_length: Final = max_length

    def decode(self, content: Content, version: Version) -> bytes:
        # xs:base64Binary allows white space anywhere; some phones break the lines.
        value = b64decode(text_of(content).translate(_NO_SPACE), validate=True)
        if self.max_length is not None and len(value) > self.max_length:
            raise ValueError(f"has {len(value)} bytes, the limit is {self.max_length}")
        return value

    def encode(self, value: bytes, version: Version) -> Content:
        return b64encode(value).decode("ascii")


class Opaque(DataType[bytes]):
    """A byte array, written as opaque data (MS-ASDTYPE_R98); inline text is read as its UTF-8."""

    def __init__(self, *, max_length: int | None = None) -> None:
        self.max_length: Final = max_length

    def decode(self, content: Content, version: Version) -> bytes:
        value = content if isinstance(content, bytes) else text_of(content).encode()
        if self.max_length is not None and len(value) > self.max_length:
            raise ValueError(f"has {len(value)} bytes, the limit is {self.max_length}")
        return value

    def encode(self, value: bytes, version: Version) -> Content:
        return value


class Enumeration(DataType[E]):
    """One of the integers of an IntEnum (MS-ASDTYPE_R83)."""

    def __init__(self, members: type[E]) -> None:
        self.members: Final = members

    def decode(self, content: Content, version: Version) -> E:
        value = INTEGER.decode(content, version)
        try:
            return self.members(value)
        except ValueError:
            raise ValueError(f"is no {self.members.__name__}") from None

    def encode(self, value: E, version: Version) -> Content:
        return str(value.value)


_BIT: Final = Integer(0, 1)
STRING: Final = String()
INTEGER: Final = Integer()
UNSIGNED_BYTE: Final = Integer(0, 255)
UNSIGNED_SHORT: Final = Integer(0, 65_535)
UNSIGNED_INTEGER: Final = Integer(0, 4_294_967_295)
DOUBLE: Final = Double()
BOOLEAN: Final = Boolean()
ZERO_OR_ONE: Final = ZeroOrOne()
DATE_TIME: Final = DateTime()
COMPACT_DATE_TIME: Final = CompactDateTime()
BASE64: Final = Base64()
OPAQUE: Final = Opaque()
