"""What RTF consists of: its tokens, the control words that stand for characters, and its destinations."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

TOKEN: Final = re.compile(
    rb"\\(?:([a-zA-Z]+)(?:(-?[0-9]{1,9})[0-9]*)? ?|'([0-9a-fA-F]{2})|([^a-zA-Z]))"
    rb"|([{}])|([^\\{}\r\n\x00]+)|[\r\n\x00]+|\\"
)
"""A control word with its number, a byte in hexadecimal, a control symbol, a brace, text, or nothing."""
WORD, NUMBER, HEX, SYMBOL, BRACE, TEXT = range(1, 7)
"""The groups of TOKEN."""


class Mark(Enum):
    """What stands in a text beside its characters."""

    PARAGRAPH = auto()
    LINE = auto()
    CELL = auto()
    ROW = auto()


MARKS: Final = {
    b"par": Mark.PARAGRAPH,
    b"sect": Mark.PARAGRAPH,
    b"page": Mark.PARAGRAPH,
    b"line": Mark.LINE,
    b"softline": Mark.LINE,
    b"cell": Mark.CELL,
    b"nestcell": Mark.CELL,
    b"row": Mark.ROW,
    b"nestrow": Mark.ROW,
}
CHARACTERS: Final = {
    b"tab": "\t",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"bullet": "\u2022",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"qmspace": "\u2005",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
    b"zwbo": "\u200b",
    b"zwnbo": "\u2060",
    b"ltrmark": "\u200e",
    b"rtlmark": "\u200f",
}
SYMBOLS: Final = {b"~": "\xa0", b"_": "\u2011", b"-": "", b"|": "", b":": ""}
"""Control symbols with what they stand for; hyphens that may be are none here."""


class Destination(Enum):
    """What the text of a group is for."""

    SHOWN = auto()
    SKIPPED = auto()
    FONTS = auto()
    INSTRUCTION = auto()
    """What a field is, such as a link."""
    HTML = auto()
    """A piece of the HTML from which the RTF was made (MS-OXRTFEX)."""


DESTINATIONS: Final = {
    b"fonttbl": Destination.FONTS,
    b"fldinst": Destination.INSTRUCTION,
    b"htmltag": Destination.HTML,
} | dict.fromkeys(
    b"colortbl stylesheet info pict nonshppict objdata objclass objname header headerl headerr headerf "
    b"footer footerl footerr footerf ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn listtable "
    b"listoverridetable rsidtbl filetbl revtbl xe tc txe rxe bkmkstart bkmkend datafield private fontemb "
    b"fontfile falt panose sn sv sp themedata colorschememapping datastore latentstyles generator "
    b"mhtmltag".split(),
    Destination.SKIPPED,
)
"""The destinations that are not shown as text; what begins with a star and is not known is none, too."""
STARRED_AND_SHOWN: Final = frozenset([b"shpinst", b"shptxt", b"nesttableprops", b"footnote"])
"""Destinations with a star that hold text that a reader sees."""
