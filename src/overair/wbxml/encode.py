"""Element trees to WBXML.

Every token but OPAQUE is an ASCII character and text is UTF-8, so what lies between two opaque
values is built as one string and encoded in one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overair.wbxml.codepage import CODE_PAGES
from overair.wbxml.element import Element
from overair.wbxml.tokens import CONTENT, END, HEADER, INLINE_STRING, OPAQUE, SWITCH_PAGE, TAGS

_END: Final = chr(END)
_TEXT_END: Final = "\0" + _END
_OPAQUE: Final = bytes([OPAQUE])
_SWITCH: Final = {page: f"{chr(SWITCH_PAGE)}{chr(page)}" for page in TAGS}
_EMPTY: Final = {tag.key: chr(tag.token) for page in CODE_PAGES.values() for tag in page.tags.values()}
_OPEN: Final = {
    tag.key: chr(tag.token | CONTENT) for page in CODE_PAGES.values() for tag in page.tags.values()
}
_OPEN_TEXT: Final = {key: opening + chr(INLINE_STRING) for key, opening in _OPEN.items()}
_NO_CHARACTERS: Final = bytes(set(range(0x20)) - set(b"\t\n\r"))
"""The control characters, which XML has no way to say."""


def xml_text(text: str) -> str:
    """The text without the characters that XML cannot hold.

    Control characters are left out: a NUL would end an inline string before its time. Surrogates
    and non-characters become a question mark and U+FFFD.
    """
    if text.isprintable():
        return text
    encoded = text.encode("utf-8", "replace")
    clean = encoded.translate(None, _NO_CHARACTERS).decode()
    if "\ufffe" in clean or "\uffff" in clean:
        clean = clean.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return clean


def _number(value: int) -> bytes:
    """An mb_u_int32."""
    if value > 0xFFFF_FFFF:
        raise ValueError(f"{value} bytes of opaque data are too many")
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


def encode(element: Element) -> bytes:
    """The WBXML of a tree; text becomes inline strings and bytes opaque data.

    Characters that XML cannot hold are left out of text, see ``xml_text``. Raises ValueError for
    opaque data of 4 GB or more.
    """
    chunks: list[bytes] = [HEADER]
    parts: list[str] = []
    write = parts.append
    page = 0
    outer: list[Iterator[Element]] = []
    siblings = iter((element,))
    while True:
        for current in siblings:
            tag = current.tag
            if tag.page != page:
                page = tag.page
                write(_SWITCH[page])
            content = current.content
            if not content:
                write(_EMPTY[tag.key])
            elif isinstance(content, str):
                text = content if content.isprintable() else xml_text(content)
                write(f"{_OPEN_TEXT[tag.key]}{text}{_TEXT_END}")
            elif isinstance(content, list):
                write(_OPEN[tag.key])
                outer.append(siblings)
                siblings = iter(content)
                break
            else:
                write(_OPEN[tag.key])
                chunks += ("".join(parts).encode(), _OPAQUE, _number(len(content)), content)
                parts.clear()
                write(_END)
        else:
            if not outer:
                break
            siblings = outer.pop()
            write(_END)
    chunks.append("".join(parts).encode())
    return b"".join(chunks)
