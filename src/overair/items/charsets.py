"""Character sets as mail names them: found, guessed where they are wrong, and their code page numbers."""

from __future__ import annotations

import codecs
import re
from typing import Final

from charset_normalizer import CharsetMatch, CharsetMatches, from_bytes

FALLBACK: Final = "cp1252"
_GUESS_BYTES: Final = 4_096
"""How much is looked at in guessing; the guess costs much more than the decoding."""
_ADJACENT: Final = re.compile(rb"[\x80-\xff]{2}")
"""What no East Asian text is without, and a European one mostly is: one accent does not make it Chinese."""
_CANDIDATES: Final = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "cp949", "gb18030", "big5"),
)
"""What a guess can be: the character sets that mail came in without saying so. Each one costs time."""
_CENTRAL: Final = re.compile(rb"[\x8a\x8d-\x8f\x9a\x9d-\x9f]")
"""S, T and Z with a caron or an acute in cp1250: no Western text has one, most Central European ones do."""
_NOT_CHARSETS: Final = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
"""Python's codecs that are no character sets, some of them slow on hostile input."""
_WIDER: Final = {"ascii": "utf-8", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""What a label is taken to mean, a superset, as browsers do (WHATWG Encoding)."""

_CODE_PAGES: Final = {
    "ascii": 20127,
    "utf-8": 65001,
    "utf-7": 65000,
    "utf-16": 1200,
    "utf-16-le": 1200,
    "utf-16-be": 1201,
    "cp1252": 1252,
    "cp1250": 1250,
    "cp1251": 1251,
    "cp1253": 1253,
    "cp1254": 1254,
    "cp1255": 1255,
    "cp1256": 1256,
    "cp1257": 1257,
    "cp1258": 1258,
    "cp874": 874,
    "koi8-r": 20866,
    "koi8-u": 21866,
    "iso2022_jp": 50220,
    "iso2022_kr": 50225,
    "shift_jis": 932,
    "cp932": 932,
    "euc_jp": 51932,
    "euc_kr": 51949,
    "cp949": 949,
    "gb2312": 936,
    "gbk": 936,
    "gb18030": 54936,
    "hz": 52936,
    "big5": 950,
} | {f"iso8859-{number}": 28590 + number for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)}


def codec_of(label: str) -> str | None:
    """The name of Python's codec for a charset label, or None for one that is unknown."""
    if not label or not label.isascii():
        return None
    try:
        codec = codecs.lookup(label.strip("'\" "))
    except (LookupError, ValueError):
        return None
    # Python's own list of codecs that are no text encodings (hex, rot13) is a private attribute.
    if codec.name in _NOT_CHARSETS or not getattr(codec, "_is_text_encoding", True):
        return None
    return codec.name


def code_page(label: str) -> str:
    """The InternetCPID of a charset label; UTF-8's where it is unknown."""
    return str(_CODE_PAGES.get(codec_of(label) or "", 65001))


def resolve(label: str, data: bytes) -> str:
    """The codec to read text with that claims a charset; guessed where the claim does not fit."""
    codec = codec_of(label)
    if codec is not None and _WIDER.get(codec, codec) != "utf-8":
        return _WIDER.get(codec, codec)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "utf-8" if codec == "utf-8" and _is_nearly_utf8(data) else _guess(data)
    return "utf-8"


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether most characters beyond ASCII are sound: a text that was cut or damaged somewhere."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) > 10 * damaged


def _guess(data: bytes) -> str:
    # Some ASCII at the start tells nothing: look at the surroundings of the first other byte.
    first = next((position for position, byte in enumerate(data[:1_000_000]) if byte >= 0x80), 0)
    start = max(0, first - 256)
    sample = data[start : start + _GUESS_BYTES]
    matches = from_bytes(sample, cp_isolation=list(_CANDIDATES), preemptive_behaviour=False)
    best = matches.best()
    codec = codec_of(best.encoding) if best is not None else None
    if best is None or codec is None:
        return FALLBACK
    if codec == "cp1250" and not _CENTRAL.search(sample) and _western(matches, best):
        return FALLBACK
    if not _ADJACENT.search(sample) and len(decode(sample, codec)) < len(sample):
        return FALLBACK
    return _WIDER.get(codec, codec)


def _western(matches: CharsetMatches, central: CharsetMatch) -> bool:
    """Whether the text reads as well in cp1252: the two have most letters at the same places."""
    return any(
        FALLBACK in match.could_be_from_charset
        and match.chaos <= central.chaos
        and match.coherence >= central.coherence
        for match in matches
    )


def decode(data: bytes, codec: str) -> str:
    """Text in a codec that ``resolve`` gave; what does not fit becomes U+FFFD."""
    return data.decode(codec, "replace")


def decode_start(data: bytes, codec: str) -> str:
    """The text of bytes that may end inside a character, which is left out."""
    return codecs.getincrementaldecoder(codec)("replace").decode(data)
