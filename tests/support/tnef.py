"""TNEF streams as Outlook writes them (MS-OXTNEF)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

INTEGER, BOOLEAN, OBJECT, STRING_8, STRING, TIME, BINARY = 0x3, 0xB, 0xD, 0x1E, 0x1F, 0x40, 0x102
MESSAGE_INTERFACE: Final = bytes.fromhex("0703020000000000c000000000000046")
STORAGE_INTERFACE: Final = bytes.fromhex("0b00000000000000c000000000000046")
MESSAGE_LEVEL, ATTACHMENT_LEVEL = 1, 2
Value = int | str | bytes | datetime


def attribute(level: int, number: int, value: bytes) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def stream(*attributes: bytes, code_page: int = 1252) -> bytes:
    """A stream: version and code page first."""
    head = attribute(MESSAGE_LEVEL, 0x89006, struct.pack("<I", 0x10000))
    head += attribute(MESSAGE_LEVEL, 0x69007, struct.pack("<II", code_page, 0))
    return struct.pack("<IH", 0x223E9F78, 1) + head + b"".join(attributes)


def padded(value: bytes) -> bytes:
    """A value of varying length, its length first, filled up to four bytes."""
    return struct.pack("<I", len(value)) + value + bytes(-len(value) % 4)


def prop(number: int, kind: int, value: Value) -> bytes:
    """A property with its tag."""
    tag = struct.pack("<HH", kind, number)
    if isinstance(value, datetime):
        ticks = int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
        return tag + struct.pack("<Q", ticks)
    if isinstance(value, int):
        return tag + struct.pack("<I", value)
    if isinstance(value, str):
        value = value.encode("utf-16-le") + b"\0\0" if kind == STRING else value.encode("cp1252") + b"\0"
    return tag + struct.pack("<I", 1) + padded(value)


def named(name: str, value: str) -> bytes:
    """A property with a name of its own, and another with a number."""
    guid = bytes(range(16))
    tag = struct.pack("<HH", STRING, 0x8001) + guid + struct.pack("<I", 1)
    tag += padded(name.encode("utf-16-le") + b"\0\0")
    again = struct.pack("<HH", INTEGER, 0x8002) + guid + struct.pack("<III", 0, 0x8510, 7)
    return tag + struct.pack("<I", 1) + padded(value.encode("utf-16-le") + b"\0\0") + again


def several(number: int, kind: int, values: Sequence[bytes]) -> bytes:
    """A property with several values of varying length."""
    tag = struct.pack("<HHI", kind | 0x1000, number, len(values))
    return tag + b"".join(padded(value) for value in values)


def properties(*each: bytes) -> bytes:
    """The value of an attribute of properties; what ``named`` gives counts as two."""
    count = sum(2 if one[2:4] == b"\x01\x80" else 1 for one in each)
    return struct.pack("<I", count) + b"".join(each)


@dataclass(frozen=True)
class Attachment:
    """An attachment of a stream: by value, or what ``object`` begins with an interface."""

    name: str
    data: bytes = b""
    title: str = ""
    method: int = 1
    object: bytes | None = None
    content_type: str = ""
    content_id: str = ""
    more: tuple[bytes, ...] = ()

    def attributes(self) -> bytes:
        """The attributes of the attachment."""
        render = struct.pack("<HIHHI", 1 if self.object is None else 2, 0xFFFFFFFF, 32, 32, 0)
        found = attribute(ATTACHMENT_LEVEL, 0x69002, render)
        if self.title:
            found += attribute(ATTACHMENT_LEVEL, 0x18010, self.title.encode("cp1252", "replace") + b"\0")
        if self.object is None:
            found += attribute(ATTACHMENT_LEVEL, 0x6800F, self.data)
        each = [prop(0x3705, INTEGER, self.method)]
        if self.name:
            each.append(prop(0x3707, STRING, self.name))
        if self.object is not None:
            each.append(prop(0x3701, OBJECT, self.object))
        if self.content_type:
            each.append(prop(0x370E, STRING, self.content_type))
        if self.content_id:
            each.append(prop(0x3712, STRING, self.content_id))
        return found + attribute(ATTACHMENT_LEVEL, 0x69005, properties(*each, *self.more))


@dataclass(frozen=True)
class Letter:
    """A message as TNEF."""

    subject: str = ""
    text: str | None = None
    html: bytes | None = None
    rtf: bytes | None = None
    attachments: tuple[Attachment, ...] = ()
    more: tuple[bytes, ...] = field(default=())

    def stream(self) -> bytes:
        """All of it."""
        each = [named("x-nobody", "reads"), several(0x0E0F, STRING, [b"a\0\0\0", b"\0\0"]), *self.more]
        if self.subject:
            each.append(prop(0x37, STRING, self.subject))
        if self.text is not None:
            each.append(prop(0x1000, STRING, self.text))
        if self.html is not None:
            each.append(prop(0x1013, BINARY, self.html))
        if self.rtf is not None:
            each.append(prop(0x1009, BINARY, self.rtf))
        return stream(
            attribute(MESSAGE_LEVEL, 0x69003, properties(*each)),
            *(one.attributes() for one in self.attachments),
        )


def stored_rtf(rtf: bytes) -> bytes:
    """RTF in the form of compressed RTF that is not compressed."""
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
