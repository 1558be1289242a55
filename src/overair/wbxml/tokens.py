"""The global tokens of WBXML and the tables that both directions of the codec use."""

from __future__ import annotations

from typing import Final

import overair.wbxml.pages  # noqa: F401  # fills CODE_PAGES
from overair.wbxml.codepage import CODE_PAGES
from overair.wbxml.element import Tag

SWITCH_PAGE: Final = 0x00
END: Final = 0x01
INLINE_STRING: Final = 0x03
OPAQUE: Final = 0xC3

CONTENT: Final = 0x40
"""The bit of a tag's token that says that content and an END follow."""
ATTRIBUTES: Final = 0x80
"""The bit of a tag's token that says that attributes follow."""

HEADER: Final = b"\x03\x01\x6a\x00"
"""WBXML 1.3, public identifier unknown, UTF-8, an empty string table."""

REFUSED: Final = {
    0x02: "an entity",
    0x04: "a literal tag",
    0x40: "an extension",
    0x41: "an extension",
    0x42: "an extension",
    0x43: "a processing instruction",
    0x44: "a literal tag",
    0x80: "an extension",
    0x81: "an extension",
    0x82: "an extension",
    0x83: "a string table reference",
    0x84: "a literal tag",
    0xC0: "an extension",
    0xC1: "an extension",
    0xC2: "an extension",
    0xC4: "a literal tag",
}
"""The global tokens of features that the algorithm leaves out (MS-ASWBXML_R656)."""


def _tags_by_token(tags: dict[int, Tag]) -> tuple[Tag | None, ...]:
    return tuple(None if token & ATTRIBUTES else tags.get(token & ~CONTENT) for token in range(256))


TAGS: Final = {number: _tags_by_token(page.tags) for number, page in CODE_PAGES.items()}
"""By code page: the tag of each of the 256 bytes, with or without content; None where there is none."""
