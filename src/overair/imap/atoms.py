"""The values that responses are made of, over imapclient's parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, cast

from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_response

if TYPE_CHECKING:
    from overair.imap.reader import Response

Atom: TypeAlias = "bytes | int | tuple[Atom, ...] | None"
"""A value of a response: an atom or a string, a number, NIL, a list in parentheses."""

LONGEST: Final = 256 * 1024
"""Bytes of a response without its literals that are taken apart: 0.1 seconds of CPU."""


class Unreadable(ValueError):
    """A response is not as IMAP says."""


def parse_atoms(response: Response) -> tuple[Atom, ...]:
    """The values of a response. Raises Unreadable."""
    if sum(len(record) if isinstance(record, bytes) else len(record[0]) for record in response) > LONGEST:
        raise Unreadable("too long")
    try:
        return cast("tuple[Atom, ...]", parse_response(response))
    except (ProtocolError, ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from None  # its text repeats what the server said


def integer(value: Atom) -> int:
    """A number. Raises Unreadable."""
    if not isinstance(value, int):
        raise Unreadable("not a number")
    return value


def text(value: Atom) -> str | None:
    """An atom or a string as text, None for NIL. Raises Unreadable."""
    if value is None:
        return None
    if isinstance(value, tuple):
        raise Unreadable("not a string")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def pairs(value: Atom) -> list[tuple[str, Atom]]:
    """A list of names, in capitals, and values. Raises Unreadable."""
    if not isinstance(value, tuple) or len(value) % 2:
        raise Unreadable("not a list of pairs")
    return [
        ((text(name) or "").upper(), content) for name, content in zip(value[::2], value[1::2], strict=True)
    ]
