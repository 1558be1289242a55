"""Text: what an answer may carry, and cuts that fall between characters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML has no word for; NUL would end a WBXML string, a lone surrogate has no UTF-8."""

_ZERO_WIDTH_JOINER: Final = "\u200d"
_JOINERS: Final = frozenset([_ZERO_WIDTH_JOINER, "\ufe0e", "\ufe0f"])
"""What goes with the character before it: joiners, and the choice between text and picture."""
_LONGEST_CHARACTER: Final = 16
"""Code points; what goes on longer is no character that anybody reads."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_FORBIDDEN_BYTES: Final = bytes({*range(0x20)} - {*b"\t\n\r"})
_FORBIDDEN_CHARACTERS: Final = ("\ufffe".encode(), "\uffff".encode())
_START_OF_FORBIDDEN: Final = _FORBIDDEN_CHARACTERS[0][:2]
"""What both begin with, looked for once."""

PIECE: Final = 256 * 1024
"""Characters looked at in one go."""


def is_clean(text: str) -> bool:
    """Whether an answer may carry all of the text."""
    # No other thread runs meanwhile, so a long text is looked at in pieces.
    return all(_is_clean(text[place : place + PIECE]) for place in range(0, len(text), PIECE))


def _is_clean(text: str) -> bool:
    """What ``_FORBIDDEN`` says, two to five times faster."""
    try:
        return is_clean_utf8(text.encode())
    except UnicodeEncodeError:
        return False


def is_clean_utf8(data: bytes) -> bool:
    """Whether an answer may carry all of the text that bytes are, which are valid UTF-8."""
    return len(data.translate(None, _FORBIDDEN_BYTES)) == len(data) and (
        data.isascii()
        or _START_OF_FORBIDDEN not in data
        or not any(character in data for character in _FORBIDDEN_CHARACTERS)
    )


def cleaned(text: str) -> str:
    """The text without the characters that an answer may not carry."""
    # Most texts are short and all of it can be seen, which is told at once.
    return text if (text.isascii() and text.isprintable()) or is_clean(text) else _FORBIDDEN.sub("", text)


def cut(text: str, size: int) -> str:
    """The longest start of the text that is at most ``size`` bytes of UTF-8 and ends behind a character.

    What a reader takes for one character is not parted: an accent from its letter, a line feed from its
    carriage return, the persons of an emoji from each other.
    """
    if len(text) * 4 <= size:
        return text
    # No character takes less than a byte, so only ``size`` of them can fit.
    data = text[:size].encode("utf-8", "surrogatepass")
    end = min(size, len(text)) if len(data) <= size else len(data[:size].decode("utf-8", "ignore"))
    whole = end
    for _ in range(_LONGEST_CHARACTER):
        if not 0 < whole < len(text) or not _goes_on(text[whole - 1], text[whole]):
            return text[:whole]
        whole -= 1
    return text[:end]


def _goes_on(before: str, after: str) -> bool:
    """Whether two characters are one to a reader."""
    if after < "\u0300":
        return before == "\r" and after == "\n"
    return (
        after in _JOINERS
        or before == _ZERO_WIDTH_JOINER
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or unicodedata.category(after) in ("Mn", "Me")
    )


def utf8_size(text: str) -> int:
    """The bytes that the text takes as UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def one_line(text: str, length: int) -> str:
    """The first ``length`` characters of the text with every run of white space as one space."""
    line = " ".join(text[: length * 2].split())
    if len(line) < length:
        line = " ".join(text[: length * 16].split())
    return line[:length].rstrip()


def with_pairs_joined(text: str) -> str:
    """The text with each pair of surrogates as the one character that it is, and U+FFFD for lone ones."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def joint(before: str) -> str:
    """What parts two texts that a reader sees one behind the other: the line end that is missing."""
    return "\r\n" if before and not before.endswith("\n") else ""
