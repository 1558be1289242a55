"""TNEF: what a winmail.dat holds, shown and fetched."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from fuzz.mail import Delivered, check_shown, render_mime, shown
from fuzz.target import Shape, Target, numbered, repeat
from overair.items.attachments import attachment
from overair.items.rendering import RenderOptions
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.versions import Version
from support.tnef import (
    INTEGER,
    MESSAGE_INTERFACE,
    MESSAGE_LEVEL,
    STORAGE_INTERFACE,
    STRING,
    Attachment,
    Letter,
    attribute,
    padded,
    prop,
    properties,
    stored_rtf,
    stream,
)

HEAD: Final = (
    b"Subject: x\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n"
    b"Content-Transfer-Encoding: binary\r\n\r\n"
)
INNER: Final = Letter("inner", "text", attachments=(Attachment("a.txt", b"a"),))
LETTERS: Final = (
    Letter("s", "text ✓", b"<p>html</p><img src='cid:c@x'>", stored_rtf(rb"{\rtf1 rtf}")),
    Letter("s", rtf=stored_rtf(rb"{\rtf1\fromhtml1 {\*\htmltag <p>}x}")),
    Letter(attachments=(Attachment("long name.pdf", b"%PDF", "LONGNA~1.PDF", content_id="c@x"),)),
    Letter(attachments=(Attachment("m", method=5, object=MESSAGE_INTERFACE + INNER.stream()),)),
    Letter(attachments=(Attachment("o", method=6, object=STORAGE_INTERFACE + b"object"),)),
)
WORDS: Final = (
    stream(),
    attribute(2, 0x69002, bytes(14)),
    attribute(2, 0x6800F, b"data"),
    attribute(2, 0x18010, b"a.txt\0"),
    attribute(1, 0x2800C, b"body\0"),
    attribute(1, 0x69003, properties(prop(0x1000, STRING, "x"))),
    attribute(2, 0x69005, properties(prop(0x3705, INTEGER, 5))),
    MESSAGE_INTERFACE,
    *(struct.pack("<HH", kind, 0x3701) for kind in (0xD, 0x1E, 0x1F, 0x102, 0x101F, 0x1003, 0x48)),
)
COMPRESSED: Final = struct.pack("<II4sI", 0x7FFFFFFF, 0x7FFFFFFF, b"LZFu", 0)


def read_tnef(data: bytes) -> Delivered:
    """As the one part of a message that is delivered and shown whole in every form."""
    return render_mime(HEAD + data)


def check_tnef(delivered: Delivered) -> None:
    """It can be told, and every attachment fetched twice, the same both times."""
    message, blobs = delivered
    options = RenderOptions((BodyPreference(type=BodyType.HTML),))
    check_shown(shown(message, blobs, options), Version.V16_1)
    for part in message.index.attachments if message.index is not None else ():
        found = attachment(message, part.number, blobs)
        assert len(found.data) == part.size or part.inside is None
        assert attachment(message, part.number, blobs) == found


def seeds() -> Iterator[bytes]:
    yield b"not TNEF"
    for letter in LETTERS:
        yield letter.stream()
        yield letter.stream()[:-20]


def of_properties(shape: Shape) -> Shape:
    """A message whose properties are a shape."""

    def inside(size: int) -> bytes:
        return stream(attribute(MESSAGE_LEVEL, 0x69003, b"\xff\xff\xff\x00" + shape(size)))

    return inside


def of_value(number: int, shape: Shape) -> Shape:
    """A message with a property of bytes that are a shape."""

    def inside(size: int) -> bytes:
        tag = struct.pack("<IHHI", 1, 0x102, number, 1)
        return stream(attribute(MESSAGE_LEVEL, 0x69003, tag + padded(shape(size))))

    return inside


def nested(size: int) -> bytes:
    """Messages attached to each other, each with a file of its own."""
    found = Letter("x", "text").stream()
    for _ in range(12):
        inside = (
            Attachment("m", method=5, object=MESSAGE_INTERFACE + found),
            Attachment("a", bytes(size // 12)),
        )
        found = Letter("x", attachments=inside).stream()
    return found


def large_message(size: int) -> bytes:
    """One message with a large file, three messages deep."""
    found = Letter("x", attachments=(Attachment("a", bytes(size)),)).stream()
    for _ in range(3):
        found = Letter(
            "x", attachments=(Attachment("m", method=5, object=MESSAGE_INTERFACE + found),)
        ).stream()
    return found


TARGETS: Final = (
    Target(
        name="tnef",
        read=read_tnef,
        check=check_tnef,
        seeds=seeds,
        words=WORDS,
        size=2 * 1024,
        microseconds=12,
        memory=100,
        shapes={
            "attributes": repeat(attribute(1, 0, b""), stream()),
            "attachments": repeat(Attachment("", b"").attributes(), stream()),
            "attachments without content": repeat(attribute(2, 0x69002, b""), stream()),
            "properties": of_properties(repeat(prop(1, INTEGER, 1))),
            "properties without values": of_properties(repeat(struct.pack("<HHI", STRING, 1, 0))),
            "values": of_properties(repeat(b"\0\0\0\0", struct.pack("<HHI", 0x101F, 1, 0xFFFFFF))),
            "empty values": of_properties(repeat(b"\0", struct.pack("<HHI", 0x1001, 1, 0xFFFFFFFF))),
            "zeros behind a text": of_value(0x1013, repeat(b"\0", b"x")),
            "HTML": of_value(0x1013, numbered(b"<p id=%d>")),
            "compressed RTF": of_value(
                0x1009, repeat(b"\xff" + b"\x0f\x0e" * 8, COMPRESSED + b"\0{\\rtf1 x")
            ),
            "groups of RTF": of_value(0x1009, lambda size: stored_rtf(b"{\\rtf1" + b"{" * size)),
            "messages": nested,
            "a file in messages": large_message,
        },
    ),
)
