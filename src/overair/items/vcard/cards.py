"""vCard files as cards of properties: lines folded, soft-broken, quoted-printable, grouped.

This is one pass, linear in the text. (vobject's reader takes exponential time for some lines, gives up a
whole file for one bad line, fails on character sets that it does not know, and misreads a backslash at
the end of a value.)
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

import msgspec

from overair.items import charsets
from overair.items.content_lines import split
from overair.items.text import cleaned

CARD_CHARACTERS: Final = 16_000_000
"""The most of one card; photographs of several megabytes are met, and are left out one by one."""
CARD_PROPERTIES: Final = 5_000
ESCAPED_CHARACTERS: Final = 1_000_000
"""The most of a data URI that is not in base64: each escape takes eighty times its size while it is read."""
_LINE: Final = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_PROPERTY: Final = re.compile(
    r"""[ ]*+(?:([\w-]++)\.)?+([\w-]++)((?:;[^":;]*+(?:"[^"]*+"[^":;]*+)*+)*+)[ ]*+:(.*+)""",
    re.ASCII | re.DOTALL,
)
_PARAMETER: Final = re.compile(r""";((?:[^";]|"[^"]*+")*+)""")
_BASE64_LINE: Final = re.compile(r"[A-Za-z0-9+/]++={0,2}", re.ASCII)
_QUOTED_PRINTABLE: Final = "QUOTED-PRINTABLE"
_BASE64: Final = frozenset({"B", "BASE64"})
_ESCAPED: Final = re.compile(r'\\([\\;,:"nN])')
"""What a backslash stands before; the colon and the quotation mark are Apple's and Google's."""
_SPACE: Final = str.maketrans("", "", " \t\r\n")
_EXTENSION: Final = re.compile(r"X-(?:EVOLUTION-)?+")


class Property(msgspec.Struct, frozen=True):
    """One property of a card; names, groups and types are in capitals, the value is still escaped."""

    name: str
    group: str
    types: frozenset[str]
    """The values of TYPE, and the parameters of vCard 2.1 that are a value alone; without ``X-``."""
    parameters: dict[str, str]
    value: str
    head: str = ""
    """What stands before the colon, as it does: group, name and parameters."""
    start: int = 0
    end: int = 0
    """Where its lines stand in the text that was read."""

    @property
    def text(self) -> str:
        """The value as one text."""
        return unescaped(self.value).strip()

    @property
    def values(self) -> list[str]:
        """The texts that commas part."""
        return [unescaped(value).strip() for value in split(self.value, ",")]

    def components(self, count: int, separator: str = ",") -> list[str]:
        """The parts of a structured value, at least ``count``; the values in a part are joined."""
        texts = [separator.join(map(unescaped, split(part, ","))).strip() for part in split(self.value, ";")]
        return texts + [""] * (count - len(texts))

    @property
    def preference(self) -> int:
        """1 for the most preferred to 101 for no preference."""
        number = self.parameters.get("PREF", "")
        if number.isascii() and number.isdigit() and len(number) <= 3:
            return int(number)
        return 1 if "PREF" in self.types else 101

    @property
    def binary(self) -> bytes | None:
        """The bytes of a value in base64 or of a data URI; None where the value is no bytes.

        Raises ValueError for bad base64, and for too much that is escaped.
        """
        value = self.value
        if value[:5].lower() == "data:":
            head, _, data = value.partition(",")
            if not head.lower().rstrip("\\").endswith(";base64"):
                if len(data) > ESCAPED_CHARACTERS:
                    raise ValueError("too many bytes are escaped")
                return unquote_to_bytes(data)
            value = data
        elif _encoding(self.types, self.parameters) not in _BASE64:
            return None
        return b64decode(value.translate(_SPACE), validate=True)


class Card(msgspec.Struct):
    """What stands between BEGIN:VCARD and END:VCARD."""

    number: int
    """Its place in the file, from 1."""
    properties: list[Property]
    bad_lines: list[int]
    """The numbers of lines that are no properties."""
    refused: str | None = None
    """Why the whole card is refused."""
    start: int = 0
    end: int = 0
    """Where the lines of BEGIN:VCARD and END:VCARD begin in the text."""


def cards(text: str) -> Iterator[Card]:
    """The cards of a text, one by one; those inside other cards (AGENT) are left out."""
    card: Card | None = None
    depth = number = size = 0
    agent = False
    for line in _logical_lines(text):
        marker = line.text.strip().upper() if len(line.text) < 40 else ""
        if marker == "BEGIN:VCARD":
            if card is not None and (agent or depth):
                depth += 1
                agent = False
                continue
            if card is not None:
                card.refused = card.refused or "has no END:VCARD"
                yield card
            number += 1
            size = 0
            card = Card(number, [], [], start=line.start)
        elif card is None:
            continue
        elif marker == "END:VCARD":
            if depth:
                depth -= 1
                continue
            card.end = line.start
            yield card
            card = None
        elif not depth and not card.refused:
            size += len(line.text)
            agent = _add(card, line, size)
    if card is not None:
        card.refused = card.refused or "has no END:VCARD"
        yield card


def _add(card: Card, line: _Line, size: int) -> bool:
    """Take a line into a card; whether a card inside this one follows."""
    if size > CARD_CHARACTERS:
        card.refused = f"is larger than {CARD_CHARACTERS // 1_000_000} MB"
        return False
    if len(card.properties) >= CARD_PROPERTIES:
        card.refused = f"has more than {CARD_PROPERTIES} properties"
        return False
    found = _property(line)
    if found is None:
        card.bad_lines.append(line.number)
        return False
    card.properties.append(found)
    return found.name == "AGENT" and not found.value.strip()


class _Line(NamedTuple):
    """A line with its continuations, and where it stands."""

    text: str
    number: int
    """Of the physical line that it begins at, from 1."""
    start: int
    end: int


def _logical_lines(text: str) -> Iterator[_Line]:
    """Lines with their continuations; one of blanks alone belongs to none."""
    pieces: list[str] = []
    begun = start = end = 0
    soft = base64 = False
    for number, match in enumerate(_LINE.finditer(text), start=1):
        line = match.group().rstrip("\r\n")
        if soft:
            soft = line.endswith("=")
            pieces.append(line.removesuffix("="))
        elif line[:1] in (" ", "\t") and pieces:
            pieces.append(line[1:])  # one of blanks alone, too: a long value may be folded in a run of them
            base64 = base64 and not line.isspace()
        elif not line.strip():
            base64 = False
            continue
        elif base64 and _BASE64_LINE.fullmatch(line.strip()):
            pieces.append(line)
        else:
            if pieces:
                yield _Line("".join(pieces), begun, start, end)
            begun, start = number, match.start()
            head = _PROPERTY.match(line)
            encoding = _encoding(*_parameters(head[3])) if head is not None else ""
            soft = encoding == _QUOTED_PRINTABLE and line.endswith("=")
            base64 = encoding in _BASE64
            pieces = [line.removesuffix("=") if soft else line]
        end = match.end()
    if pieces:
        yield _Line("".join(pieces), begun, start, end)


def _property(line: _Line) -> Property | None:
    match = _PROPERTY.match(line.text)
    if match is None:
        return None
    group, name, head, value = (part or "" for part in match.groups())
    # They are shown in the notes, where control characters may not stand.
    types, parameters = _parameters(cleaned(head))
    if _encoding(types, parameters) == _QUOTED_PRINTABLE:
        data = binascii.a2b_qp(value.encode("utf-8", "replace"))
        label = parameters.get("CHARSET", "")
        # A label of UTF-8 is true but for bytes that were cut off; a guess would spoil the rest.
        codec = "utf-8" if charsets.codec_of(label) == "utf-8" else charsets.resolve(label, data)
        value = charsets.decode(data, codec)
    # Lotus Notes writes an underscore where a hyphen is meant.
    return Property(
        name.upper().replace("_", "-"),
        group.upper(),
        types,
        parameters,
        cleaned(value),
        line.text[: match.start(4) - 1],
        line.start,
        line.end,
    )


def _parameters(head: str) -> tuple[frozenset[str], dict[str, str]]:
    types: set[str] = set()
    parameters: dict[str, str] = {}
    for match in _PARAMETER.finditer(head):
        name, equals, value = match[1].partition("=")
        name, value = name.strip().upper(), value.replace('"', "").strip()
        if not equals:
            types.add(name)
        elif name == "TYPE":
            types.update(kind.strip() for kind in value.upper().split(","))
        else:
            parameters.setdefault(name, value)
    kinds = frozenset(_EXTENSION.sub("", kind, count=1).replace("_", "-") for kind in types if kind)
    return kinds, parameters


def _encoding(types: frozenset[str], parameters: dict[str, str]) -> str:
    named = parameters.get("ENCODING", "").upper()
    return named or next((kind for kind in (_QUOTED_PRINTABLE, "BASE64", "B") if kind in types), "")


def unescaped(value: str) -> str:
    """A value, or a part of one, as a text."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
