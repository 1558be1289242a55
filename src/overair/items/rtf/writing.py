"""RTF made from text and from simple HTML."""

from __future__ import annotations

import re
import struct
from typing import ClassVar, Final

from overair.items.html_layout import Layout, attribute, lay_out
from overair.items.plain_html import is_safe_link
from overair.items.rtf.tokens import BRACE, NUMBER, SYMBOL, TEXT, TOKEN, WORD

_HEAD: Final = r"{\rtf1\ansi\ansicpg1252\uc1\deff0{\fonttbl{\f0\fswiss Arial;}}\pard\plain\f0\fs20 "
_SPECIAL: Final = re.compile(r"[\\{}]|[^\x20-\x5b\x5d-\x7a\x7c\x7e]")
_WORDS: Final = {"\n": "\\par\r\n", "\t": "\\tab ", "\xa0": "\\~", "\r": ""}
_UNIT: Final = struct.Struct("<h")
_LINE_ENDS: Final = re.compile(r"\r\n?")
_HALF: Final = 8
"""Bytes behind the first word of a character of two in which the second one stands."""
_INDENT: Final = 360
"""How far what is cited is indented, in twips."""
_STYLES: Final = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "u": "ul",
    "ins": "ul",
    "s": "strike",
    "strike": "strike",
    "del": "strike",
    "sup": "super",
    "sub": "sub",
    "h1": "b",
    "h2": "b",
    "h3": "b",
    "h4": "b",
    "h5": "b",
    "h6": "b",
    "th": "b",
}
"""Elements with the control word that begins what they look like."""
_ENDS: Final = {"super": "\\nosupersub ", "sub": "\\nosupersub "}
"""Control words that do not end with 0 behind them."""


def from_text(text: str) -> bytes:
    """Plain text as RTF."""
    return (_HEAD + _escaped(_LINE_ENDS.sub("\n", text)) + "}").encode("ascii")


def from_html(source: str) -> bytes:
    """HTML as RTF: its text with its emphasis, its links and the depth of what is cited."""
    layout = _Rtf()
    lay_out(source, layout)
    layout.end()
    return (_HEAD + "".join(layout.pieces) + "}").encode("ascii")


def cut(rtf: bytes, size: int) -> bytes:
    """The longest start of RTF that is RTF of at most ``size`` bytes, its groups closed."""
    depth = position = end = open_there = 0
    paired = 0
    """Where a character of two words ends, if half of it was read."""
    while position < size and (token := TOKEN.match(rtf, position)) is not None:
        position = token.end()
        if token.lastindex == BRACE:
            depth += 1 if token[BRACE] == b"{" else -1
            if depth < 0:
                break
        elif token.lastindex == TEXT:
            # May be a whole paragraph.
            position = min(position, max(token.start(), size - depth))
        elif token[WORD] == b"bin":
            position += max(0, int(token[NUMBER] or 0))
        elif token[WORD] == b"u":
            paired = position + _HALF if 0xD800 <= int(token[NUMBER] or 0) & 0xFFFF < 0xDC00 else 0
        if position + depth > size or position > len(rtf):
            break
        if token[SYMBOL] != b"*" and position > paired:
            end, open_there = position, depth
        if position < token.end():
            break
    return rtf[:end] + b"}" * open_there


def _escaped(text: str) -> str:
    return _SPECIAL.sub(_special, text)


def _special(found: re.Match[str]) -> str:
    character = found[0]
    if character in "\\{}":
        return "\\" + character
    word = _WORDS.get(character)
    if word is not None:
        return word
    if character < " " or character == "\x7f":
        return ""
    # Readers that know no Unicode show a question mark for each unit of UTF-16.
    data = character.encode("utf-16-le", "surrogatepass")
    return "".join(f"\\u{unit[0]}?" for unit in _UNIT.iter_unpack(data))


def _control(word: str, *, on: bool) -> str:
    return f"\\{word} " if on else _ENDS.get(word, f"\\{word}0 ")


class _Rtf(Layout):
    styled: ClassVar[frozenset[str]] = frozenset([*_STYLES, "a"])

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[str, int] = {}
        """The control words in force, with how many elements ask for them."""
        self._in_link = False
        self._indented = 0

    def style(self, name: str, attributes: str, *, closing: bool) -> None:
        if name == "a":
            self._link(attributes, closing=closing)
            return
        word = _STYLES[name]
        count = max(0, self._styles.get(word, 0) + (-1 if closing else 1))
        if bool(count) != bool(self._styles.get(word, 0)):
            self.pieces.append(_control(word, on=count > 0))
        self._styles[word] = count

    def _link(self, attributes: str, *, closing: bool) -> None:
        self._end_link()
        target = "" if closing else attribute(attributes, "href")
        if target.isascii() and is_safe_link(target):
            self._due()
            address = _escaped(target.replace('"', ""))
            self.pieces.append(f'{{\\field{{\\*\\fldinst HYPERLINK "{address}"}}{{\\fldrslt ')
            self._in_link = True

    def _end_link(self) -> None:
        if self._in_link:
            self.pieces.append("}}")
            # What began or ended within the group did so for the group alone.
            self.pieces += [_control(word, on=count > 0) for word, count in self._styles.items()]
            self._in_link = False

    def end(self) -> None:
        self._end_link()

    def write(self, text: str) -> None:
        self._due()
        self.pieces.append(_escaped(_LINE_ENDS.sub("\n", text)))

    def _due(self) -> None:
        """The line breaks or the space before what follows."""
        if self.breaks:
            self.pieces.append("\\par\r\n" * self.breaks)
        elif self.space and self.begun:
            self.pieces.append(" ")
        if self.depth != self._indented:
            self.pieces.append(f"\\li{_INDENT * min(self.depth, 20)} ")
            self._indented = self.depth
        self.breaks, self.space = 0, False
