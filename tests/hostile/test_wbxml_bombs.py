"""Bodies of a user who means harm: each is refused with its status, cheaply, while others are served."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from overair.protocol.http import Command
from support.target import MEBIBYTE, Target

HEAD = b"\x03\x01\x6a\x00"
SCALES = [1, pytest.param(4, marks=pytest.mark.full)]
"""Of the sizes below and of what they may cost; with 4 a body is as large as the server takes."""


@dataclass(frozen=True)
class Bomb:
    """A body, made for a scale, the command it is sent to, and the Status that comes back."""

    name: str
    command: Command
    body: Callable[[int], bytes]
    status: int
    cpu: float = 0.6
    """Seconds that it may cost at scale 1, the honest phone's requests (10 ms each) apart."""
    growth: int = 64 * MEBIBYTE
    """Of the peak memory, at scale 1."""


def page(number: int) -> bytes:
    return bytes((0, number))


def text(tag: int, value: str) -> bytes:
    return bytes((tag | 0x40, 3)) + value.encode() + b"\0\1"


def many(count: int, before: bytes, each: Callable[[int], bytes], after: bytes = b"\1") -> bytes:
    return HEAD + before + b"".join(map(each, range(count))) + after


def collections(count: int, name: Callable[[int], str] = str, key: str = "0", more: bytes = b"") -> bytes:
    return many(
        count,
        b"\x45\x5c",
        lambda number: b"\x4f" + text(0x0B, key) + text(0x12, name(number)) + more + b"\1",
        b"\1\1",
    )


def pings(count: int, heartbeat: str = "60") -> bytes:
    return many(
        count,
        page(13) + b"\x45" + text(0x08, heartbeat) + b"\x49",
        lambda number: b"\x4a" + text(0x0B, str(number)) + text(0x0C, "Email") + b"\1",
        b"\1\1",
    )


def fetches(count: int) -> bytes:
    return many(
        count,
        page(20) + b"\x45",
        lambda number: (
            b"\x46"
            + text(0x07, "Mailbox")
            + page(0)
            + text(0x12, "1")
            + text(0x0D, f"1:{number}")
            + page(20)
            + b"\1"
        ),
    )


def moves(count: int) -> bytes:
    return many(
        count,
        page(5) + b"\x45",
        lambda number: b"\x46" + text(7, f"1:{number}") + text(8, "1") + text(9, "2") + b"\1",
    )


def estimates(count: int) -> bytes:
    return many(
        count,
        page(6) + b"\x45\x47",
        lambda number: b"\x48" + page(0) + text(0x0B, "1") + page(6) + text(0x0A, str(number)) + b"\1",
        b"\1\1",
    )


def adds(count: int) -> bytes:
    """Contacts in one Sync."""
    each = [
        b"\x47" + text(0x0C, str(number)) + b"\x5d" + page(1) + text(0x1F, "x") + page(0) + b"\1\1"
        for number in range(count)
    ]
    return collections(1, more=b"\x56" + b"".join(each) + b"\1")


def device(size: int) -> bytes:
    """Settings with DeviceInformation, Set, Model."""
    return HEAD + page(18) + b"\x45\x56\x48" + text(0x17, "x" * size) + b"\1\1\1"


def search(wanted: str) -> bytes:
    """Search in the GAL with a Range."""
    options = b"\x4a" + text(0x0B, wanted) + b"\1"
    return HEAD + page(15) + b"\x45\x47" + text(0x08, "GAL") + text(0x09, "b") + options + b"\1\1"


def window(value: str) -> bytes:
    return collections(1, lambda _: "9999", more=text(0x15, value))


def preferences(count: int) -> bytes:
    """An Options with many BodyPreference."""
    preference = page(17) + b"\x45" + text(0x06, "1") + b"\1" + page(0)
    return collections(1, lambda _: "9999", more=b"\x57" + preference * count + b"\1")


