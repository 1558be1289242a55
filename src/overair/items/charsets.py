"""Character sets as mail names them: found, guessed where they are wrong, and their code page numbers."""

from __future__ import annotations

import codecs
import re
from typing import Final

from overair.items import charset_guesses, iso_2022_jp

_NOT_CHARSETS: Final = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
"""Python's codecs that are no character sets, some of them slow on hostile input."""
_WIDER: Final = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "big5": "cp950",
    "iso2022_jp_1": "iso2022_jp",
    "iso2022_jp_ext": "iso2022_jp",
}
"""What a label is taken to mean, a superset, as browsers do (WHATWG Encoding)."""
_ALIASES: Final = {
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "csiso88598i": "iso8859-8",
    "csiso88598e": "iso8859-8",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "windows-31j": "cp932",
    "cswindows31j": "cp932",
    "windows-936": "gb18030",
    "csgb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gb2312_charset": "gb18030",
    "windows-949": "cp949",
    "windows-950": "cp950",
    "koi8-ru": "koi8-u",
    "mac-cyrillic": "mac-cyrillic",
    "mac-ce": "mac-latin2",
    "mac-centraleurroman": "mac-latin2",
    "mac-roman": "mac-roman",
    "mac-greek": "mac-greek",
    "mac-turkish": "mac-turkish",
    "mac-icelandic": "mac-iceland",
    "mac-croatian": "mac-croatian",
    "mac-romanian": "mac-romanian",
    "mac-japanese": "cp932",
    "mac-korean": "cp949",
    "mac-chinesesimp": "gb18030",
    "mac-chinesetrad": "cp950",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "unicode": "utf-16",
    "iso-10646-ucs-4": "utf-32",
}
"""Labels that Python does not know, without the ``x-`` that they may begin with."""
_NUMBERED: Final = re.compile(r"(?:windows|win|cp|ibm|dos|ms)[-_ ]?([0-9]{3,5})")
_PART_OF_8859: Final = re.compile(r"(?:iso[-_ ]?)?8859[-_ ]?([0-9]{1,2})(?![0-9]).*")
_SINGLE_BYTE: Final = ("cp12", "cp4", "cp8", "iso8859", "koi8", "mac-")
"""How the codecs begin that have a character for nearly every byte, so any text seems to be in them."""
_SEVERAL: Final = re.compile(rb"(?:[\x80-\xff][\x00-\x7f]*){9}")
_ESCAPES: Final = (b"\x1b", b"\x0e", b"~{", b"+")
"""Without one of these, seven bits are ASCII in every character set."""
_JAPANESE: Final = (b"\x1b$@", b"\x1b$B")
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META: Final = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,500}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_META_BYTES: Final = 4_096
"""How much of a document is searched for what it says of its character set."""

_CODE_PAGES: Final = {
    "ascii": 20127,
    "utf-8": 65001,
    "utf-7": 65000,
    "utf-16": 1200,
    "utf-16-le": 1200,
    "utf-16-be": 1201,
    "utf-32": 12000,
    "cp874": 874,
    "tis-620": 874,
    "iso8859-11": 874,
    "koi8-r": 20866,
    "koi8-u": 21866,
    "iso2022_jp": 50220,
    "iso2022_kr": 50225,
    "shift_jis": 932,
    "cp932": 932,
    "euc_jp": 51932,
    "euc_kr": 51949,
    "cp949": 949,
    "johab": 1361,
    "gb2312": 936,
    "gbk": 936,
    "gb18030": 54936,
    "hz": 52936,
    "big5": 950,
    "cp950": 950,
    "big5hkscs": 950,
    "mac-roman": 10000,
    "mac-greek": 10006,
    "mac-cyrillic": 10007,
    "mac-latin2": 10029,
    "mac-turkish": 10081,
    **{f"cp{number}": number for number in (437, 850, 852, 855, 857, 858, 862, 866, *range(1250, 1259))},
    **{f"iso8859-{number}": 28590 + number for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)},
}


