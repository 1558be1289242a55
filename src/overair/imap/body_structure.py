"""BODYSTRUCTURE: of which parts a message is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec


class BodyPart(msgspec.Struct, frozen=True):
    """A part of a message. Types, encodings and names of parameters are in small letters."""

    number: str
    """What FETCH calls it: "1.2"; "" for the whole of a multipart message, whose parts have numbers."""
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
