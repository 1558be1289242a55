"""gzip in answers (MS-ASHTTP 2.2.2.1.2.2) and in what a peer sends."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import Final

MIN_SIZE: Final = 512
"""Bytes; a smaller body gains less than its gzip header costs."""
LEVEL: Final = 5
MAX_RATIO: Final = 1032
"""The most bytes that one byte of gzip stands for: deflate writes 258 of them in two bits."""

_CODING: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:;q=([01](?:\.[0-9]{0,3})?))?", re.IGNORECASE)


class DecompressionError(ValueError):
    """Bytes that are not gzip; ``too_large`` where only the limit was exceeded."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


def accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether an Accept-Encoding header takes gzip (RFC 9110, 12.5.3)."""
    weights: dict[bytes, float] = {}
    for part in accept_encoding.split(b","):
        match = _CODING.fullmatch(b"".join(part.split()))
        if match is not None:
            weights[match[1].lower()] = float(match[2] or b"1")
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0))) > 0


def compress(body: bytes) -> bytes:
    """A body in gzip form; the same bytes give the same form."""
    return gzip.compress(body, LEVEL, mtime=0)


def decompress(body: bytes, limit: int) -> bytes:
    """What gzip bytes stand for, at most ``limit`` bytes.

    Raises DecompressionError for what is not one whole gzip member or would be larger.
    """
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise DecompressionError(f"not gzip: {error}") from None
    if len(plain) > limit:
        raise DecompressionError(f"more than {limit} bytes when decompressed", too_large=True)
    if not inflater.eof or inflater.unused_data:
        raise DecompressionError("not one whole gzip member")
    return plain
