"""The wire: WBXML, the messages in it, queries, headers, multipart answers, gzip, data types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

from fuzz.examples import examples
from fuzz.target import MEBIBYTE, Shape, Target, repeat
from overair.items import CLASSES
from overair.protocol.commands import MESSAGES
from overair.protocol.policy import EASProvisionDoc
from overair.protocol.schema import Choices, DataType, Nested, Problem, Record, SchemaError
from overair.protocol.schema import Sequence as Container
from overair.versions import Version
from overair.wbxml import Element, Limits, WbxmlError, decode, encode
from overair.wbxml.encode import xml_text
from overair.wbxml.tokens import HEADER
from overair.wbxml.xml import to_xml
from support.messages import records
from support.trees import trees

VERSIONS: Final = tuple(Version)
LIMITS: Final = Limits(size=32 * MEBIBYTE, depth=64, elements=200_000)
"""Those of the server's settings."""


def read_wbxml(data: bytes) -> Element:
    """As the server reads the body of a request."""
    return decode(data, LIMITS)


def check_wbxml(tree: Element) -> None:
    """What was read can be written; what was written is read again alike."""
    to_xml(tree)
    written = encode(tree)
    again = decode(written)
    assert decode(encode(again)) == again


class Said(NamedTuple):
    """A message that was read, and the version in which it was."""

    record: Record
    version: Version


@cache
def messages_by_tag(tag: int, is_answer: bool) -> tuple[type[Record], ...]:
    """The messages whose own element has a tag."""
    wanted: list[type[Record] | None] = [EASProvisionDoc]
    wanted += [messages.response if is_answer else messages.request for messages in MESSAGES.values()]
    return tuple(
        record for record in wanted if record and record.element_tag and record.element_tag.key == tag
    )


def read_message(data: bytes) -> Said:
    """The first byte chooses the version, and whether it is an answer; the rest is WBXML."""
    choice = data[0] if data else 0
    # Written once, so that the texts hold no control characters, which nobody writes.
    tree = decode(encode(decode(data[1:], LIMITS)))
    version = VERSIONS[choice % len(VERSIONS)]
    found = messages_by_tag(tree.tag.key, choice >= 128)
    if not found:
        raise SchemaError(tree.tag, Problem.UNKNOWN)
    return Said(found[0].from_element(tree, version), version)


def check_message(said: Said) -> None:
    """What was read and written is read again alike, where XML can say it."""
    record, version = said
    if any(xml_text(text) != text for text in texts(record)):
        record.to_element(version)
        return
    written = encode(record.to_element(version))
    again = type(record).from_element(decode(written), version)
    assert encode(again.to_element(version)) == written
    assert without_dates(again) == without_dates(record)


