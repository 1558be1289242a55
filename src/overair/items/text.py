"""Text: what an answer may carry, and cuts that fall between characters."""

from __future__ import annotations

import re
from typing import Final

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML has no word for; NUL would end a WBXML string, a lone surrogate has no UTF-8."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")

PIECE: Final = 256 * 1024
"""Characters looked at in one go."""


def is_clean(text: str) -> bool:
    """Whether an answer may carry all of the text."""
    # A search lets no other thread run before its end, so a long text is searched in pieces.
    return all(_FORBIDDEN.search(text, place, place + PIECE) is None for place in range(0, len(text), PIECE))


def cleaned(text: str) -> str:
    """The text without the characters that an answer may not carry."""
    return text if is_clean(text) else _FORBIDDEN.sub("", text)


def cut(text: str, size: int) -> str:
    """The longest start of the text that is at most ``size`` bytes of UTF-8."""
    if len(text) * 4 <= size:
        return text
    # No character takes less than a byte, so only ``size`` of them can fit.
    data = text[:size].encode("utf-8", "surrogatepass")
    return text[:size] if len(data) <= size else data[:size].decode("utf-8", "ignore")


def utf8_size(text: str) -> int:
    """The bytes that the text takes as UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def one_line(text: str, length: int) -> str:
    """The first ``length`` characters of the text with every run of white space as one space."""
    return " ".join(text[: length * 16].split())[:length].rstrip()


def with_pairs_joined(text: str) -> str:
    """The text with each pair of surrogates as the one character that it is, and U+FFFD for lone ones."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
