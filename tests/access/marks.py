"""Marked words, and the forms in which one could come to light."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from functools import cache
from urllib.parse import quote, quote_plus


@cache
def forms(mark: str | bytes) -> frozenset[bytes]:
    """Every form of a marked word: as text in several encodings, base64 at any place, hex, escapes."""
    if isinstance(mark, str):
        texts = {mark.encode(encoding, "replace") for encoding in ("utf-8", "latin-1", "utf-16-le")}
        escaped = {
            json.dumps(mark)[1:-1].encode(),
            ascii(mark)[1:-1].encode(),
            quote(mark, safe="").encode(),
            quote_plus(mark).encode(),
            quote(mark.encode("latin-1", "replace"), safe="").encode(),
        }
    else:
        texts, escaped = {mark}, {repr(mark)[2:-1].encode(), quote(mark, safe="").encode()}
    found = texts | escaped
    for text in texts:
        found |= {text.hex().encode(), text.hex().upper().encode()}
        for encode in (b64encode, urlsafe_b64encode):
            # Within something longer, the first and last characters mix with what stands beside it.
            for before in range(3):
                encoded = encode(bytes(before) + text)
                found.add(encoded[-(-before * 8 // 6) : (before + len(text)) * 8 // 6])
    return frozenset(found)


def found_in(data: bytes, marks: Iterable[str | bytes]) -> list[str | bytes]:
    """The marks that come to light in some bytes."""
    return [mark for mark in marks if any(form in data for form in forms(mark))]
