"""Compressed RTF as MAPI keeps it (MS-OXRTFCP)."""

from __future__ import annotations

import struct
from typing import Final

_HEADER: Final = struct.Struct("<II4sI")
"""The sizes of what is compressed and of what it becomes, the kind, and a checksum."""
_COMPRESSED, _STORED = b"LZFu", b"MELA"
_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the sliding window holds before anything else."""
_WINDOW: Final = 4_096
_RUN: Final = 8
"""Tokens that one control byte is for."""


def is_compressed(data: bytes) -> bool:
    """Whether data begins as compressed RTF does."""
    return len(data) >= _HEADER.size and data[8:12] in (_COMPRESSED, _STORED)


def decompress(data: bytes) -> bytes:
    """The RTF of compressed RTF; of what is damaged or cut, what can be read.

    The checksum is not looked at, since a text with a fault is more than none. What comes out is at most
    some eight times as long as what went in. Raises ValueError for what is no compressed RTF at all.
    """
    if not is_compressed(data):
        raise ValueError("this is no compressed RTF")
    _, size, kind, _ = _HEADER.unpack_from(data)
    if kind == _STORED:
        return data[_HEADER.size :][:size]
    return _expanded(data, size)


def _expanded(data: bytes, size: int) -> bytes:
    """The runs of literal bytes and references into the window, until the text has its size."""
    out = bytearray(_DICTIONARY)
    position, end, full = _HEADER.size, len(data), len(_DICTIONARY) + size
    while position < end and len(out) < full:
        control = data[position]
        position += 1
        if not control:
            out += data[position : position + _RUN]
            position += _RUN
            continue
        for token in range(_RUN):
            if not control >> token & 1:
                out += data[position : position + 1]
                position += 1
                continue
            if position + 2 > end:
                return bytes(out[len(_DICTIONARY) : full])
            reference = data[position] << 8 | data[position + 1]
            position += 2
            distance = (len(out) - (reference >> 4)) % _WINDOW
            if not distance:
                return bytes(out[len(_DICTIONARY) : full])
            _copy(out, distance, (reference & 15) + 2)
    return bytes(out[len(_DICTIONARY) : full])


def _copy(out: bytearray, distance: int, length: int) -> None:
    """Append what stood in the window, which may run into what it appends."""
    start = len(out) - distance
    if start < 0:
        # Nothing has been written there yet: a window begins as zeros.
        zeros = min(length, -start)
        out += bytes(zeros)
        start, length = 0, length - zeros
        if not length:
            return
    run = bytes(out[start : start + length])
    out += run
    missing = length - len(run)
    while missing > 0:
        out += run[:missing]
        missing -= len(run)
