"""The text that a reader of RTF sees."""

from __future__ import annotations

from typing import Final

from overair.items import markup
from overair.items.rtf import html
from overair.items.rtf.reading import Style, read
from overair.items.rtf.tokens import Mark
from overair.items.text import with_pairs_joined

_MARKS: Final = {Mark.PARAGRAPH: "\n", Mark.LINE: "\n", Mark.CELL: "\t", Mark.ROW: "\n"}


def to_text(rtf: bytes) -> str:
    """The text of RTF, one paragraph a line; of RTF that was made from HTML the text of that.

    Never raises, whatever the bytes.
    """
    if html.is_made_from_html(rtf):
        return markup.html_to_text(html.to_html(rtf))
    sink = _Text()
    read(rtf, sink)
    return with_pairs_joined("".join(sink.pieces)).rstrip("\n")


class _Text:
    def __init__(self) -> None:
        self.pieces: list[str] = []

    def text(self, text: str, style: Style) -> None:
        self.pieces.append(text)

    def mark(self, mark: Mark) -> None:
        self.pieces.append(_MARKS[mark])

    def html(self, source: str) -> None:
        """Nothing: what it says stands beside it as text, too."""
