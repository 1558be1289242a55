"""RTF as HTML: what it was made from, or what it says."""

from __future__ import annotations

import html
import re
from typing import Final

from overair.items.plain_html import escaped, is_safe_link
from overair.items.rtf.reading import PLAIN, Link, Style, read
from overair.items.rtf.tokens import Mark
from overair.items.text import with_pairs_joined

_MADE_FROM_HTML: Final = re.compile(rb"\\fromhtml1(?![0-9])")
_HEAD: Final = 1_024
"""Bytes at the beginning in which the RTF says what it was made from."""
_MARKS: Final = {Mark.PARAGRAPH: "<br>\n", Mark.LINE: "<br>\n", Mark.CELL: " \xa0 \xa0", Mark.ROW: "<br>\n"}
_TAGS: Final = {name: (f"<{name}>", f"</{name}>") for name in ("b", "i", "u", "s", "sup", "sub")}
_DOCUMENT: Final = ("<html><body><div>", "</div></body></html>")


def is_made_from_html(rtf: bytes) -> bool:
    """Whether the RTF holds the HTML from which it was made (MS-OXRTFEX)."""
    return _MADE_FROM_HTML.search(rtf, 0, _HEAD) is not None


def to_html(rtf: bytes) -> str:
    """The HTML from which RTF was made; of other RTF its text, its emphasis and its links as HTML.

    Never raises, whatever the bytes. What was HTML is as safe as its author made it.
    """
    if is_made_from_html(rtf):
        original = _Original()
        read(rtf, original)
        return with_pairs_joined("".join(original.pieces))
    made = _Made()
    read(rtf, made)
    made.change(PLAIN)
    return with_pairs_joined("".join([_DOCUMENT[0], *made.pieces, _DOCUMENT[1]]))


class _Original:
    """The HTML as it was: its tags, and between them the text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def text(self, text: str, style: Style) -> None:
        self.pieces.append(html.escape(text, quote=False).replace("\xa0", "&nbsp;"))

    def mark(self, mark: Mark) -> None:
        self.pieces.append("\n")

    def html(self, source: str) -> None:
        self.pieces.append(source)


class _Made:
    """HTML that looks like the RTF."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._style = PLAIN
        self._open: list[str] = []
        self._link: Link | None = None

    def text(self, text: str, style: Style) -> None:
        if style is not self._style and style != self._style:
            self.change(style)
        self.pieces.append(escaped(text))

    def mark(self, mark: Mark) -> None:
        self.pieces.append(_MARKS[mark])

    def html(self, source: str) -> None:
        """Nothing: only RTF that was made from HTML holds any."""

    def change(self, style: Style) -> None:
        """End the elements of the style before, and begin those of another one."""
        self.pieces += [_TAGS[name][1] for name in reversed(self._open)]
        if style.link is not self._link:
            if self._link is not None:
                self.pieces.append("</a>")
            self._link = None
            if style.link is not None and style.link.target:
                # Once for each field: a long address that is said again and again is a bomb.
                target, style.link.target = style.link.target, ""
                if is_safe_link(target):
                    self.pieces.append(f'<a href="{html.escape(target)}">')
                    self._link = style.link
        self._style = style
        self._open = [
            name
            for name, on in (
                ("b", style.bold),
                ("i", style.italic),
                ("u", style.underline),
                ("s", style.strike),
                (style.script, style.script),
            )
            if on
        ]
        self.pieces += [_TAGS[name][0] for name in self._open]
