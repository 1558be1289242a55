"""Content lines as vCard and iCalendar have them (RFC 6350 3.2, RFC 5545 3.1), edited in a text.

A line that is edited keeps what was not: the spelling of its name, its group, its other parameters in
their order. The text around it stays as it is, to the last octet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

LINE_OCTETS: Final = 75
"""The most octets of a line, its end apart; longer ones are folded."""
_PARAMETER: Final = re.compile(r';((?:[^";]|"[^"]*+")*+)')
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_PART: Final = {separator: re.compile(rf"(?:[^\\{separator}]++|\\.|\\)*+", re.DOTALL) for separator in ",;"}
"""What stands up to a separator that no backslash stands before."""


class Parameter(NamedTuple):
    """One parameter of a head, as it stands."""

    name: str
    value: str
    """With its quotes; of a parameter that is a value alone (vCard 2.1) empty."""
    start: int
    end: int
    """Where it stands in the head, from its semicolon on."""


def parameters(head: str) -> Iterator[Parameter]:
    """The parameters of a head: what stands before the colon of a line."""
    for match in _PARAMETER.finditer(head):
        name, _, value = match[1].partition("=")
        yield Parameter(name.strip(), value, match.start(), match.end())


def with_parameter(head: str, name: str, value: str | None) -> str:
    """The head with a parameter set, in its place or else at the end; None takes it away.

    ``value`` stands as it is to be written, quotes included.
    """
    pieces: list[str] = []
    behind = 0
    for found in parameters(head):
        if found.name.upper() != name:
            continue
        pieces.append(head[behind : found.start])
        if value is not None:
            pieces.append(f";{found.name}={value}")
            value = None
        behind = found.end
    pieces.append(head[behind:])
    if value is not None:
        pieces.append(f";{name}={value}")
    return "".join(pieces)


def without_word(head: str, *words: str) -> str:
    """The head without parameters that are a value alone (vCard 2.1), given in capitals."""
    for found in reversed(list(parameters(head))):
        if found.name.upper() in words and "=" not in head[found.start : found.end]:
            head = head[: found.start] + head[found.end :]
    return head


def line_end_of(text: str) -> str:
    """How the lines of a text end: as the first does, CRLF where there is none."""
    found = _LINE_END.search(text)
    return "\r\n" if found is None else found[0]


def folded(line: str, line_end: str) -> str:
    """A line folded before it has more than 75 octets, no character cut, with its end."""
    if len(line) * 3 <= LINE_OCTETS or (line.isascii() and len(line) <= LINE_OCTETS):
        return line + line_end
    if line.isascii():
        first, step = line[:LINE_OCTETS], LINE_OCTETS - 1
        rest = (line[start : start + step] for start in range(LINE_OCTETS, len(line), step))
        return f"{line_end} ".join((first, *rest)) + line_end
    pieces: list[str] = []
    start = size = 0
    for place, character in enumerate(line):
        octets = len(character.encode("utf-8", "surrogatepass"))
        if size + octets > LINE_OCTETS:
            pieces.append(line[start:place])
            start, size = place, 1
        size += octets
    return f"{line_end} ".join((*pieces, line[start:])) + line_end


def split(value: str, separator: str) -> list[str]:
    """The parts of a value, still escaped, between separators that no backslash stands before."""
    parts: list[str] = []
    position = 0
    while position <= len(value) and (match := _PART[separator].match(value, position)) is not None:
        parts.append(match[0])
        position = match.end() + 1
    return parts


def merged_lists(
    lists: Sequence[Sequence[tuple[str, str]]],
    before: Sequence[str],
    wanted: Sequence[str],
    written: Callable[[str], str],
) -> list[list[str]]:
    """The lists of several lines that together are to say other texts, as they are to be written.

    Each entry of a list is as it stands and as it is read. What stays keeps its place, what is new goes
    to the end of the last list; what was not among the texts before, or is empty, stays.
    """
    known, gone = frozenset(before), frozenset(before) - frozenset(wanted)
    new = [one for one in wanted if one not in known]
    if [*(one for one in before if one not in gone), *new] == list(wanted):
        kept = [[stands for stands, text in one if text not in gone] for one in lists]
        kept[-1] += map(written, new)
    else:
        hidden = (stands for one in lists for stands, text in one if text not in known)
        kept = [[*map(written, wanted), *hidden], *([] for _ in lists[1:])]
    return [[stands for stands in one if stands.strip()] for one in kept]


class Edits:
    """Edits of a text, made all at once; what is not edited stands as it stood."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: dict[tuple[int, int], list[str]] = {}

    def replace(self, start: int, end: int, by: str) -> None:
        """Replace what stands from ``start`` to before ``end``; edits may not overlap."""
        self._edits[start, end] = [by]

    def insert(self, place: int, what: str) -> None:
        """Put something before what stands at a place, behind what was put there already."""
        self._edits.setdefault((place, place), []).append(what)

    @property
    def text(self) -> str:
        """The text after the edits."""
        pieces: list[str] = []
        behind = 0
        for (start, end), by in sorted(self._edits.items()):
            pieces += self._text[behind:start], *by
            behind = end
        pieces.append(self._text[behind:])
        return "".join(pieces)
