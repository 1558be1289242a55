"""Changing the header of a message without touching any other byte of it.

Signed messages must arrive as they were sent, and the standard library writes a message anew when
it writes it; so fields are cut out and put in where they stand.
"""

from __future__ import annotations

import re
from email.header import Header
from typing import Final, NamedTuple

from overair.items.text import one_line

MAXIMUM_HEADER: Final = 256 * 1024
"""Bytes of a submitted message's header; five hundred long addresses with names have room in it."""
ADDED_HERE: Final = 4 * 1024
"""Bytes of fields that this server puts in front on the way, beyond MAXIMUM_HEADER."""
_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:")
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def encoded_value(name: str, text: str, limit: int) -> str:
    """Text as the value of a field, encoded where it is not ASCII and folded with CRLF."""
    line = one_line(text, limit)
    return Header(line, None if line.isascii() else "utf-8", header_name=name).encode(linesep="\r\n")


class HeaderError(ValueError):
    """Bytes that do not begin with a message's header."""


class RawField(NamedTuple):
    """One field: its name in lower case and its lines, line ends included."""

    name: str
    lines: bytes


class RawHeader:
    """The header's fields and the bytes behind them. Raises HeaderError, for one that is too long, too.

    The header of a message's part may be empty, that of a message may not.
    """

    def __init__(self, mime: bytes, limit: int = MAXIMUM_HEADER, *, may_be_empty: bool = False) -> None:
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
        if not found and not may_be_empty:
            raise HeaderError("there is no header")
        self.fields = [RawField(name, b"".join(lines)) for name, lines in found]
        first = found[0][1][0] if found else mime[: 1 + mime.startswith(b"\r")]
        self.newline: Final = b"\n" if first.endswith(b"\n") and not first.endswith(b"\r\n") else b"\r\n"
        if self.fields and not self.fields[-1].lines.endswith((b"\r", b"\n")):
            self.fields[-1] = RawField(self.fields[-1].name, self.fields[-1].lines + self.newline)
        self.rest = mime[position:]
        """The blank line, if there is one, and all behind it."""

    def remove(self, *names: str) -> None:
        """Cut every field of these names."""
        self.fields = [field for field in self.fields if field.name not in names]

    def put_first(self, name: str, value: str) -> None:
        """Put a field in front of the others; the value is ASCII on one line."""
        self.fields.insert(0, RawField(name.lower(), f"{name}: {value}".encode("ascii") + self.newline))

    def put_last(self, name: str, value: str) -> None:
        """Put a field behind the others; the value is ASCII, folded with CRLF where it is folded."""
        lines = f"{name}: {value}".encode("ascii").replace(b"\r\n", self.newline)
        self.fields.append(RawField(name.lower(), lines + self.newline))

    def has(self, name: str) -> bool:
        """Whether there is a field of this name."""
        return any(field.name == name for field in self.fields)

    def to_bytes(self) -> bytes:
        """The message, with a blank line behind the header even where none was."""
        return b"".join((*(field.lines for field in self.fields), self.rest or self.newline))
