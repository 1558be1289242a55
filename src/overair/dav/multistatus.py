"""Multistatus answers (RFC 4918, 13), read as they arrive: one response at a time, never the whole tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from overair.dav.hrefs import BadHref, path_of
from overair.dav.names import DAV, HREF, SYNC_TOKEN

ELEMENTS: Final = 1_500_000
"""The most of one answer."""
RESPONSE_ELEMENTS: Final = 20_000
RESPONSE_CHARACTERS: Final = 32_000_000
"""The most of the texts of one response."""
DEPTH: Final = 64
RESPONSES: Final = 150_000
TOKEN_BYTES: Final = 512 * 1024
"""The most of one tag or comment."""
_STATUS: Final = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b", re.ASCII)
_RESPONSE: Final = f"{DAV}response"
_MULTISTATUS: Final = f"{DAV}multistatus"
_ERROR: Final = f"{DAV}error"


class BadXml(ValueError):
    """An answer that is not well-formed, has a document type, or exceeds a bound; nothing of its content."""


class Response(msgspec.Struct, frozen=True):
    """What an answer says of one resource; ``path`` is in one spelling (hrefs.py)."""

    path: str
    status: int
    """Of the whole; 200 where the answer tells of properties instead."""
    found: dict[str, Element]
    """The properties that it has, by name."""
    conditions: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """The text of a property; empty where it is not there."""
        found = self.found.get(name)
        return "" if found is None else (found.text or "").strip()

    def hrefs(self, name: str) -> list[str]:
        """The hrefs in a property, as they are written."""
        found = self.found.get(name)
        return [] if found is None else [(one.text or "").strip() for one in found.iter(HREF) if one.text]


class Reader:
    """Reads one answer, piece by piece, and gives each response away as it ends.

    ``asked`` is the path of the request. Hrefs that are none are left out, and so are those of hosts.
    """

    def __init__(self, asked: str, each: Callable[[Response], None]) -> None:
        self._target = _Target(asked, each)
        self._parser = XMLParser(target=self._target, forbid_dtd=True)
        self._fed = 0

    def feed(self, data: bytes) -> None:
        """Read on. Raises BadXml."""
        self._guarded(lambda: self._parser.feed(data))
        self._fed += len(data)
        # expat 2.5 reads a tag or a comment from its start again for each piece that it comes in.
        if self._fed - self._parser.parser.CurrentByteIndex > TOKEN_BYTES:
            raise BadXml(f"has a tag of more than {TOKEN_BYTES} bytes")

    def end(self) -> str:
        """The sync-token of the whole, empty where it has none. Raises BadXml, as for what has no end."""
        self._guarded(self._parser.close)
        if not self._target.is_multistatus:
            raise BadXml("is no multistatus")
        return self._target.sync_token

    def _guarded(self, read: Callable[[], object]) -> None:
        try:
            read()
        except BadXml:
            raise
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            # ValueError and LookupError: encodings that Python does not know or cannot map.
            raise BadXml(f"not well-formed: {type(error).__name__}") from None


class _Target:
    """What the parser tells of what it reads: elements are kept from a response's start to its end."""

    def __init__(self, asked: str, each: Callable[[Response], None]) -> None:
        self._asked = asked
        self._each = each
        self._depth = self._elements = self._responses = 0
        self._stack: list[Element] = []
        self._texts: list[list[str]] = []
        self._within = self._characters = 0
        self.is_multistatus = False
        self.sync_token = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH or self._elements > ELEMENTS:
            raise BadXml("has too many elements")
        if self._depth == 1:
            self.is_multistatus = tag == _MULTISTATUS
            return
        self._within += 1
        if self._within > RESPONSE_ELEMENTS:
            raise BadXml("has too many elements in one response")
        made = Element(tag, attributes)
        if self._stack:
            self._stack[-1].append(made)
        self._stack.append(made)
        self._texts.append([])

    def data(self, text: str) -> None:
        """Text in an element."""
        if self._texts:
            self._characters += len(text)
            if self._characters > RESPONSE_CHARACTERS:
                raise BadXml("has too much text in one response")
            self._texts[-1].append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        if not self._stack:
            return
        made = self._stack.pop()
        made.text = "".join(self._texts.pop())
        if self._stack:
            return
        self._within = self._characters = 0
        if tag == SYNC_TOKEN:
            self.sync_token = made.text.strip()
        elif tag == _RESPONSE:
            self._responses += 1
            if self._responses > RESPONSES:
                raise BadXml("has too many responses")
            for response in _responses(made, self._asked):
                self._each(response)

    def close(self) -> None:
        """The end of the document."""


def _responses(found: Element, asked: str) -> list[Response]:
    paths = []
    for href in found.findall(HREF):
        try:
            paths.append(path_of(href.text or "", asked))
        except BadHref:
            continue
    properties: dict[str, Element] = {}
    conditions = conditions_in(found)
    for part in found.findall(f"{DAV}propstat"):
        if 200 <= _status(part) < 300:
            for prop in part.findall(f"{DAV}prop"):
                properties.update((one.tag, one) for one in prop)
        else:
            conditions |= conditions_in(part)
    status = _status(found)
    return [Response(path, status, properties, conditions) for path in paths]


def _status(found: Element) -> int:
    """The status in an element; 200 where there is none, 500 where it cannot be read."""
    said = found.find(f"{DAV}status")
    if said is None:
        return 200
    match = _STATUS.match((said.text or "").strip())
    return int(match[1]) if match is not None else 500


def conditions_in(found: Element) -> frozenset[str]:
    """The conditions that the error in an element names."""
    error = found.find(_ERROR)
    return frozenset() if error is None else frozenset(one.tag for one in error)


class ErrorTarget:
    """What the parser tells of an error document: its conditions alone."""

    def __init__(self) -> None:
        self._depth = 0
        self._is_error = False
        self.conditions: set[str] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth == 1:
            self._is_error = tag == _ERROR
        elif self._depth == 2 and self._is_error and len(self.conditions) < 100:
            self.conditions.add(tag)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1

    def data(self, text: str) -> None:
        """Text, which says nothing that is wanted."""

    def close(self) -> None:
        """The end of the document."""


def conditions_of(data: bytes) -> frozenset[str]:
    """The conditions that the body of an error names; none where it is no error document."""
    target = ErrorTarget()
    parser = XMLParser(target=target, forbid_dtd=True)
    try:
        parser.feed(data)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return frozenset()
    return frozenset(target.conditions)