BOMBS = [
    # The format
    Bomb("deep", Command.SYNC, lambda scale: HEAD + b"\x45" * 100_000 * scale, 102),
    Bomb("empty elements", Command.SYNC, lambda scale: HEAD + b"\x45" + b"\x0b" * 2**21 * scale, 102),
    Bomb("code pages", Command.SYNC, lambda scale: HEAD + b"\0\0" * 2**22 * scale + b"\x45\1", 102),
    Bomb("empty strings", Command.SYNC, lambda scale: HEAD + b"\x45\x4b" + b"\3\0" * 2**22 * scale, 102),
    Bomb("opaque pieces", Command.SYNC, lambda scale: HEAD + b"\x45\x4b" + b"\xc3\0" * 2**22 * scale, 102),
    Bomb("pieces in many", Command.SYNC, lambda s: HEAD + b"\x45" + (b"\x4b\3\0\3\0\1" * 2**20) * s, 102),
    Bomb("no end", Command.SYNC, lambda scale: HEAD + b"\x45\x4b\3" + b"a" * 2**23 * scale, 102),
    Bomb("string table", Command.SYNC, lambda s: b"\3\1\x6a\x83\x80\x80\0" + b"a" * 2**21 * s, 102),
    Bomb("table of 4 GB", Command.SYNC, lambda _: b"\3\1\x6a\x8f\xff\xff\xff\x7f\x45\1", 102),
    Bomb("overlong number", Command.SYNC, lambda s: b"\3\1\x6a" + b"\x80" * 2**21 * s + b"\0\x45\1", 102),
    Bomb("opaque of 4 GB", Command.SYNC, lambda _: HEAD + b"\x45\x4b\xc3\x8f\xff\xff\xff\x7f", 102),
    Bomb("unknown page", Command.SYNC, lambda _: HEAD + page(99) + b"\x45\1", 102),
    Bomb("entities", Command.SYNC, lambda s: HEAD + b"\x45\x4b" + b"\2\x8f\xff\x7f" * 2**20 * s, 102),
    Bomb("processing", Command.SYNC, lambda _: HEAD + b"\x43\5\1\x45\1", 102),
    Bomb("table text", Command.SYNC, lambda _: HEAD + b"\x45\x4b\x83\x7f\1\1", 102),
    Bomb("attributes", Command.SYNC, lambda _: HEAD + b"\xc5\1\1", 102),
    # The number of things
    Bomb("collections", Command.SYNC, lambda scale: collections(10_000 * scale), 15),
    Bomb("one again and again", Command.SYNC, lambda s: collections(10_000 * s, lambda _: "x"), 15),
    Bomb("one 300 times", Command.SYNC, lambda _: collections(300, lambda _: "x"), 4),
    Bomb("adds", Command.SYNC, lambda scale: adds(5_000 * scale), 4),
    Bomb("body preferences", Command.SYNC, lambda scale: preferences(1_000 * scale), 4),
    Bomb("folders of a Ping", Command.PING, lambda scale: pings(15_000 * scale), 6),
    Bomb("fetches", Command.ITEM_OPERATIONS, lambda scale: fetches(10_000 * scale), 11),
    Bomb("moves", Command.MOVE_ITEMS, lambda scale: moves(12_000 * scale), 103),
    Bomb("estimates", Command.GET_ITEM_ESTIMATE, lambda scale: estimates(15_000 * scale), 103),
    # The size of values
    Bomb("sync key", Command.SYNC, lambda scale: collections(1, key="1" * MEBIBYTE * scale), 4),
    Bomb("window of digits", Command.SYNC, lambda scale: window("9" * MEBIBYTE * scale), 4),
    Bomb("negative window", Command.SYNC, lambda _: window("-1"), 4),
    Bomb("heartbeat", Command.PING, lambda _: pings(1, "4294967295"), 5),
    Bomb("heartbeat of digits", Command.PING, lambda scale: pings(1, "9" * MEBIBYTE * scale), 4),
    Bomb("device information", Command.SETTINGS, lambda scale: device(4 * MEBIBYTE * scale), 2),
]


@pytest.mark.req(
    "MS-ASCMD_R5647",
    "MS-ASCMD_R5653",
    "MS-ASCMD_R5659",
    "MS-ASCMD_R7490",
    "MS-ASCMD_R4464",
)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_is_refused_at_once(server: Target, bomb: Bomb, scale: int) -> None:
    body = bomb.body(scale)
    phone = server.phone()
    with server.measured() as cost:
        answer = phone.post(bomb.command, body)
    assert answer.status == 200
    assert answer.common_status == bomb.status
    cost.assert_within(cpu=bomb.cpu * scale, growth=bomb.growth * scale)


@pytest.mark.parametrize("value", ["4294967295", "0", "513"])
def test_a_huge_window_is_the_largest_that_there_is(server: Target, value: str) -> None:
    with server.measured() as cost:
        answer = server.phone().post(Command.SYNC, window(value))
    assert (answer.status, b"9999" in answer.body) == (200, True)
    cost.assert_within()


@pytest.mark.parametrize("wanted", ["0-999", "999-999", "0-4294967295", "9" * 1000 + "-1"])
def test_a_huge_range_is_answered_with_what_there_is(server: Target, wanted: str) -> None:
    with server.measured() as cost:
        answer = server.phone().post(Command.SEARCH, search(wanted))
    assert answer.status == 200
    cost.assert_within()


def deflated(size: int) -> bytes:
    """A gzip member that becomes that many zeros: a thousandth of them."""
    zeros, count = bytes(MEBIBYTE), size // MEBIBYTE
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    # A full flush ends a piece that stands for itself, so that it can be repeated.
    piece = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(count):
        check = zlib.crc32(zeros, check)
    header, end = b"\x1f\x8b\x08" + bytes(6) + b"\xff", b"\x03\0"
    return header + piece * count + end + struct.pack("<II", check, size)


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        pytest.param(deflated(1024 * MEBIBYTE), "gzip", 413, id="1 GB"),
        pytest.param(gzip.compress(deflated(64 * MEBIBYTE)), "gzip", 200, id="nested, opened once"),
        pytest.param(deflated(64 * MEBIBYTE)[:50_000], "gzip", 413, id="cut behind the limit"),
        pytest.param(deflated(8 * MEBIBYTE)[:5_000], "gzip", 400, id="cut"),
        pytest.param(gzip.compress(b"a") + b"rubbish", "gzip", 400, id="more behind"),
        pytest.param(gzip.compress(b"a") * 100_000, "gzip", 400, id="many members"),
        pytest.param(gzip.compress(b"a"), "gzip, gzip", 415, id="encoded twice"),
        pytest.param(zlib.compress(b"a"), "deflate", 415, id="deflate"),
        pytest.param(b"\x03\x01\x6a\x00\x45\x01", "gzip", 400, id="not compressed at all"),
    ],
)
def test_what_a_compressed_body_becomes_is_bounded(
    server: Target, body: bytes, encoding: str, status: int
) -> None:
    with server.measured() as cost:
        answer = server.phone().post(Command.SYNC, body, headers={"Content-Encoding": encoding})
    assert answer.status == status
    cost.assert_within(cpu=1.0, growth=128 * MEBIBYTE)
