"""How the lines of one card are written: its version, and the habits of the program that wrote it."""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from overair.items import charsets
from overair.items.content_lines import folded, parameters, with_parameter, without_word
from overair.items.text import cleaned
from overair.items.vcard.cards import Card
from overair.items.vcard.values import LINE_END
from overair.items.vcard.writing import Line, escaped

OLD, USUAL, NEW = "2.1", "3.0", "4.0"
"""The versions of vCard."""
_QUOTED_PRINTABLE: Final = "QUOTED-PRINTABLE"
_WORDS: Final = (_QUOTED_PRINTABLE, "BASE64", "B", "8BIT", "7BIT")
"""What vCard 2.1 may say of the encoding, as a value alone."""
_NOT_NEW: Final = frozenset({"INTERNET", "PREF"})
"""Types that vCard 4.0 does not have (RFC 6350 A.2)."""
_RELATED: Final = {"Spouse": "spouse", "Child": "child"}
"""Labels of related persons that are types in vCard 4.0."""


class Style(msgspec.Struct, frozen=True):
    """The version of a card, and the spelling of its types."""

    version: str
    line_end: str
    type_name: str = "TYPE"
    repeated: bool = False
    """Each type has a TYPE of its own, as Apple writes it."""
    lower: bool = False

    def escaped(self, text: str | None, *, structured: bool = False) -> str:
        """A text as a value, or as a part of one that has several.

        vCard 2.1 has no backslash before a comma, nor for the end of a line; all its readers take one
        before a semicolon, and this one takes one before itself.
        """
        if self.version != OLD:
            return escaped(text)
        plain = cleaned(text or "").replace("\\", "\\\\").replace(";", "\\;")
        return LINE_END.sub("\r\n", plain.replace(",", "\\,") if structured else plain)

    def head(self, line: Line, group: str = "") -> str:
        """The head of a line that is new to the card."""
        head = f"{group}.{line.name}" if group else line.name
        for name, values in line.parameters.items():
            head += self._types(values) if name == "TYPE" else f";{name}={','.join(values)}"
        return head

    def _types(self, values: Sequence[str]) -> str:
        if self.version == OLD:
            return "".join(f";{value}" for value in values)
        if self.version == NEW:
            values = [value for value in values if value not in _NOT_NEW]
        values = [value.lower() for value in values] if self.lower else values
        if self.repeated:
            return "".join(f";{self.type_name}={value}" for value in values)
        return f";{self.type_name}={','.join(values)}" if values else ""

    def adapted(self, line: Line) -> Line:
        """A line of vCard 3.0 as this version says it."""
        others: Mapping[str, list[str]] = line.parameters
        if self.version == OLD and line.name == "PHOTO":
            return Line("PHOTO", line.value, {"ENCODING": ["BASE64"], "TYPE": others["TYPE"]})
        if self.version != NEW:
            return line
        if line.name == "PHOTO":
            return Line("PHOTO", f"data:image/{others['TYPE'][0].lower()};base64,{line.value}")
        if line.name == "X-ABRELATEDNAMES" and line.label in _RELATED:
            return Line("RELATED", line.value, {"VALUE": ["text"], "TYPE": [_RELATED[line.label]]})
        if line.name in ("BDAY", "X-ABDATE"):
            name = "ANNIVERSARY" if line.label else line.name
            compact = line.value.replace("-", "")
            return Line(name, f"--{compact[4:]}" if "X-APPLE-OMIT-YEAR" in others else compact)
        return line

    def rendered(self, head: str, value: str) -> str:
        """A line with its end; a value that it cannot hold as it is becomes quoted-printable."""
        label, quoted = "", False
        for found in parameters(head):
            name, said = found.name.upper(), found.value.strip('" ').upper()
            quoted = quoted or _QUOTED_PRINTABLE in (said if name == "ENCODING" else "", name)
            label = said if name == "CHARSET" else label
        if not quoted and self.version == OLD and (LINE_END.search(value) or not (label or value.isascii())):
            head, quoted = f"{head};ENCODING={_QUOTED_PRINTABLE}", True
        if not quoted:
            plain = LINE_END.sub(r"\\n", value)
            # The blanks of a fold belong to the value in vCard 2.1; what is folded there is base64.
            is_text = self.version == OLD and "BASE64" not in head.upper()
            line = f"{head}:{plain}"
            return line + self.line_end if is_text else folded(line, self.line_end)
        data = _in_charset(value, label)
        if data is None:
            head, data = with_parameter(head, "CHARSET", "UTF-8"), value.encode("utf-8", "replace")
        soft = binascii.b2a_qp(data, quotetabs=True, istext=False).decode("ascii")
        return f"{head}:{LINE_END.sub(self.line_end, soft)}{self.line_end}"


def _in_charset(value: str, label: str) -> bytes | None:
    """A value in the character set of its CHARSET, if that says it and is read again."""
    if value.isascii() and not label:
        return value.encode("ascii")
    codec = charsets.codec_of(label)
    if codec is None:
        return None
    try:
        data = value.encode(codec)
        return data if charsets.decode(data, charsets.resolve(label, data)) == value else None
    except (UnicodeError, LookupError):
        return None


def as_text_head(head: str) -> str:
    """The head of a property whose value is a text from now on, whatever it was."""
    encoding = next((one for one in parameters(head) if one.name.upper() == "ENCODING"), None)
    if encoding is not None and encoding.value.strip('" ').upper() != _QUOTED_PRINTABLE:
        head = with_parameter(head, "ENCODING", None)
    return without_word(head, *_WORDS[1:])


def style_of(card: Card, line_end: str) -> Style:
    """How a card is written."""
    said = next((one.value.strip() for one in card.properties if one.name == "VERSION"), USUAL)
    version = said if said in (OLD, NEW) else USUAL
    for found in card.properties:
        typed = [one for one in parameters(found.head) if one.name.upper() == "TYPE" and one.value]
        if typed:
            value = typed[0].value.strip('"')
            return Style(version, line_end, typed[0].name, len(typed) > 1, value.islower())
    return Style(version, line_end, lower=version == NEW)
