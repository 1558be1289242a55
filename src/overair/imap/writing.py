"""From values to the parts of a command."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Collection
from typing import Final, TypeAlias

import msgspec

from overair.imap import mailbox_names

_ATOM: Final = re.compile(rb"[A-Za-z0-9_.$+&,:;=@#/\-]+")
_QUOTABLE: Final = re.compile(rb"[\x20-\x7e]*")
_FLAG: Final = re.compile(r"\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|}~]+")
LONGEST_QUOTED: Final = 1_000
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Stream(msgspec.Struct, frozen=True):
    """A message that is not in memory at once: its size in bytes, and its bytes in pieces."""

    size: int
    pieces: AsyncIterator[bytes]


class Literal(msgspec.Struct, frozen=True):
    """Bytes that are sent as a literal."""

    content: bytes | Stream

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    def __repr__(self) -> str:
        return f"Literal({self.size} bytes)"  # it may be a password


Part: TypeAlias = "bytes | Literal"
"""A part of a command: as it stands, or a literal."""


def astring(value: bytes) -> Part:
    """Bytes as an atom, a quoted string or a literal, whichever is the first that can hold them."""
    if _ATOM.fullmatch(value) and value.upper() != b"NIL":
        return value
    return string(value)


def string(value: bytes) -> Part:
    """Bytes as a quoted string or a literal."""
    if len(value) <= LONGEST_QUOTED and _QUOTABLE.fullmatch(value):
        return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return Literal(value)


def mailbox(name: str, *, utf8: bool) -> Part:
    """The name of a mailbox."""
    return string(mailbox_names.encode(name, utf8=utf8))


def flags(names: Collection[str]) -> bytes:
    """A list of flags. Raises ValueError for what cannot be one."""
    for name in names:
        if not _FLAG.fullmatch(name):
            raise ValueError("not the name of a flag")
    return b"(" + " ".join(names).encode("ascii") + b")"


def date_time(moment: dt.datetime) -> bytes:
    """An internal date; ``moment`` has a time zone."""
    offset = moment.strftime("%z")[:5]
    date = f"{moment.day:2d}-{MONTHS[moment.month - 1]}-{moment.year:04d}"
    return f'"{date} {moment:%H:%M:%S} {offset}"'.encode("ascii")