def codec_of(label: str) -> str | None:
    """The name of Python's codec for a charset label, or None for one that is unknown."""
    label = label.strip("'\" ;").lower()
    if not label or not label.isascii():
        return None
    plain = label.removeprefix("x-").removeprefix("x-")
    for name in (label, plain, _ALIASES.get(plain), *_other_names(plain)):
        found = _known(name) if name else None
        if found is not None:
            return found
    return None


def _other_names(label: str) -> list[str]:
    """How Python may call what a label with a number means."""
    found = [f"cp{match[1]}" for match in (_NUMBERED.fullmatch(label),) if match is not None]
    return found + [f"iso8859-{match[1]}" for match in (_PART_OF_8859.fullmatch(label),) if match is not None]


def _known(name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Python's own list of codecs that are no text encodings (hex, rot13) is a private attribute.
    if codec.name.replace("-", "_") in _NOT_CHARSETS or not getattr(codec, "_is_text_encoding", True):
        return None
    return codec.name


def code_page(label: str) -> str:
    """The InternetCPID of a charset label; UTF-8's where it is unknown."""
    return str(_CODE_PAGES.get(codec_of(label) or "", 65001))


def resolve(label: str, data: bytes, *, is_html: bool = False) -> str:
    """The codec to read text with that claims a charset; guessed where the claim does not fit.

    A mark at the beginning goes before every label; where HTML has no label that means anything, what it
    says itself is believed.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return codec
    named = codec_of(label)
    claimed = named and _WIDER.get(named, named)
    if data.isascii():
        return _of_seven_bits(claimed, data, is_html)
    utf_8 = _fits("utf-8", data)
    if (
        not (claimed is None or claimed == "utf-8" or claimed.startswith(_SINGLE_BYTE))
        and not (utf_8 and _SEVERAL.search(data))
        and _fits(claimed, data)
    ):
        # Two or three characters of East Asia make sense as UTF-8 by chance.
        return claimed
    if utf_8:
        # No longer text does, so that is what it is, whatever a program says that knows one character set.
        return "utf-8"
    if claimed is None or named == "ascii":
        # ASCII is what programs say that did not look.
        claimed = _said_within(data) if is_html else None
    if claimed is not None and (claimed.startswith("utf-16") or charset_guesses.is_nearly(claimed, data)):
        return claimed
    guessed = charset_guesses.guess(data)
    return _WIDER.get(guessed, guessed)


def _of_seven_bits(claimed: str | None, data: bytes, is_html: bool) -> str:
    """The codec of text without a byte beyond ASCII, which may be in escapes all the same."""
    if claimed in (None, "utf-8") and any(sign in data for sign in _ESCAPES):
        own = _said_within(data) if is_html else None
        return own or (iso_2022_jp.NAME if any(sign in data for sign in _JAPANESE) else "utf-8")
    return claimed or "utf-8"


def _said_within(data: bytes) -> str | None:
    """What HTML says itself, which cannot be UTF-16 where it can be read."""
    found = _META.search(data, 0, _META_BYTES)
    codec = codec_of(found[1].decode("ascii", "ignore")) if found is not None else None
    return None if codec is None or codec.startswith(("utf-16", "utf-32")) else _WIDER.get(codec, codec)


def _fits(codec: str, data: bytes) -> bool:
    if codec == iso_2022_jp.NAME:
        return data.isascii()
    try:
        data.decode(codec)
    except UnicodeError:
        return False
    return True


def decode(data: bytes, codec: str) -> str:
    """Text in a codec that ``resolve`` gave; what does not fit becomes U+FFFD."""
    if codec == iso_2022_jp.NAME:
        return iso_2022_jp.decode(data)
    return data.decode(codec, "replace")


def decode_start(data: bytes, codec: str) -> str:
    """The text of bytes that may end inside a character, which is left out."""
    if codec == iso_2022_jp.NAME:
        return iso_2022_jp.decode(data, complete=False)
    return codecs.getincrementaldecoder(codec)("replace").decode(data)
