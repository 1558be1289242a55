"""HTML as it is laid out: what its text is, and where lines end.

Text needs the tags of HTML but not its tree, and building the tree is what hostile documents make
slow: every parser that repairs overlapping elements takes quadratic time for some of them. So this
is one pass over the tags, linear in the document by construction.
"""

from __future__ import annotations

import html
import re
from typing import ClassVar, Final

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
_CITES: Final = re.compile(r"type\s*=\s*[\"']?cite|class\s*=\s*[\"']?gmail_quote", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([a-zA-Z:-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_ATTRIBUTES_READ: Final = 2_500
"""Characters of a tag that are searched for what it says."""


def lay_out(source: str, layout: Layout) -> None:
    """Read a document; never raises, whatever it is."""
    styled = layout.styled
    position = 0
    hidden: tuple[str, ...] = ()
    preformatted = 0
    while position < len(source):
        start = source.find("<", position)
        if start < 0:
            start = len(source)
        if start > position and not hidden:
            layout.add(_unescaped(source[position:start]), preformatted > 0)
        if start == len(source):
            break
        tag = _TAG.match(source, start)
        if tag is None:
            position = _end_of_other(source, start)
            if position == start + 1 and not hidden:
                layout.add("<", preformatted > 0)
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
        else:
            if name in styled:
                layout.style(name, source[tag.end() : position], closing=closing)
            if name == "br":
                layout.line_break()
            elif name in ("td", "th"):
                layout.space = True
            elif name in _BLOCKS:
                layout.block(2 if name in _SPACED else 1)
                if name == "blockquote":
                    cites = _CITES.search(source, tag.end(), min(position, tag.end() + _ATTRIBUTES_READ))
                    layout.quote(cites is not None, closing=closing)
                elif name == "li" and not closing:
                    layout.add("* ", preformatted=False)
                elif name == "pre":
                    preformatted = max(0, preformatted + (-1 if closing else 1))


def attribute(attributes: str, name: str) -> str:
    """The value of an attribute in what stands in a tag behind its name; ``""`` without it."""
    for found in _ATTRIBUTE.finditer(attributes[:_ATTRIBUTES_READ]):
        if found[1].lower() == name:
            return _unescaped(found[2].strip("\"'")).strip()
    return ""


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


class Layout:
    """Takes a document as it is read: white space collapsed, blocks on lines of their own.

    What a line begins with, and what elements look like, a kind of text says itself.
    """

    styled: ClassVar[frozenset[str]] = frozenset()
    """The elements whose tags are asked for."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.breaks = 0
        """Line breaks that are due before the next text."""
        self.space = False
        """A space is due before the next text."""
        self.begun = False
        """There has been text."""
        self.depth = self.depth_before = 0
        """How deep the next text is cited, and how deep the last one was."""
        self._quotes: list[bool] = []
        """Of each open block quotation, whether it cites a message."""

    def block(self, breaks: int) -> None:
        if self.begun:
            self.breaks = max(self.breaks, breaks)
        self.space = False

    def line_break(self) -> None:
        self.breaks += 1
        self.space = False

    def quote(self, cites: bool, *, closing: bool) -> None:
        if not closing:
            self._quotes.append(cites)
            self.depth += cites
        elif self._quotes:
            self.depth -= self._quotes.pop()

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

    def style(self, name: str, attributes: str, *, closing: bool) -> None:
        """The tag of an element of ``styled``, with what stands in it behind the name."""

    def write(self, text: str) -> None:
        """Put text behind the line breaks or the space that are due."""
        raise NotImplementedError

    def _write(self, text: str) -> None:
        self.write(text)
        self.begun, self.breaks, self.space, self.depth_before = True, 0, False, self.depth
