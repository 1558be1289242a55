"""Reading RTF: one pass over its tokens, linear in its size, without recursion."""

from __future__ import annotations

import re
from typing import Final, Protocol

import msgspec

from overair.items.rtf import code_pages
from overair.items.rtf.tokens import (
    BRACE,
    CHARACTERS,
    DESTINATIONS,
    HEX,
    MARKS,
    NUMBER,
    STARRED_AND_SHOWN,
    SYMBOL,
    SYMBOLS,
    TEXT,
    TOKEN,
    WORD,
    Destination,
    Mark,
)

LONGEST_LINK: Final = 2_000
"""Characters of what a field links to; a longer one is shown as its text alone."""
_HYPERLINK: Final = re.compile(r'\s*HYPERLINK\s+(?:\\[a-z]\s+)*"?([^"\s]+)', re.IGNORECASE)
_MOST_INSTRUCTION: Final = 4_096
"""Characters of a field's instruction that are looked at."""


class Link:
    """What a field links to; one object for each field."""

    def __init__(self, target: str) -> None:
        self.target = target


class Style(msgspec.Struct, frozen=True):
    """How characters look."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    script: str = ""
    """``"sup"``, ``"sub"`` or ``""``."""
    hidden: bool = False
    link: Link | None = None


PLAIN: Final = Style()
_STYLES: Final = {
    b"b": "bold",
    b"i": "italic",
    b"ul": "underline",
    b"uld": "underline",
    b"uldb": "underline",
    b"ulw": "underline",
    b"ulwave": "underline",
    b"strike": "strike",
    b"striked": "strike",
    b"v": "hidden",
}
_SCRIPTS: Final = {b"super": "sup", b"sub": "sub", b"nosupersub": ""}


class Sink(Protocol):
    """What takes a text as it is read."""

    def text(self, text: str, style: Style) -> None:
        """Characters that a reader sees; a pair of surrogates may come in two pieces."""

    def mark(self, mark: Mark) -> None:
        """The end of a paragraph, line, cell or row."""

    def html(self, source: str) -> None:
        """A piece of the HTML from which the RTF was made."""


class _Group(msgspec.Struct):
    """What is in force in a group, and ends with it."""

    destination: Destination = Destination.SHOWN
    font: int = -1
    """The number of the font; -1 for the default one."""
    fallbacks: int = 1
    """Characters behind each Unicode one, for readers that know no Unicode."""
    doubled: bool = False
    """What stands here is in the HTML, too."""
    style: Style = PLAIN


def read(rtf: bytes, sink: Sink) -> None:
    """Give all that a reader of the RTF sees to a sink. Never raises, whatever the bytes."""
    _Reader(sink).read(rtf)


class _Reader:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._group = _Group()
        self._outer: list[_Group] = []
        self._shared = False
        """The innermost group is still one with the group around it."""
        self._codec = code_pages.FALLBACK
        self._fonts: dict[int, str] = {}
        self._default_font = 0
        self._defined_font = 0
        self._bytes = bytearray()
        """Text that is not decoded yet: a character may be in two tokens."""
        self._skip = 0
        """Characters that are to be passed over, since a Unicode one stood for them."""
        self._starred = False
        self._instruction: list[str] = []
        self._instruction_length = 0

    def read(self, rtf: bytes) -> None:
        match_at = TOKEN.match
        position = 0
        while (token := match_at(rtf, position)) is not None:
            position = token.end()
            kind = token.lastindex
            if kind == TEXT:
                self._take(token[TEXT])
            elif kind == HEX:
                self._take(bytes.fromhex(token[HEX].decode()))
            elif kind == BRACE:
                if token[BRACE] == b"{":
                    self._open()
                elif not self._close():
                    break
            elif kind == SYMBOL:
                self._symbol(token[SYMBOL])
            elif kind is not None:
                number = token[NUMBER]
                if token[WORD] == b"bin":
                    position += max(0, int(number or 0))
                self._word(token[WORD], None if number is None else int(number))
        self._flush()

    def _open(self) -> None:
        self._flush()
        self._skip = 0
        self._outer.append(self._group)
        self._shared = True

    def _close(self) -> bool:
        """End a group; False where it was the outermost one."""
        self._flush()
        self._skip, self._starred = 0, False
        if not self._outer:
            return False
        ended, self._group = self._group, self._outer.pop()
        self._shared = bool(self._outer) and self._group is self._outer[-1]
        if ended is not self._group and ended.destination is Destination.INSTRUCTION:
            self._end_instruction()
        return bool(self._outer)

    def _own(self) -> _Group:
        """The innermost group, to be changed."""
        if self._shared:
            self._group = msgspec.structs.replace(self._group)
            self._shared = False
        return self._group

    def _take(self, data: bytes) -> None:
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        self._bytes += data

    def _symbol(self, symbol: bytes) -> None:
        if self._skip:
            self._skip -= 1
        elif symbol in b"\\{}":
            self._bytes += symbol
        elif symbol in b"\r\n":
            self._mark(Mark.PARAGRAPH)
        elif symbol == b"*":
            self._starred = True
        else:
            self._say(SYMBOLS.get(symbol, ""))

    def _word(self, word: bytes, number: int | None) -> None:
        self._flush()
        starred, self._starred = self._starred, False
        if word == b"u":
            self._skip = self._group.fallbacks
            self._say(_character(number or 0))
        elif self._skip:
            self._skip -= 1
        elif word in DESTINATIONS:
            self._begin(DESTINATIONS[word])
        elif starred and word not in STARRED_AND_SHOWN:
            self._begin(Destination.SKIPPED)
        elif self._group.destination is Destination.FONTS:
            self._font(word, number or 0)
        elif word in MARKS:
            self._mark(MARKS[word])
        elif word in CHARACTERS:
            self._say(CHARACTERS[word])
        else:
            self._format(word, number)

    def _begin(self, destination: Destination) -> None:
        if self._group.destination is not Destination.SKIPPED:
            self._own().destination = destination
            self._instruction, self._instruction_length = [], 0

    def _font(self, word: bytes, number: int) -> None:
        if word == b"f":
            self._defined_font = number
        elif word == b"fcharset" and number in code_pages.OF_FONT:
            self._fonts[self._defined_font] = code_pages.OF_FONT[number]
        elif word == b"cpg":
            self._fonts[self._defined_font] = code_pages.codec_of_page(number)

    def _format(self, word: bytes, number: int | None) -> None:
        """What changes how the text behind it is read or looks."""
        if word == b"f":
            self._own().font = number or 0
        elif word == b"uc":
            self._own().fallbacks = min(max(0, number or 0), 8)
        elif word == b"htmlrtf":
            self._own().doubled = number != 0
        elif word == b"plain":
            group = self._own()
            group.style, group.font = Style(link=group.style.link), -1
        elif word in _STYLES or word == b"ulnone" or word in _SCRIPTS:
            self._style(word, number)
        elif word == b"deff":
            self._default_font = number or 0
        elif word == b"ansicpg":
            self._codec = code_pages.codec_of_page(number or 0)
        elif word.decode() in code_pages.OF_DOCUMENT:
            self._codec = code_pages.OF_DOCUMENT[word.decode()]

    def _style(self, word: bytes, number: int | None) -> None:
        group = self._own()
        name, value = ("script", _SCRIPTS[word]) if word in _SCRIPTS else ("", "")
        if name:
            group.style = msgspec.structs.replace(group.style, script=value if number != 0 else "")
        else:
            on = word != b"ulnone" and number != 0
            group.style = msgspec.structs.replace(group.style, **{_STYLES.get(word, "underline"): on})

    def _flush(self) -> None:
        """Decode what has come together of one character set."""
        if self._bytes:
            codec = self._codec
            if self._group.destination is not Destination.HTML:
                font = self._group.font if self._group.font >= 0 else self._default_font
                codec = self._fonts.get(font, codec)
            data, self._bytes = bytes(self._bytes), bytearray()
            self._say(data.decode(codec, "replace"))

    def _mark(self, mark: Mark) -> None:
        self._flush()
        group = self._group
        if group.destination is Destination.HTML:
            self._sink.html("\n")
        elif group.destination is Destination.SHOWN and not (group.doubled or group.style.hidden):
            self._sink.mark(mark)

    def _say(self, text: str) -> None:
        """Characters, to where the group's belong."""
        if not text:
            return
        self._flush()
        group = self._group
        if group.destination is Destination.SHOWN:
            if not (group.doubled or group.style.hidden):
                self._sink.text(text, group.style)
        elif group.destination is Destination.HTML:
            self._sink.html(text)
        elif group.destination is Destination.INSTRUCTION and self._instruction_length < _MOST_INSTRUCTION:
            self._instruction.append(text)
            self._instruction_length += len(text)

    def _end_instruction(self) -> None:
        """What follows in the field is the text of a link, if the field is one."""
        found = _HYPERLINK.match("".join(self._instruction)[:_MOST_INSTRUCTION])
        if found is not None and len(found[1]) <= LONGEST_LINK:
            group = self._own()
            group.style = msgspec.structs.replace(group.style, link=Link(found[1]))


def _character(number: int) -> str:
    """The character of a number of 16 bits that may have been written as a negative one."""
    return chr(number & 0xFFFF) if number & 0xFFFF else ""
