"""Multipart answers of ItemOperations: the MultiPartResponse structure (MS-ASCMD 2.2.1.10.1.1).

A count, then offset and length of each part, then the parts; all numbers are 32-bit little-endian
and offsets count from the beginning of the structure. Part 0 is the WBXML, and the Part elements
in it number the others.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

MAX_PARTS: Final = 10_000
_COUNT: Final = struct.Struct("<I")
_PART: Final = struct.Struct("<II")


def join_parts(parts: Sequence[bytes]) -> bytes:
    """The structure that holds the parts, WBXML first.

    Raises ValueError when it would not fit in 32-bit offsets.
    """
    offset = _COUNT.size + _PART.size * len(parts)
    if offset + sum(map(len, parts)) > 0xFFFF_FFFF:
        raise ValueError("a multipart answer holds less than 4 GB")
    head = bytearray(_COUNT.pack(len(parts)))
    for part in parts:
        head += _PART.pack(offset, len(part))
        offset += len(part)
    return b"".join((head, *parts))


def split_parts(body: bytes) -> list[bytes]:
    """The parts that the structure holds; raises ValueError where a part is not inside of it."""
    if len(body) < _COUNT.size:
        raise ValueError("a multipart answer has a count of 4 bytes")
    (count,) = _COUNT.unpack_from(body)
    start = _COUNT.size + _PART.size * count
    if not 1 <= count <= MAX_PARTS or start > len(body):
        raise ValueError(f"a multipart answer of {len(body)} bytes cannot have {count} parts")
    parts: list[bytes] = []
    room = len(body)
    for offset, length in _PART.iter_unpack(body[_COUNT.size : start]):
        if offset < start or offset + length > len(body):
            raise ValueError(f"part {len(parts)} is not inside of the answer")
        room -= length
        if room < start:
            # Parts that overlap would make a small answer large.
            raise ValueError("the parts overlap")
        parts.append(body[offset : offset + length])
    return parts
