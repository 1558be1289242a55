"""From the bytes of a server to its responses, each with its literals; within bounds."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from overair.imap.errors import BrokenProtocol
from overair.imap.server import Bounds

Record: TypeAlias = "bytes | tuple[bytes, bytes]"
"""A piece of a line, with the literal that ends it where there is one (then it ends with ``{size}``)."""
Response: TypeAlias = "list[Record]"
"""A response in pieces, each with its literal."""

_LITERAL: Final = re.compile(rb"~?\{([0-9]{1,10})\+?\}\Z")
_STATUS: Final = re.compile(rb"\+|[^ ]+ (?:OK|NO|BAD|BYE|PREAUTH)(?: |\Z)", re.IGNORECASE)
"""Lines that end with free text, which is no literal even where it looks like one."""


class ResponseReader:
    """Takes bytes, gives responses. After BrokenProtocol it is of no more use."""

    __slots__ = ("_bounds", "_buffer", "_expected", "_line", "_records", "_searched", "_size")

    def __init__(self, bounds: Bounds) -> None:
        self._bounds: Final = bounds
        self._buffer = bytearray()
        self._searched = 0
        self._records: Response = []
        self._expected = -1
        """Bytes of the literal that comes next; -1: a line comes."""
        self._line = b""
        """What stands before that literal."""
        self._size = 0

    @property
    def waiting(self) -> bool:
        """Whether something has been read of which the rest is still to come."""
        return bool(self._buffer or self._records or self._expected >= 0)

    def feed(self, data: bytes) -> None:
        """Take what has come."""
        self._buffer += data

    def take_buffer(self) -> bytes:
        """Everything that has come and belongs to no response yet; it is forgotten here."""
        rest = bytes(self._buffer)
        self._buffer = bytearray()
        self._searched = 0
        return rest

    def next(self) -> Response | None:
        """The next response that is whole; None where more has to come. Raises BrokenProtocol."""
        while True:
            if self._expected >= 0:
                if len(self._buffer) < self._expected:
                    return None
                self._records.append((b"%s{%d}" % (self._line, self._expected), self._cut(self._expected)))
                self._expected = -1
            end = self._buffer.find(b"\n", self._searched)
            if end < 0:
                self._searched = len(self._buffer)
                self._check(len(self._buffer))
                if not self.waiting:
                    self._buffer = bytearray()  # a connection that waits holds nothing
                return None
            self._check(end)
            line = self._cut(end + 1).rstrip(b"\r\n")
            self._size += len(line)
            found = _LITERAL.search(line)
            if found is None or (not self._records and _STATUS.match(line)):
                response = [*self._records, line]
                self._records = []
                self._size = 0
                return response
            self._announced(int(found[1]))
            self._line = line[: found.start()]

    def _cut(self, size: int) -> bytes:
        taken = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        self._searched = 0
        return taken

    def _check(self, line: int) -> None:
        if line > self._bounds.line:
            raise BrokenProtocol(f"a line of more than {self._bounds.line} bytes")

    def _announced(self, size: int) -> None:
        self._size += size
        if size > self._bounds.literal:
            raise BrokenProtocol(f"a literal of more than {self._bounds.literal} bytes")
        if self._size > self._bounds.response:
            raise BrokenProtocol(f"a response of more than {self._bounds.response} bytes")
        if len(self._records) >= self._bounds.literals:
            raise BrokenProtocol(f"more than {self._bounds.literals} literals in one response")
        self._expected = size
