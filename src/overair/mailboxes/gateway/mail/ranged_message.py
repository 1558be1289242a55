"""The index of a large message without its large attachments being fetched.

BODYSTRUCTURE says how long each leaf is, so it can be told where one ends whose beginning is there. What
lies between is left out where nobody needs it: the rest of the message is parsed as if the leaf were
empty, and the places that are found are shifted. What is fetched behind a leaf must begin with a
boundary; where it does not, the server counts otherwise than we do, and the whole message is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from overair.imap.body_structure import BodyPart
from overair.items.file_types import UNKNOWN_TYPE
from overair.items.mail.parts import MESSAGE_TYPES, Index, Part
from overair.items.mail.structure import extent, is_leaf, leaves, parse

FIRST: Final = 64 * 1024
"""Bytes of a message that are fetched at first; a message that is not larger is there then."""
BEHIND: Final = 4 * 1024
"""Bytes that are fetched behind what is left out."""
WORTH: Final = 16 * 1024
"""What is left out only where it is longer than this."""
MOST_STEPS: Final = 60
"""Ranges of one message that are fetched before all of it is."""
LINE: Final = 128
"""Bytes of a leaf's beginning that tell how long its lines are."""
ENDING: Final = 8
"""Bytes of a leaf's end that tell how it ends."""
_TEXTS: Final = frozenset({"text/plain", "text/html", "text/calendar"})
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_TNEF_NAME: Final = "winmail.dat"


class Span(NamedTuple):
    """Bytes of a message from ``start`` to before ``end``."""

    start: int
    end: int


class Gap(NamedTuple):
    """What was left out: of which leaf, where that begins in the copy and in the message, how many of its
    first bytes were kept, how many left out, its first and last bytes.
    """

    leaf: int
    copy: int
    real: int
    kept: int
    length: int
    beginning: bytes
    ending: bytes = b""


class Irregular(Exception):
    """The message is not as BODYSTRUCTURE says: all of it has to be fetched."""


