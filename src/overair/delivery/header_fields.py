"""Changing the header of a message without touching any other byte of it.

Signed messages must arrive as they were sent, and the standard library writes a message anew when
it writes it; so fields are cut out and put in where they stand.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:")
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class HeaderError(ValueError):
    """Bytes that do not begin with a message's header."""


class RawField(NamedTuple):
    """One field: its name in lower case and its lines, line ends included."""

    name: str
    lines: bytes


class RawHeader:
    """The header's fields and the bytes behind them. Raises HeaderError."""

    def __init__(self, mime: bytes) -> None:
        self.fields: list[RawField] = []
        position = 0
        while position < len(mime):
            match = _LINE.match(mime, position)
            line = match[0] if match is not None else b""
            if not line.strip(b"\r\n"):
                break
            position += len(line)
            if line[:1] in b" \t":
                if not self.fields:
                    raise HeaderError("the header begins with a continuation")
                last = self.fields[-1]
                self.fields[-1] = RawField(last.name, last.lines + line)
                continue
            field = _FIELD.match(line)
            if field is None:
                raise HeaderError(f"a line of the header is no field (at byte {position - len(line)})")
            self.fields.append(RawField(field[1].decode("ascii").lower(), line))
        if not self.fields:
            raise HeaderError("there is no header")
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
