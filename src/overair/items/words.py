"""The words of a text, as they are indexed and looked for: one rule for all languages and databases.

Letters are compared without their case, diacritics and width. A word is a run of letters and digits,
so an address or a word with a hyphen is several, which stand one behind the other. Scripts that set no
spaces between words are cut into pairs of characters that overlap; the last character of a run stands
alone, too. So whatever a text holds is a sequence of words, and what is looked for is a part of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

LONGEST_WORD: Final = 40
"""Characters of a word that count."""

_MARKS: Final = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in (
        (0x0300, 0x036F),
        (0x0483, 0x0489),
        (0x0591, 0x05BD),
        (0x05BF, 0x05C7),
        (0x0610, 0x061A),
        (0x064B, 0x065F),
        (0x0670, 0x0670),
        (0x06D6, 0x06DC),
        (0x06DF, 0x06E4),
        (0x1AB0, 0x1AFF),
        (0x1DC0, 0x1DFF),
        (0x20D0, 0x20FF),
        (0xFE00, 0xFE0F),
        (0xFE20, 0xFE2F),
    )
)
"""Diacritics that a reader may leave out: of Latin, Greek, Cyrillic, Hebrew and Arabic letters."""
_DIACRITICS: Final = re.compile(f"[{_MARKS}\u00ad\u0640\u200b-\u200f\u2060\ufeff]+")
"""With them what is not seen: soft hyphens, marks of direction, lengthened Arabic lines."""

_UNSPACED: Final = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in (
        (0x0E01, 0x0E4E),  # Thai
        (0x0E81, 0x0ECE),  # Lao
        (0x1000, 0x103F),  # Burmese
        (0x1100, 0x11FF),  # Korean
        (0x1780, 0x17D3),  # Khmer
        (0x3005, 0x3007),
        (0x3041, 0x30FF),  # Japanese syllables
        (0x3105, 0x312F),
        (0x31A0, 0x31BF),
        (0x31F0, 0x31FF),
        (0x3400, 0x4DBF),  # Chinese characters
        (0x4E00, 0x9FFF),
        (0xA960, 0xA97F),
        (0xAC00, 0xD7FB),
        (0xF900, 0xFAFF),
        (0x1B000, 0x1B16F),
        (0x20000, 0x3FFFF),
    )
)
_RUNS: Final = re.compile(f"([{_UNSPACED}]+)")
# The vowels of Indic scripts are marks to Unicode and would part the letters of a word.
# One class, since a choice between two would be remembered for each letter of a long word.
_WORD: Final = re.compile(rf"[\w\u0900-\u0dff\u0f71-\u0fbc\ua8e0-\ua8ff{_UNSPACED}]+")
_ASCII_WORD: Final = re.compile(r"[a-z0-9]+")


def folded(text: str) -> str:
    """A text without what makes no difference to a search."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKC", _DIACRITICS.sub("", decomposed))


_COMMON_SIGNS: Final = (
    "\u2009\u2010\u2011\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2022\u2026\u202f\u2039\u203a\u20ac"
)
"""Dashes, quotation marks and the like, which part words in texts that are in Latin letters otherwise."""
_SHARP_S: Final = b"\xdf"
_SOFT_HYPHEN: Final = b"\xad"
_NOT_LATIN: Final = b"\0"
"""What stands for letters that become several, or none of the same alphabet, when they are folded."""


def _latin_letter(number: int) -> bytes:
    """What one of the first 256 characters is to a word: a letter, a space, or not to be told by itself."""
    letter = folded(chr(number))
    if bytes([number]) in (_SHARP_S, _SOFT_HYPHEN):
        return bytes([number])
    if len(letter) != 1 or letter > "\xff":
        return _NOT_LATIN
    return letter.encode("latin-1") if letter != "_" and _WORD.fullmatch(letter) is not None else b" "


_LATIN_LETTERS: Final = b"".join(map(_latin_letter, range(256)))


def words(text: str) -> list[str]:
    """The words of a text in their order, each at most LONGEST_WORD characters long, none with a space."""
    found = _latin_words(text)
    if found is None:
        found = _words(folded(text))
    longest = max(map(len, found), default=0)
    return found if longest <= LONGEST_WORD else [word[:LONGEST_WORD] for word in found]


def _latin_words(text: str) -> list[str] | None:
    """The words of a text in Latin letters, ten times faster; None where it holds others."""
    if not text.isascii():
        for sign in _COMMON_SIGNS:
            text = text.replace(sign, " ")
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    letters = data.translate(_LATIN_LETTERS, _SOFT_HYPHEN)
    return None if _NOT_LATIN in letters else letters.replace(_SHARP_S, b"ss").decode("latin-1").split()


def _words(text: str) -> list[str]:
    """The words of a folded text in any script."""
    found = _ASCII_WORD.findall(text) if text.isascii() else _WORD.findall(text.replace("_", " "))
    if not text.isascii() and _RUNS.search(text) is not None:
        found = [piece for word in found for piece in _pieces(word)]
    return found


def _pieces(word: str) -> Iterator[str]:
    """What stands in a run of letters: words, and the pairs of scripts without spaces."""
    if word.isascii():
        yield word
        return
    # What the expression captures stands at the odd places.
    for place, run in enumerate(_RUNS.split(word)):
        if place % 2:
            for start in range(len(run) - 1):
                yield run[start : start + 2]
            yield run[-1]
        elif run:
            yield run


def is_unspaced(text: str) -> bool:
    """Whether a text is of a script without spaces between words, all of it."""
    return _RUNS.fullmatch(text) is not None
