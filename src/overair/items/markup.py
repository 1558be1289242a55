"""HTML to text and back.

Text needs the tags of HTML but not its tree, and building the tree is what hostile documents make
slow: every parser that repairs overlapping elements takes quadratic time for some of them. So this
is one pass over the tags, linear in the document by construction.
"""

from __future__ import annotations

import html
import re
from typing import Final

from overair.items.text import PIECE, utf8_size

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_SPACED: Final = frozenset(
    ["blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"]
)
"""Blocks that have an empty line around them."""
_BLOCKS: Final = _SPACED.union(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "section",
        "summary",
        "tbody",
        "tfoot",
        "thead",
        "tr",
    ],
)
_RAW: Final = {
    name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE)
    for name in ("iframe", "noembed", "script", "style", "textarea", "title", "xmp")
}
"""Elements whose content is not markup, with what ends them; their text is not shown."""
_HIDDEN: Final = {"head": ("head", "body"), "object": ("object",), "template": ("template",)}
"""Elements whose text is not shown, with the tags that end them."""
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_ATTRIBUTES: Final = re.compile(r"""(?:[^>"']++|"[^"]{0,100000}+"|'[^']{0,100000}+')*+""")
"""What stands in a tag behind its name: a sign in a quoted value does not end it.

Values are bounded, so that a quote that nobody closes is not looked for again and again.
"""
_LONG_REFERENCE: Final = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")


_ESCAPED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>\n", "\t": " \xa0 \xa0"}
_ESCAPES: Final = str.maketrans(_ESCAPED)
_SAFE_LINK: Final = re.compile(r"(?:https?|ftp|mailto|tel|sms|callto|sip):[^\s<>\"]+", re.IGNORECASE)
"""What a text may link to: nothing that a mail program would run."""
_PAIR: Final = " \xa0"
"""Two spaces in HTML; as the character itself, which takes less than its name."""
_NO_PAIR: Final = re.compile(r"[^ \r]")
_FRAGMENT: Final = ("<div>", "</div>")
_DOCUMENT: Final = ("<html><body><div>", "</div></body></html>")


def html_document(text: str) -> str:
    """Plain text as an HTML document that shows it alike."""
    return _framed(text, _DOCUMENT)


def html_document_size(text: str) -> int:
    """The size of ``html_document`` in bytes of UTF-8, without the document: it may be six times the text."""
    return _escaped_size(text) + sum(map(len, _DOCUMENT))


def html_fragment(text: str) -> str:
    """Plain text as a piece of HTML: characters escaped, lines and runs of spaces kept.

    No style sheet: Outlook's renderer knows no ``white-space: pre-wrap``.
    """
    return _framed(text, _FRAGMENT)


def html_fragment_size(text: str) -> int:
    """The size of ``html_fragment`` in bytes of UTF-8."""
    return _escaped_size(text) + sum(map(len, _FRAGMENT))


def escaped(text: str) -> str:
    """Plain text as HTML without an element around it."""
    return _framed(text, ("", ""))


def is_safe_link(target: str) -> bool:
    """Whether a link may lead there: the scheme is one that shows or sends something, not one that runs."""
    return _SAFE_LINK.fullmatch(target) is not None


def _framed(text: str, frame: tuple[str, str]) -> str:
    """Text escaped, between two tags."""
    # In pieces: most of them hold no wide characters and take little memory, and other threads have
    # their turn. A line end and a pair of spaces are not parted.
    pieces = [frame[0]]
    start = 0
    while start < len(text):
        whole = _NO_PAIR.search(text, start + PIECE)
        end = whole.end() if whole is not None else len(text)
        piece = text[start:end].replace("\r\n", "\n")
        pieces.append(piece.translate(_ESCAPES).replace("  ", _PAIR))
        start = end
    pieces.append(frame[1])
    return "".join(pieces)


def _escaped_size(text: str) -> int:
    longer = sum(text.count(character) * (utf8_size(said) - 1) for character, said in _ESCAPED.items())
    # A tab begins with a space, too, and may be the second of two.
    pairs = text.replace("\t", " .").count("  ")
    return utf8_size(text) + longer - text.count("\r\n") + pairs * (utf8_size(_PAIR) - 2)


def html_to_text(source: str) -> str:
    """The text that a reader of HTML sees, with line breaks where its blocks end."""
    lines = _Lines()
    position = 0
    hidden: tuple[str, ...] = ()
    preformatted = 0
    while position < len(source):
        start = source.find("<", position)
        if start < 0:
            start = len(source)
        if start > position and not hidden:
            lines.add(_unescaped(source[position:start]), preformatted > 0)
        if start == len(source):
            break
        tag = _TAG.match(source, start)
        if tag is None:
            position = _end_of_other(source, start)
            if position == start + 1 and not hidden:
                lines.add("<", preformatted > 0)
            continue
        closing, name = bool(tag[1]), tag[2].lower()
        position = _end_of_tag(source, tag.end())
        if hidden:
            hidden = () if name in hidden and (closing or name != hidden[0]) else hidden
        elif not closing and name in _RAW:
            end = _RAW[name].search(source, position)
            position = end.start() if end is not None else len(source)
        elif not closing and name in _HIDDEN:
            hidden = _HIDDEN[name]
        elif name == "br":
            lines.line_break()
        elif name in ("td", "th"):
            lines.space = True
        elif name in _BLOCKS:
            lines.block(2 if name in _SPACED else 1)
            if name == "li" and not closing:
                lines.add("* ", preformatted=False)
            elif name == "pre":
                preformatted = max(0, preformatted + (-1 if closing else 1))
    return "".join(lines.pieces).replace("\xa0", " ")


def _end_of_other(source: str, start: int) -> int:
    """Where a comment or declaration at ``start`` ends; just behind the sign where it is neither."""
    if source.startswith("<!--", start):
        end = source.find("-->", start + 4)
        return end + 3 if end >= 0 else len(source)
    if source.startswith(("<!", "<?", "</"), start):
        end = source.find(">", start)
        return end + 1 if end >= 0 else len(source)
    return start + 1


def _end_of_tag(source: str, position: int) -> int:
    """Where the tag whose name ends at ``position`` ends; a sign in a quoted value does not end it."""
    attributes = _ATTRIBUTES.match(source, position)
    end = source.find(">", attributes.end() if attributes is not None else position)
    return end + 1 if end >= 0 else len(source)


def _unescaped(text: str) -> str:
    # A number of thousands of digits is refused by int() within html.unescape.
    return html.unescape(_LONG_REFERENCE.sub("\ufffd", text)) if "&" in text else text


class _Lines:
    """Text as it is laid out: white space collapsed, blocks on lines of their own."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.breaks = 0
        """Line breaks that are due before the next text."""
        self.space = False
        """A space is due before the next text."""

    def block(self, breaks: int) -> None:
        if self.pieces:
            self.breaks = max(self.breaks, breaks)
        self.space = False

    def line_break(self) -> None:
        self.breaks += 1
        self.space = False

    def add(self, text: str, preformatted: bool) -> None:
        if preformatted:
            self._write(text)
            return
        collapsed = _SPACE.sub(" ", text)
        words = collapsed.strip(" ")
        if not words:
            self.space = self.space or bool(collapsed)
            return
        self.space = self.space or collapsed[0] == " "
        self._write(words)
        self.space = collapsed[-1] == " "

    def _write(self, text: str) -> None:
        if self.breaks:
            self.pieces.append("\n" * self.breaks)
        elif self.space and self.pieces:
            self.pieces.append(" ")
        self.breaks, self.space = 0, False
        self.pieces.append(text)