def texts(value: object) -> Iterator[str]:
    """Every text in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from texts(getattr(value, name))


DATE: Final = re.compile(r"datetime\.datetime\([^)]*\)")


def without_dates(record: Record) -> str:
    """A record as text; fractions of milliseconds are not written."""
    return DATE.sub("", repr(record))


def message_seeds() -> Iterator[bytes]:
    """Messages of every command and version, made from their declarations."""
    for messages in MESSAGES.values():
        for is_answer, record in ((0, messages.request), (1, messages.response)):
            if record is None:
                continue
            for place in (2, 4, 6):
                if record.element_tag is None or VERSIONS[place] not in record.element_tag.versions:
                    continue
                choice = bytes([is_answer * 133 + place])  # 133 is a multiple of the number of versions
                for said in examples(records(record, VERSIONS[place]), 3):
                    yield choice + encode(said.to_element(VERSIONS[place]))


@cache
def data_types() -> tuple[DataType[Any], ...]:
    """Every data type that a field of a message or an item has, without those that hold elements."""
    found: dict[int, DataType[Any]] = {}
    waiting: list[type[Record]] = [*CLASSES.values(), EASProvisionDoc]
    waiting += [
        record
        for messages in MESSAGES.values()
        for record in (messages.request, messages.response)
        if record is not None
    ]
    seen: set[type[Record]] = set()
    while waiting:
        record = waiting.pop()
        if record in seen:
            continue
        seen.add(record)
        for bound in record.fields():
            data_type = bound.field.type
            while isinstance(data_type, Container):
                data_type = data_type.item
            if isinstance(data_type, Nested):
                waiting.append(data_type.record)
            elif isinstance(data_type, Choices):
                waiting += data_type.records.values()
            else:
                found[id(data_type)] = data_type
    return tuple(found.values())


class Value(NamedTuple):
    """A value that was read, and its type."""

    data_type: DataType[Any]
    value: Any


def read_value(data: bytes) -> Value:
    """Two bytes choose the type, and whether the value is text or opaque; the rest is the value."""
    types = data_types()
    data_type = types[int.from_bytes(data[:2], "big") // 2 % len(types)]
    content = data[2:] if data[1:2] and data[1] & 1 else data[2:].decode("utf-8", "surrogateescape")
    return Value(data_type, data_type.decode(content, Version.V16_1))


def check_value(read: Value) -> None:
    """What is written is read again as what is written for it."""
    content = read.data_type.encode(read.value, Version.V16_1)
    again = read.data_type.decode(content, Version.V16_1)
    assert read.data_type.encode(again, Version.V16_1) == content


VALUES: Final = (
    b"2026-11-22T10:00:00.000Z",
    b"20261122T100000Z",
    b"9999-12-31T24:00:00Z",
    b"0-99",
    b"4294967295",
    b"-1",
    b"1.5e300",
    b"QUJD",
    b"0",
    b"",
)


def value_seeds() -> Iterator[bytes]:
    for number in range(len(data_types())):
        for value in VALUES:
            yield (number * 2).to_bytes(2, "big") + value


def wbxml_shape(piece: bytes, head: bytes = b"", tail: bytes = b"") -> Shape:
    return repeat(piece, HEADER + head, tail)


def sync_of(piece: bytes) -> Shape:
    """A Sync whose collections are repeated."""
    return repeat(piece, b"\x06" + HEADER + b"\x45\x5c", b"\x01\x01")


WORDS: Final = (
    HEADER,
    b"\x03",
    b"\xc3\x01",
    b"\x01",
    b"\x00\x11",
    b"\x00\x02",
    b"\x450\x01",
    b"\x45\x5c\x4f",
)

TARGETS: Final = (
    Target(
        name="wbxml",
        read=read_wbxml,
        check=check_wbxml,
        refuses=(WbxmlError,),
        seeds=lambda: map(encode, examples(trees, 60)),
        words=WORDS,
        limit=LIMITS.size,
        shapes={
            "nesting": wbxml_shape(b"\x45"),
            "elements": wbxml_shape(b"\x05", b"\x45", b"\x01"),
            "texts": wbxml_shape(b"\x4b\x03ab\x00\x01", b"\x45", b"\x01"),
            "pieces of text": wbxml_shape(b"\x03ab\x00", b"\x45", b"\x01"),
            "pieces without text": wbxml_shape(b"\x03\x00", b"\x45", b"\x01"),
            "pieces of bytes": wbxml_shape(b"\xc3\x01a", b"\x45", b"\x01"),
            "changes of the page": wbxml_shape(b"\x00\x02", b"\x45", b"\x01"),
            "one text": wbxml_shape(b"a", b"\x45\x03", b"\x00\x01"),
            "a text without an end": wbxml_shape(b"a", b"\x45\x03"),
            "texts without an end": wbxml_shape(b"\x4b\x03a\x00", b"\x45"),
            "long numbers": wbxml_shape(b"\x80", b"\x45\xc3"),
        },
    ),
    Target(
        name="message",
        read=read_message,
        check=check_message,
        refuses=(WbxmlError, SchemaError),
        seeds=message_seeds,
        words=WORDS,
        limit=LIMITS.size,
        microseconds=6,
        memory=40,
        shapes={
            "collections": sync_of(b"\x4f\x4b\x030\x00\x01\x52\x031\x00\x01\x01"),
            "commands": repeat(
                b"\x47\x4c\x031\x00\x01\x5d\x01\x01",
                b"\x06" + HEADER + b"\x45\x5c\x4f\x4b\x030\x00\x01\x52\x031\x00\x01\x56",
                b"\x01\x01\x01\x01",
            ),
            "folders of a Ping": repeat(
                b"\x4a\x4b\x031\x00\x01\x4d\x03Email\x00\x01\x01",
                b"\x06" + HEADER + b"\x00\x0d\x45\x49",
                b"\x01\x01",
            ),
        },
    ),
    Target(
        name="values",
        read=read_value,
        check=check_value,
        refuses=(ValueError,),
        seeds=value_seeds,
        words=VALUES,
        size=256,
        microseconds=1,
        shapes={
            f"{type(data_type).__name__} {number}: {piece.decode()!r}": repeat(
                piece, (number * 2).to_bytes(2, "big")
            )
            for number, data_type in enumerate(data_types())
            for piece in (b"1", b" ", b"A A=")
            if type(data_type).__name__ not in [type(one).__name__ for one in data_types()[:number]]
        },
    ),
)
