"""The lines of a message, as the standard library's parser of MIME is given them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from email.feedparser import (  # type: ignore[attr-defined]  # two of them are not in typeshed
    NLCRE,
    BufferedSubFile,
)
from typing import Final

PIECE: Final = 128 * 1024
"""Bytes of text that the parser is given as one line: while it looks at them nothing else runs."""
_LINE: Final = re.compile(rb"[^\r\n]*+(?:\r\n?|\n)?")
_DASHES: Final = (b"\n--", b"\r--")


class MessageLines(BufferedSubFile):  # type: ignore[misc]  # not in typeshed
    """The lines of a message whose bytes are all there, with the number of characters that were taken.

    A character is a byte, read as ASCII with surrogate escapes. Where only the end of a text matters,
    many lines are given as one: the parser looks at each that it is given, and keeps it by itself.
    """

    _lines: deque[str]
    """What the parser took and gave back."""
    _eofstack: list[Callable[[str], object]]

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self._place = 0
        self.position = 0
        self.boundaries: tuple[bytes, ...] | None = None
        """What lines begin with that stand alone, all others being joined; None where each stands alone."""
        self.joins: Callable[[str], object] | None = None
        """Whether a line may be given together with those before it, where there are no boundaries."""
        self._behind_boundary = False
        """Whether the line before was a boundary, behind which a header begins."""
        self.part_ended: Callable[[], object] = lambda: None
        """Called when a part of a multipart has ended."""

    def close(self) -> None:
        """Nothing more comes: everything was there from the start."""

    def pop_eof_matcher(self) -> Callable[[str], object]:
        matcher: Callable[[str], object] = super().pop_eof_matcher()
        if matcher != NLCRE.match:  # that of message/delivery-status
            self.part_ended()
        return matcher

    def readline(self) -> str:
        line = self._again() if self._lines else self._read()
        # The boundaries of the messages around this one end it.
        for ends in reversed(self._eofstack):
            if ends(line):
                self._lines.appendleft(line)
                return ""
        self.position += len(line)
        return line

    def unreadline(self, line: str) -> None:
        self.position -= len(line)
        super().unreadline(line)

    def _again(self) -> str:
        line = self._lines.popleft()
        if self.boundaries is not None:
            # It may have been read as a header.
            self._behind_boundary = line.encode("ascii", "surrogateescape").startswith(self.boundaries)
        return line

    def _read(self) -> str:
        if self.boundaries is not None:
            is_boundary = self._data.startswith(self.boundaries, self._place)
            alone, self._behind_boundary = is_boundary or self._behind_boundary, is_boundary
            return self._take(self._end_of_line(self._place) if alone else self._end_of_text(self.boundaries))
        line = self._take(self._end_of_line(self._place))
        if self.joins is None or not self.joins(line):
            return line
        joined = [line]
        while line := self._take(self._end_of_line(self._place)):
            if not self.joins(line):
                self._place -= len(line)
                break
            joined.append(line)
        return "".join(joined)

    def _take(self, end: int) -> str:
        start, self._place = self._place, end
        return self._data[start:end].decode("ascii", "surrogateescape")

    def _end_of_line(self, place: int) -> int:
        found = _LINE.match(self._data, place)
        return place if found is None else found.end()

    def _end_of_text(self, boundaries: tuple[bytes, ...]) -> int:
        """Where the next boundary begins, or a line not much farther than a piece from here."""
        start, limit = self._place, min(self._place + PIECE, len(self._data))
        end: int | None = None
        for dashes in _DASHES:
            place = start
            while place := self._data.find(dashes, place, (limit if end is None else end) + 2) + 1:
                if self._data.startswith(boundaries, place):
                    end = place
                    break
        if end is None:
            end = self._end_of_line(limit - 1) if limit > start else limit
        return end
