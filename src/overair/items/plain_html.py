"""Plain text as HTML that shows it alike: lines, runs of spaces, quotations and links.

No style sheet: Outlook's renderer knows no ``white-space: pre-wrap``. The HTML of a start of a text is
a start of the HTML of the whole, but for its last characters (UNDECIDED), so a cut body needs no more of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from overair.items.text import PIECE, utf8_size

UNDECIDED: Final = 64
"""Characters at the end of a start of a text whose HTML depends on what follows."""
DEEPEST_QUOTE: Final = 8
MOST_QUOTES: Final = 2_000
"""Quotations that are shown as such in one text; what follows keeps its signs."""
MOST_LINKS: Final = 2_000
_LINE: Final = 16
"""What a line counts beside its characters, since many short ones take memory."""
_QUOTED_LINE: Final = re.compile(r"^>[> ]{0,30}", re.MULTILINE)
_LINK: Final = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"'`{}|\\^\[\]\x00-\x1f\u3000-\u303f\uff00-\uff0f]{1,2000}", re.IGNORECASE
)
_BEHIND_A_LINK: Final = ".,;:!?*_~)"
"""What ends a sentence and not a link; a bracket, where none was opened in it."""
_ESCAPED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>\n", "\t": " \xa0 \xa0"}
"""The first one first: it stands in the others."""
_PAIR: Final = " \xa0"
"""Two spaces in HTML; as the character itself, which takes less than its name."""
_NO_PAIR: Final = re.compile(r"[^ \r]")
_QUOTE, _END_OF_QUOTE = '<blockquote type="cite">', "</blockquote>"
_FRAGMENT: Final = ("<div>", "</div>")
_DOCUMENT: Final = ("<html><body><div>", "</div></body></html>")
_SAFE_LINK: Final = re.compile(r"(?:https?|ftp|mailto|tel|sms|callto|sip):[^\s<>\"]+", re.IGNORECASE)
"""What a text may link to: nothing that a mail program would run."""


def html_document(text: str) -> str:
    """Plain text as an HTML document."""
    return "".join((_DOCUMENT[0], *_html(text), _DOCUMENT[1]))


def html_document_size(text: str) -> int:
    """The size of ``html_document`` in bytes of UTF-8, without the document, which may be long."""
    return sum(_sizes(text)) + sum(map(len, _DOCUMENT))


def html_fragment(text: str) -> str:
    """Plain text as a piece of HTML."""
    return "".join((_FRAGMENT[0], *_html(text), _FRAGMENT[1]))


def html_fragment_size(text: str) -> int:
    """The size of ``html_fragment`` in bytes of UTF-8."""
    return sum(_sizes(text)) + sum(map(len, _FRAGMENT))


def escaped(text: str) -> str:
    """Plain text as HTML without an element around it, its signs of quotation as they are."""
    return "".join(_escaped(text))


def is_safe_link(target: str) -> bool:
    """Whether a link may lead there: the scheme is one that shows or sends something, not one that runs."""
    return _SAFE_LINK.fullmatch(target) is not None


def _html(text: str) -> Iterator[str]:
    """The HTML of a text, piece by piece."""
    for piece, is_html in _pieces(text):
        if is_html:
            yield piece
        else:
            yield from _escaped(piece)


def _sizes(text: str) -> Iterator[int]:
    """The sizes of pieces of the HTML of a text."""
    return (utf8_size(piece) if is_html else _escaped_size(piece) for piece, is_html in _pieces(text))


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """A text piece by piece: what is HTML, and what is to be escaped; one is quoted as deep as another."""
    links = _Links()
    depth = 0
    for own, piece in _levels(text):
        yield _QUOTE * (own - depth) if own > depth else _END_OF_QUOTE * (depth - own), True
        depth = own
        yield from links.linked(piece)
    yield _END_OF_QUOTE * depth, True


def _levels(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces of whole lines without signs of quotation, and how deep each is quoted."""
    if ">" not in text:
        yield 0, text
        return
    position = depth = quotes = size = 0
    lines: list[str] = []
    while position < len(text):
        quoted = _QUOTED_LINE.search(text, position) if quotes < MOST_QUOTES else None
        start = len(text) if quoted is None else quoted.start()
        own = 0 if quoted is None or start > position else min(quoted[0].count(">"), DEEPEST_QUOTE)
        if lines and (own != depth or size >= PIECE):
            yield depth, "".join(lines)
            lines, size = [], 0
        quotes += own > depth
        depth = own
        if quoted is None or start > position:
            yield 0, text[position:start]
            position = start
            continue
        content = _behind_quotes(quoted, own)
        position = text.find("\n", content) + 1 or len(text)
        lines.append(text[content:position])
        size += position - content + _LINE
    if lines:
        yield depth, "".join(lines)


def _behind_quotes(quoted: re.Match[str], depth: int) -> int:
    """Where the text of a quoted line begins: behind so many signs and one space."""
    place = quoted.start()
    for _ in range(depth):
        place = quoted.string.index(">", place) + 1
    return place + (quoted.string[place : place + 1] == " ")


class _Links:
    """What in a text looks like a link becomes one, a number of times."""

    def __init__(self) -> None:
        self._left = MOST_LINKS

    def linked(self, text: str) -> Iterator[tuple[str, bool]]:
        position = 0
        if "://" in text:
            for found in _LINK.finditer(text):
                target = _without_end(found[0])
                if not self._left or target.endswith("//"):
                    continue
                self._left -= 1
                yield text[position : found.start()], False
                address = html.escape(target)
                yield f'<a href="{address}">{address}</a>', True
                position = found.start() + len(target)
        yield text[position:], False


def _without_end(target: str) -> str:
    """A link without the signs behind it that are the sentence's, of which there are few."""
    for _ in range(8):
        if target[-1] not in _BEHIND_A_LINK or (target[-1] == ")" and target.count("(") >= target.count(")")):
            break
        target = target[:-1]
    return target


def _escaped(text: str) -> Iterator[str]:
    # In pieces: most of them hold no wide characters and take little memory, and other threads have
    # their turn. A line end and a pair of spaces are not parted.
    start = 0
    while start < len(text):
        whole = _NO_PAIR.search(text, start + PIECE)
        end = whole.end() if whole is not None else len(text)
        piece = text[start:end].replace("\r\n", "\n")
        for sign, shown in _ESCAPED.items():
            piece = piece.replace(sign, shown)
        yield piece.replace("  ", _PAIR)
        start = end


def _escaped_size(text: str) -> int:
    """The size of what ``_escaped`` makes of a text, counted: that is several times as fast."""
    if "\t" in text:
        return sum(map(utf8_size, _escaped(text)))  # its spaces and those beside it become pairs
    longer = sum((len(shown) - 1) * text.count(sign) for sign, shown in _ESCAPED.items() if sign != "\t")
    return utf8_size(text) + longer - text.count("\r\n") + text.count("  ")
