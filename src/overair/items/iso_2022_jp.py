"""ISO-2022-JP as mail from Japan has it: with half-width katakana and the characters of Windows.

Python's codecs of the family refuse the rows that vendors added (a 1 in a circle, the sign of a limited
company), which stand in any mail from Outlook; by way of Shift-JIS they are those of code page 932.
"""

from __future__ import annotations

import re
from typing import Final

NAME: Final = "iso2022_jp"
"""What Python calls the character set, in place of whose codec this stands."""
_RUN: Final = re.compile(
    rb"(\x1b(?:\([A-Za-z]|\$[@AB]|\$\([A-Z]|&@\x1b\$B)|\x0e|\x0f)?([^\x1b\x0e\x0f]*)", re.DOTALL
)
_ESCAPE_STARTED: Final = re.compile(rb"\x1b[($&@]{0,3}\Z")
_TWO_BYTES: Final = {
    b"\x1b$@": "",
    b"\x1b$B": "",
    b"\x1b&@\x1b$B": "",
    b"\x1b$(D": "euc_jp",
    b"\x1b$A": "gb2312",
    b"\x1b$(C": "cp949",
}
"""The escapes behind which a character is two bytes, with the codec that has them as EUC; "" is Shift-JIS."""
_KATAKANA: Final = frozenset([b"\x1b(I", b"\x0e"])


def decode(data: bytes, *, complete: bool = True) -> str:
    """Text in ISO-2022-JP; of bytes that may end inside a character what is before it."""
    if not complete:
        data = _ESCAPE_STARTED.sub(b"", data)
    pieces = []
    escape = b"\x1b(B"
    for run in _RUN.finditer(data):
        escape = run[1] or escape
        pieces.append(_run(escape, run[2], complete=complete or run.end() < len(data)))
    return "".join(pieces)


def _run(escape: bytes, data: bytes, *, complete: bool) -> str:
    """The text between two escapes."""
    if escape in _KATAKANA:
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in data).decode(
            "cp932", "replace"
        )
    codec = _TWO_BYTES.get(escape)
    if codec is None:
        return data.decode("cp932" if escape == b"\x1b(J" else "latin-1", "replace")
    pieces = []
    for piece in re.split(rb"([\x00-\x20]+)", data):
        # A line may end without the escape back to ASCII.
        if piece[:1] <= b" ":
            pieces.append(piece.decode("ascii"))
            continue
        if len(piece) % 2 and not complete:
            piece = piece[:-1]
        pieces.append(_pairs(piece, codec))
    return "".join(pieces)


def _pairs(data: bytes, codec: str) -> str:
    if codec:
        prefix = b"\x8f" if codec == "euc_jp" else b""
        found = bytearray()
        for position in range(0, len(data) - 1, 2):
            found += prefix + bytes((data[position] | 0x80, data[position + 1] | 0x80))
        return bytes(found).decode(codec, "replace") + "\ufffd" * (len(data) % 2)
    found = bytearray()
    for position in range(0, len(data) - 1, 2):
        row, cell = data[position] & 0x7F, data[position + 1] & 0x7F
        lead = (row + 1 >> 1) + (0x70 if row < 0x5F else 0xB0)
        trail = cell + (0x1F if row % 2 else 0x7E)
        found += bytes((lead, trail + (1 if row % 2 and trail >= 0x7F else 0)))
    return bytes(found).decode("cp932", "replace") + "\ufffd" * (len(data) % 2)
