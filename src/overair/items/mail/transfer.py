"""Transfer encodings: the content of a part from its bytes, or the start of it from the first of them."""

from __future__ import annotations

import binascii
import quopri
import re
from typing import Final

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64: Final = bytes(set(range(256)) - set(_BASE64))
_UNPADDED: Final = re.compile(rb"[^=]++")
_BEGIN: Final = re.compile(rb"(?:\A|(?<=[\r\n]))begin [^\r\n]*+(?:\r\n|\r|\n|\Z)")
_LINE: Final = re.compile(rb"([^\r\n]*+)(?:\r\n|\r|\n|\Z)")
_UUENCODE: Final = ("x-uuencode", "uuencode", "uue", "x-uue")


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """The content that bytes encode; what is broken is read as far as it makes sense."""
    if encoding == "base64":
        return _base64(data)
    if encoding == "quoted-printable":
        return quopri.decodestring(data)
    if encoding in _UUENCODE:
        return _uuencoded(data)
    return data


def decode_transfer_start(data: bytes, encoding: str) -> bytes:
    """The content of the first bytes of a part, which may end anywhere."""
    if encoding == "quoted-printable":
        # "=4" or "=" at the end may be half of an escape.
        escape = data.rfind(b"=", len(data) - 2)
        return quopri.decodestring(data if escape < 0 else data[:escape])
    return decode_transfer(data, encoding)


def _base64(data: bytes) -> bytes:
    # Padding in the middle comes from parts that were put one behind the other.
    content = bytearray()
    for run in _UNPADDED.finditer(data):
        letters = run[0].translate(None, _NOT_BASE64)
        # One letter beyond a multiple of four holds less than a byte.
        whole = letters[: len(letters) - (len(letters) % 4 == 1)]
        content += binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    return bytes(content)


def _uuencoded(data: bytes) -> bytes:
    begin = _BEGIN.search(data)
    content = bytearray()
    for match in _LINE.finditer(data, begin.end() if begin is not None else 0):
        line = match[1]
        # A line may claim more than it holds, but the whole is shorter than what encodes it.
        if line == b"end" or len(content) > len(data):
            break
        try:
            content += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders leave bits behind the last character: the count says what belongs to it.
            count = ((line[0] - 32 & 63) * 4 + 5) // 3
            try:
                content += binascii.a2b_uu(line[:count])
            except binascii.Error:
                break
    return bytes(content)
