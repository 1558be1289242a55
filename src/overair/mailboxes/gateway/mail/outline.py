"""The index of a message from its headers and texts, while its files stay on the server.

BODYSTRUCTURE says of which parts a message is made. Its headers, those of its parts and its texts are
fetched and put together as a message that lacks nothing but the content of files. That is parsed as any
message is, and what stands in a section of the real one is given its place there (``Part.section``). Where
the two do not fit together, the server sees another message than we do, and all of it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from overair.imap.body_structure import BodyPart
from overair.items.file_types import UNKNOWN_TYPE
from overair.items.mail.parts import MESSAGE_TYPES, Index, Part

WORTH: Final = 4 * 1024
"""Bytes of a leaf that are fetched whatever it is."""
EDGE: Final = 128
"""Bytes of the beginning and of the end of a file, which tell how long it is when it is decoded."""
START_OF_MESSAGE: Final = 16 * 1024
"""Bytes of an attached message, in which its subject stands."""
LARGEST_TEXT_FILE: Final = 64 * 1024
"""Bytes of an attached text that is fetched, so that its size is that of its characters."""
MOST_SECTIONS: Final = 500
"""Sections of one message that are fetched; of one with more all of it is."""
BLANK: Final = b"\r\n"
_TEXTS: Final = frozenset({"text/plain", "text/html", "text/calendar"})
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_TNEF_NAME: Final = "winmail.dat"
_MEASURABLE: Final = frozenset({"", "7bit", "8bit", "binary", "base64"})
"""Encodings of which it can be told how long what they encode is."""


class Irregular(Exception):
    """The message is not as BODYSTRUCTURE says: all of it has to be fetched."""


class Section(NamedTuple):
    """What is fetched: a section of a message or, with ``length``, so many bytes of it."""

    name: str
    start: int = 0
    length: int | None = None

    @property
    def asked(self) -> str:
        """As FETCH is asked for it."""
        part = "" if self.length is None else f"<{self.start}.{self.length}>"
        return f"BODY.PEEK[{self.name}]{part}"

    @property
    def told(self) -> str:
        """As FETCH answers (``FetchResult.sections``)."""
        return self.name if self.length is None else f"{self.name}<{self.start}>"


class _Leaf(NamedTuple):
    """A leaf and what is fetched of its content: all, a beginning that is kept, or edges that are not."""

    part: BodyPart
    whole: bool
    kept: int = 0

    def sections(self) -> tuple[Section, ...]:
        number, size = self.part.number, self.part.size
        if self.whole:
            return (Section(number),)
        # One byte more than there should be tells whether the server counts as we do.
        end = Section(number, size - EDGE, EDGE + 1)
        return (Section(number, 0, self.kept or EDGE), end)


class Outline:
    """What of a message is fetched, by its BODYSTRUCTURE, and what comes of it.

    ``size`` is that of the message, ``header`` its header where that is there already, ``worth`` is in
    place of WORTH. Raises Irregular.
    """

    def __init__(self, structure: BodyPart, size: int, header: bytes | None, *, worth: int = WORTH) -> None:
        self._structure: Final = structure
        self._worth: Final = max(EDGE, worth)
        self._size: Final = size
        self._header: Final = header
        self._in_report: Final = (structure.type, structure.subtype) == ("multipart", "report")
        self._leaves: Final[dict[str, _Leaf]] = {}
        """By number."""
        self._places: Final[dict[int, tuple[_Leaf, int]]] = {}
        """By where their content begins in what is parsed, with the bytes of it there."""
        self._found: Mapping[str, bytes] = {}
        self._has_text = False
        self.sections: Final[list[Section]] = [] if header is not None else [Section("HEADER")]
        """What is to be fetched."""
        self._plan(structure)
        if len(self.sections) > MOST_SECTIONS:
            raise Irregular

    @property
    def bytes_fetched(self) -> int:
        """About how many bytes will be fetched."""
        return sum(leaf.part.size if leaf.whole else leaf.kept for leaf in self._leaves.values())

    def _plan(self, part: BodyPart) -> None:
        if part is not self._structure:
            self.sections.append(Section(f"{part.number}.MIME"))
        if part.type == "multipart":
            for child in part.children:
                self._plan(child)
            return
        if part.number in self._leaves:
            raise Irregular
        self._leaves[part.number] = leaf = self._leaf(part)
        self._has_text = self._has_text or part.type == "text"
        self.sections.extend(leaf.sections())

    def _leaf(self, part: BodyPart) -> _Leaf:
        kind = f"{part.type}/{part.subtype}"
        if part.size <= self._worth or part.encoding not in _MEASURABLE or _is_tnef(part, kind):
            return _Leaf(part, whole=True)
        if kind in _TEXTS and (part.disposition != "attachment" or kind == "text/calendar"):
            return _Leaf(part, whole=True)
        if kind in _TEXTS and part.size <= LARGEST_TEXT_FILE:
            return _Leaf(part, whole=True)
        if self._in_report and part.type == "message":
            return _Leaf(part, whole=True)  # the report is called by what it is about
        if kind in MESSAGE_TYPES:
            # The charset that the whole message is said to have may be that of a text within.
            whole = not self._has_text or part.encoding == "base64" or part.size <= START_OF_MESSAGE
            return _Leaf(part, whole, START_OF_MESSAGE)
        return _Leaf(part, whole=False)

    def copy(self, found: Mapping[str, bytes]) -> bytes:
        """The message without what was left out, from the sections that were fetched. Raises Irregular."""
        self._found = found
        pieces = bytearray(_header(self._header if self._header is not None else self._section("HEADER")))
        self._put(self._structure, pieces)
        left_out = sum(leaf.part.size - length for leaf, length in self._places.values())
        if len(pieces) + left_out > self._size:
            raise Irregular  # a boundary that should end a part is not there
        return bytes(pieces)

    def _put(self, part: BodyPart, pieces: bytearray) -> None:
        if part.type != "multipart":
            leaf = self._leaves[part.number]
            content = self._content(leaf)
            self._places[len(pieces)] = (leaf, len(content))
            pieces += content
            return
        try:
            boundary = part.parameters["boundary"].encode("ascii")
        except (KeyError, UnicodeEncodeError):
            raise Irregular from None
        for child in part.children:
            pieces += b"--%s\r\n" % boundary
            pieces += _header(self._section(f"{child.number}.MIME"))
            self._put(child, pieces)
            pieces += BLANK
        pieces += b"--%s--" % boundary

    def _section(self, told: str) -> bytes:
        data = self._found.get(told)
        if data is None:
            raise Irregular
        return data

    def _content(self, leaf: _Leaf) -> bytes:
        """What of the content of a leaf is parsed."""
        data = [self._section(section.told) for section in leaf.sections()]
        expected = [leaf.part.size] if leaf.whole else [leaf.kept or EDGE, EDGE]
        if list(map(len, data)) != expected:
            raise Irregular
        return data[0] if leaf.whole or leaf.kept else b""

    def placed(self, index: Index) -> Index:
        """The index of the copy as that of the message. Raises Irregular."""
        if index.next_number < len(self._leaves):
            raise Irregular
        return msgspec.structs.replace(
            index,
            size=self._size,
            text_body=self._all_placed(index.text_body),
            html_body=self._all_placed(index.html_body),
            attachments=self._all_placed(index.attachments),
        )

    def _all_placed(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        return tuple(map(self._placed, parts))

    def _placed(self, part: Part) -> Part:
        leaf, length = self._places.get(part.offset, (None, 0))
        if leaf is None or length != part.length:
            raise Irregular
        real = leaf.part
        if part.inside is None and part.content_type != f"{real.type}/{real.subtype}":
            raise Irregular
        size = part.size
        if not leaf.whole:
            size = real.size
            if real.encoding == "base64":
                size = decoded_size(real.size, *(self._section(one.told) for one in leaf.sections()))
        return msgspec.structs.replace(part, section=real.number, offset=0, length=real.size, size=size)


def _header(data: bytes) -> bytes:
    """A header with the blank line that ends it. Raises Irregular where it has none."""
    if data != BLANK and not data.endswith(b"\r\n\r\n"):
        raise Irregular
    return data


def _is_tnef(part: BodyPart, kind: str) -> bool:
    name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    return kind in _TNEF or (kind == UNKNOWN_TYPE and name.lower() == _TNEF_NAME)


def decoded_size(size: int, beginning: bytes, ending: bytes) -> int:
    """How many bytes so many bytes of base64 are: exactly where all of its lines are as its first."""
    line = beginning.find(b"\n") + 1
    last = ending.rstrip(b"\r\n")
    padding = len(last) - len(last.rstrip(b"="))
    size -= len(ending) - len(last)
    letters = len(beginning[:line].rstrip(b"\r\n"))
    if letters:
        full, rest = divmod(size, line)
        size = full * letters + min(rest, letters)
    return size * 3 // 4 - padding
