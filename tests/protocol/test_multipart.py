"""Multipart answers (MS-ASCMD 2.2.1.10.1.1)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.protocol.multipart import join_parts, split_parts


@pytest.mark.req(
    "MS-ASCMD_R5509", "MS-ASCMD_R5510", "MS-ASCMD_R5512", "MS-ASCMD_R5513", "MS-ASCMD_R5517", "MS-ASCMD_R5518"
)
def test_layout() -> None:
    body = join_parts([b"\x03\x01\x6a\x00\x05", b"abc", b""])
    assert body == bytes.fromhex("030000001c000000050000002100000003000000240000000000000003016a0005616263")
    assert split_parts(body) == [b"\x03\x01\x6a\x00\x05", b"abc", b""]


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=20))
def test_round_trip(parts: list[bytes]) -> None:
    assert split_parts(join_parts(parts)) == parts


def test_parts_in_any_order_with_gaps() -> None:
    body = struct.pack("<IIIII", 2, 24, 3, 20, 2) + b"xy..abc"
    assert split_parts(body) == [b"abc", b"xy"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "count of 4 bytes"),
        (b"\0\0\0\0", "cannot have 0 parts"),
        (b"\xff\xff\xff\xff", "cannot have 4294967295 parts"),
        (struct.pack("<III", 1, 12, 1), "not inside"),
        (struct.pack("<III", 1, 4, 1), "not inside"),
        (struct.pack("<III", 1, 0xFFFFFFFF, 0xFFFFFFFF), "not inside"),
        (struct.pack("<IIIII", 2, 20, 2, 20, 2) + b"ab", "overlap"),
    ],
)
def test_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        split_parts(body)


@given(st.binary(max_size=60))
def test_any_bytes_are_parts_or_refused(body: bytes) -> None:
    try:
        parts = split_parts(body)
    except ValueError:
        parts = []
    assert sum(map(len, parts)) <= len(body)