class RangedMessage:
    """A message whose first bytes are there; ``wanted`` and ``give`` alternate until nothing is wanted.

    ``size`` is RFC822.SIZE, ``structure`` its BODYSTRUCTURE. Nothing is fetched here, but what is there is
    taken apart each time that more is given: in a thread.
    """

    def __init__(
        self, size: int, structure: BodyPart, first: bytes, *, worth: int = WORTH, behind: int = BEHIND
    ) -> None:
        """``worth`` and ``behind`` are in place of the constants of those names."""
        self.size: Final = size
        self._worth = worth
        self._behind = behind
        self._expected: Final = list(_leaves_of(structure))
        self._copy = bytearray(first)
        self._gaps: list[Gap] = []
        self._steps = 0
        self._cut: Gap | None = None
        """What is left out when that which is wanted begins as it should."""
        self._parse()

    def _parse(self) -> None:
        self.copy = bytes(self._copy)
        """The message without what was left out."""
        self._leaves = list(leaves(parse(self.copy)))

    def wanted(self) -> Span | None:
        """The bytes that are needed next; None when all is there. Raises Irregular."""
        end = self._end()
        if end >= self.size:
            return None
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Irregular
        if self.size - end <= self._behind:
            return Span(end, self.size)
        place = len(self._leaves) - 1
        # More and more, since all that is there is taken apart again.
        onwards = Span(end, min(self.size, end + max(2 * self._behind, len(self.copy) // 2)))
        if place < 0 or not is_leaf(self._leaves[place]):
            return onwards
        part = self._leaves[place]
        if part.content + LINE > len(self.copy):
            return onwards  # perhaps its header is not all there
        if place >= len(self._expected) or self._expected[place].kind != part.get_content_type():
            raise Irregular
        leaf = self._expected[place]
        start = self.real(part.content)
        leaf_end = start + leaf.size
        if leaf_end < end:
            return onwards  # a boundary is cut, or what follows the last one is read to its end
        if (
            leaf.needed
            or leaf_end - end < self._worth
            or (leaf.is_message and not self._has_text_before(place))
        ):
            return Span(end, min(self.size, leaf_end + self._behind))
        beginning = self.copy[part.content : part.content + LINE]
        kept = 0
        if leaf.is_message:
            # Its subject is what the attachment is called.
            kept = self.copy.find(b"\r\n\r\n", part.content) + 4 - part.content
            if kept < 4 or leaf_end - end < kept + self._worth:
                return onwards
        self._cut = Gap(place, part.content, start, kept, leaf.size - kept, beginning)
        return Span(leaf_end - ENDING, min(self.size, leaf_end + self._behind))

    def give(self, data: bytes) -> None:
        """The bytes that were wanted. Raises Irregular where they are not what should stand there."""
        cut, self._cut = self._cut, None
        if cut is None:
            if not data:
                raise Irregular
            self._copy += data
            self._parse()
            return
        del self._copy[cut.copy + cut.kept :]
        self._copy += data[ENDING:]
        self._gaps.append(cut._replace(ending=data[:ENDING]))
        self._parse()
        # A boundary must end it exactly where the server says.
        if len(self._leaves) <= cut.leaf or extent(self._leaves[cut.leaf], self.copy) != (cut.copy, cut.kept):
            raise Irregular

    def placed(self, index: Index) -> Index:
        """The index of ``copy`` as that of the message."""
        return msgspec.structs.replace(
            index,
            size=self.size,
            text_body=tuple(map(self._placed, index.text_body)),
            html_body=tuple(map(self._placed, index.html_body)),
            attachments=tuple(map(self._placed, index.attachments)),
        )

    def real(self, place: int) -> int:
        """Where in the message a place of the copy is."""
        return place + sum(gap.length for gap in self._gaps if gap.copy < place)

    def _end(self) -> int:
        """Where in the message the copy ends."""
        return len(self._copy) + sum(gap.length for gap in self._gaps)

    def _has_text_before(self, place: int) -> bool:
        """Whether the charset that the message is said to have is that of a part before a leaf."""
        return any(leaf.kind.startswith("text/") for leaf in self._expected[:place])

    def _placed(self, part: Part) -> Part:
        for gap in self._gaps:
            if gap.copy == part.offset:
                length, size = gap.kept + gap.length, decoded_size(gap, part.encoding)
                return msgspec.structs.replace(part, offset=gap.real, length=length, size=size)
        return msgspec.structs.replace(part, offset=self.real(part.offset))


def decoded_size(gap: Gap, encoding: str) -> int:
    """How many bytes a leaf that was left out has decoded: exactly where all its lines are as its first."""
    if encoding != "base64" or gap.kept:
        return gap.kept + gap.length
    line = gap.beginning.find(b"\n") + 1
    letters = len(gap.beginning[:line].rstrip(b"\r\n"))
    if not letters:
        return gap.length * 3 // 4
    ending = gap.ending.rstrip(b"\r\n")
    full, rest = divmod(gap.length - (len(gap.ending) - len(ending)), line)
    padding = len(ending) - len(ending.rstrip(b"="))
    return (full * letters + min(rest, letters)) * 3 // 4 - padding


class _Leaf(NamedTuple):
    """A leaf as BODYSTRUCTURE has it."""

    kind: str
    size: int
    needed: bool

    @property
    def is_message(self) -> bool:
        """Whether it is an attached message."""
        return self.kind in MESSAGE_TYPES


def _leaves_of(structure: BodyPart) -> Iterator[_Leaf]:
    """The leaves in their order; an attached message is one."""
    waiting = [structure]
    while waiting:
        part = waiting.pop()
        if part.type == "multipart":
            waiting += reversed(part.children)
            continue
        kind = f"{part.type}/{part.subtype}"
        name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
        attached = part.disposition == "attachment" and kind != "text/calendar"
        tnef = kind in _TNEF or (kind == UNKNOWN_TYPE and name.lower() == _TNEF_NAME)
        yield _Leaf(kind, part.size, tnef or (kind in _TEXTS and not attached))
