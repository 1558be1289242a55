"""What is fuzzed: a parser, what it may refuse, and the bounds that it keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

MEBIBYTE: Final = 1024 * 1024
Shape = Callable[[int], bytes]
"""A hostile input of about so many bytes."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One parser of bytes from outside.

    ``read`` is the parser as the server calls it; only ``refuses`` may come out of it. ``check`` looks
    at what was read: that it can be written, read again and shown; nothing may come out of that.
    """

    name: str
    read: Callable[[bytes], Any]
    check: Callable[[Any], None] = lambda _: None
    refuses: tuple[type[Exception], ...] = ()
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[bytes, ...] = ()
    """What the format is made of: the dictionary of atheris, and the pieces that hypothesis joins."""
    size: int = 8 * 1024
    """Bytes of the inputs that are tried at random."""
    shapes: dict[str, Shape] = field(default_factory=dict)
    """What is known to kill parsers of this format."""
    limit: int = 32 * MEBIBYTE
    """Bytes of the largest input that the server lets in."""
    microseconds: float = 2.0
    """CPU time for each byte of a hostile input; its bound on an idle core of 2020."""
    memory: float = 16.0
    """Bytes at the highest for each byte of a hostile input."""

    def run(self, data: bytes) -> None:
        """Read and check; raises for a finding."""
        try:
            found = self.read(data)
        except self.refuses:
            return
        self.check(found)

    def work(self, data: bytes) -> None:
        """Read alone: what the server does with the bytes."""
        try:
            self.read(data)
        except self.refuses:
            return


def repeat(piece: bytes, head: bytes = b"", tail: bytes = b"") -> Shape:
    """A shape of one piece again and again."""

    def shape(size: int) -> bytes:
        return head + piece * max(1, (size - len(head) - len(tail)) // len(piece)) + tail

    return shape


def numbered(piece: bytes, head: bytes = b"", tail: bytes = b"") -> Shape:
    """A shape of pieces that differ: each has its number where ``piece`` has ``%d``."""

    def shape(size: int) -> bytes:
        count = max(1, (size - len(head) - len(tail)) // (len(piece) + 4))
        return head + b"".join(piece % number for number in range(count)) + tail

    return shape
