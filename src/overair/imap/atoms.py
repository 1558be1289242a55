"""The values that responses are made of: atoms, strings, numbers, lists (RFC 9051, 4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from overair.imap.reader import Response

Atom: TypeAlias = "bytes | int | tuple[Atom, ...] | None"
"""A value of a response: an atom or a string, a number, NIL, a list in parentheses."""

LONGEST: Final = 256 * 1024
"""Bytes of a response without its literals that are taken apart."""
DEEPEST: Final = 500
"""Lists within lists."""
_LONGEST_NUMBER: Final = 20
"""Digits; numbers have 64 bits at most."""
_ATOM: Final = rb'[^ \t\r\n()"\[]'
_TOKEN: Final = re.compile(
    rb'[()]|"[^"\\]*+(?:\\.?[^"\\]*+)*"?|(?=[^ \t\r\n])%s*+(?:\[[^\]]*+\]?%s*+)*' % (_ATOM, _ATOM), re.DOTALL
)
"""A parenthesis, a quoted string or an atom, of which brackets may hold anything; the last of a text may
lack its end, which is not looked for again and again.
"""
_WHOLE: Final = re.compile(
    rb'[()]|"[^"\\]*+(?:\\.[^"\\]*+)*"|%s*+(?:\[[^\]]*+\]%s*+)*' % (_ATOM, _ATOM), re.DOTALL
)
"""One that has its end."""
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)


class Unreadable(ValueError):
    """A response is not as IMAP says."""


def parse_atoms(response: Response) -> tuple[Atom, ...]:
    """The values of a response. Raises Unreadable."""
    if sum(len(record) if isinstance(record, bytes) else len(record[0]) for record in response) > LONGEST:
        raise Unreadable("too long")
    values: list[Atom] = []
    outer: list[list[Atom]] = []
    for record in response:
        text, literal = (record, None) if isinstance(record, bytes) else (_without_size(record[0]), record[1])
        tokens = _TOKEN.findall(text)
        if tokens and _WHOLE.fullmatch(tokens[-1]) is None:
            raise Unreadable("a string does not end")
        for token in tokens:
            if token == b"(":
                outer.append(values)
                values = []
                if len(outer) > DEEPEST:
                    raise Unreadable("lists too deep")
            elif token == b")":
                if not outer:
                    raise Unreadable("a list ends that has not begun")
                inner, values = values, outer.pop()
                values.append(tuple(inner))
            else:
                values.append(_value(token))
        if literal is not None:
            values.append(literal)
    if outer:
        raise Unreadable("a list does not end")
    return tuple(values)


def _without_size(text: bytes) -> bytes:
    """What stands before the size of a literal."""
    return text[: text.rindex(b"{")].removesuffix(b"~")


def _value(token: bytes) -> Atom:
    if token.startswith(b'"'):
        return _ESCAPE.sub(rb"\1", token[1:-1]) if b"\\" in token else token[1:-1]
    if token.isdigit() and (token == b"0" or not token.startswith(b"0")) and len(token) <= _LONGEST_NUMBER:
        return int(token)
    return None if token.upper() == b"NIL" else token


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
