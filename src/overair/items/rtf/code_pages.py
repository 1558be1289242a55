"""The character sets of RTF: those of a document, and of each font."""

from __future__ import annotations

from typing import Final

FALLBACK: Final = "cp1252"
OF_DOCUMENT: Final = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
"""The control words that say a document's character set."""
_UNUSUAL: Final = {
    0: FALLBACK,
    42: FALLBACK,
    708: "iso8859-6",
    936: "gb18030",
    950: "cp950",
    1361: "johab",
    10000: "mac_roman",
    10001: "cp932",
    10002: "cp950",
    10003: "cp949",
    10006: "mac_greek",
    10007: "mac_cyrillic",
    10008: "gb18030",
    10029: "mac_latin2",
    10079: "mac_iceland",
    10081: "mac_turkish",
    20866: "koi8_r",
    20936: "gb18030",
    21866: "koi8_u",
    51932: "euc_jp",
    51949: "euc_kr",
    54936: "gb18030",
    65001: "utf-8",
} | {28590 + part: f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)}
_DOS: Final = (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869)
_WINDOWS: Final = frozenset([*_DOS, 874, 932, 949, *range(1250, 1259)])
OF_FONT: Final = {
    0: "cp1252",
    77: "mac_roman",
    78: "cp932",
    79: "cp949",
    80: "gb18030",
    81: "cp950",
    85: "mac_greek",
    86: "mac_turkish",
    88: "cp874",
    89: "mac_latin2",
    90: "mac_cyrillic",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
"""The values of fcharset; what is missing is the document's own character set."""


def codec_of_page(number: int) -> str:
    """The codec of a Windows code page; that of Western text where it is unknown."""
    found = _UNUSUAL.get(number)
    return found if found is not None else f"cp{number}" if number in _WINDOWS else FALLBACK
