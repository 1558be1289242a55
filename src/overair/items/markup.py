"""HTML to text."""

from __future__ import annotations

from typing import Final

from overair.items.html_layout import Layout, lay_out

_DEEPEST_QUOTE: Final = 8


def html_to_text(source: str) -> str:
    """The text that a reader of HTML sees: line breaks where blocks end, signs before what is cited."""
    text = _Text()
    lay_out(source, text)
    return "".join(text.pieces).replace("\xa0", " ")


class _Text(Layout):
    def write(self, text: str) -> None:
        depth = min(self.depth, _DEEPEST_QUOTE)
        sign = ">" * depth + " " if depth else ""
        if self.breaks:
            self.pieces.append(("\n" + ">" * min(depth, self.depth_before)) * (self.breaks - 1) + "\n" + sign)
        elif not self.begun:
            self.pieces.append(sign)
        elif self.space:
            self.pieces.append(" ")
        self.pieces.append(text.replace("\n", "\n" + sign) if depth else text)
