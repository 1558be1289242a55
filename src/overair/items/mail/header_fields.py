"""Changing the header of a message without touching any other byte of it.

Signed messages must arrive as they were sent, and the standard library writes a message anew when
it writes it; so fields are cut out and put in where they stand.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MAXIMUM_HEADER: Final = 256 * 1024
"""Bytes of a submitted message's header; five hundred long addresses with names have room in it."""
ADDED_HERE: Final = 4 * 1024
"""Bytes of fields that this server puts in front on the way, beyond MAXIMUM_HEADER."""
_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:")
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class HeaderError(ValueError):
    """Bytes that do not begin with a message's header."""


class RawField(NamedTuple):
    """One field: its name in lower case and its lines, line ends included."""

    name: str
    lines: bytes


class RawHeader:
    """The header's fields and the bytes behind them. Raises HeaderError, for one that is too long, too."""

    def __init__(self, mime: bytes, limit: int = MAXIMUM_HEADER) -> None:
        found: list[tuple[str, list[bytes]]] = []
        position = 0
        while position < len(mime):
            match = _LINE.match(mime, position)
            line = match[0] if match is not None else b""
            if not line.strip(b"\r\n"):
                break
            position += len(line)
            if position > limit:
                raise HeaderError(f"the header has more than {limit} bytes")
            if line[:1] in b" \t":
                if not found:
                    raise HeaderError("the header begins with a continuation")
                found[-1][1].append(line)
                continue
            field = _FIELD.match(line)
            if field is None:
                raise HeaderError(f"a line of the header is no field (at byte {position - len(line)})")
            found.append((field[1].decode("ascii").lower(), [line]))
        if not found:
            raise HeaderError("there is no header")
        self.fields = [RawField(name, b"".join(lines)) for name, lines in found]
        self.newline: Final = b"\r\n" if self.fields[0].lines.endswith(b"\r\n") else b"\n"
        self.rest: Final = mime[position:]

    def remove(self, *names: str) -> None:
        """Cut every field of these names."""
        self.fields = [field for field in self.fields if field.name not in names]

    def put_first(self, name: str, value: str) -> None:
        """Put a field in front of the others; the value is ASCII on one line."""
        self.fields.insert(0, RawField(name.lower(), f"{name}: {value}".encode("ascii") + self.newline))

    def to_bytes(self) -> bytes:
        """The message, with a blank line behind the header even where none was."""
        last = self.fields[-1].lines if self.fields else b""
        missing = b"" if last.endswith((b"\r", b"\n")) else self.newline
        return b"".join((*(field.lines for field in self.fields), missing, self.rest or self.newline))
