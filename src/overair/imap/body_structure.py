"""BODYSTRUCTURE: of which parts a message is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from overair.imap.atoms import Atom

DEEPEST: Final = 100
"""Parts within parts; Dovecot stops at 100, too."""


class BodyPart(msgspec.Struct, frozen=True):
    """A part of a message. Types, encodings and names of parameters are in small letters."""

    number: str
    """What FETCH calls it: "1.2"; "" for a multipart message as a whole, whose parts have numbers. A
    multipart that is the body of an attached message has none of its own, and so that message's.
    """
    type: str
    """Such as "text"."""
    subtype: str
    parameters: Mapping[str, str] = {}
    content_id: str | None = None
    description: str | None = None
    encoding: str = ""
    size: int = 0
    """Bytes as they are encoded; 0 for a multipart."""
    disposition: str | None = None
    disposition_parameters: Mapping[str, str] = {}
    location: str | None = None
    children: tuple[BodyPart, ...] = ()
    """The parts of a multipart; of message/rfc822 the one that is the message's body."""

    def walk(self) -> Iterator[BodyPart]:
        """It, and all parts below it, in their order."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.children))


def parse_body(value: Atom) -> BodyPart:
    """What a server says of a whole message. Raises ValueError."""
    return _parse(value, "")


def _parse(value: Atom, number: str) -> BodyPart:
    """``number`` is that of the part; "" for the message itself, whose single part is "1"."""
    if not isinstance(value, tuple) or not value or number.count(".") > DEEPEST:
        raise ValueError("not the structure of a part")
    return _multipart(value, number) if isinstance(value[0], tuple) else _single(value, number or "1")


def _multipart(value: tuple[Atom, ...], number: str) -> BodyPart:
    count = next((place for place, item in enumerate(value) if not isinstance(item, tuple)), len(value))
    prefix = number and f"{number}."
    children = tuple(_parse(item, f"{prefix}{place}") for place, item in enumerate(value[:count], 1))
    rest = value[count:]
    disposition, disposition_parameters = _disposition(_at(rest, 2))
    return BodyPart(
        number,
        "multipart",
        _small(_at(rest, 0)),
        _pairs(_at(rest, 1)),
        disposition=disposition,
        disposition_parameters=disposition_parameters,
        location=_text(_at(rest, 4)),
        children=children,
    )


EXTENSION_FROM: Final = {"text": 8, "message/rfc822": 10, "message/global": 10}
"""Where the extension data of a part begins, by its type, or type and subtype; else at 7."""


def _single(value: tuple[Atom, ...], number: str) -> BodyPart:
    kind, subtype = _small(_at(value, 0)), _small(_at(value, 1))
    full = f"{kind}/{subtype}"
    begin = EXTENSION_FROM.get(kind, EXTENSION_FROM.get(full, 7))
    children: tuple[BodyPart, ...] = ()
    if full in EXTENSION_FROM and len(value) > 8:
        inner = value[8]
        multipart = isinstance(inner, tuple) and bool(inner) and isinstance(inner[0], tuple)
        # The parts of a multipart within are numbered right below; a single one is its number and 1.
        children = (_parse(inner, number if multipart else f"{number}.1"),)
    size = _at(value, 6)
    disposition, disposition_parameters = _disposition(_at(value, begin + 1))
    return BodyPart(
        number,
        kind,
        subtype,
        _pairs(_at(value, 2)),
        _text(_at(value, 3)),
        _text(_at(value, 4)),
        _small(_at(value, 5)),
        size if isinstance(size, int) else 0,
        disposition,
        disposition_parameters,
        _text(_at(value, begin + 3)),
        children,
    )


def _at(value: tuple[Atom, ...], place: int) -> Atom:
    return value[place] if place < len(value) else None


def _text(value: Atom) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, int) else None


def _small(value: Atom) -> str:
    return (_text(value) or "").lower()


def _pairs(value: Atom) -> Mapping[str, str]:
    if not isinstance(value, tuple):
        return {}
    return {
        _small(name): _text(content) or "" for name, content in zip(value[::2], value[1::2], strict=False)
    }


def _disposition(value: Atom) -> tuple[str | None, Mapping[str, str]]:
    if not isinstance(value, tuple) or not value:
        return None, {}
    return _small(value[0]), _pairs(_at(value, 1))
