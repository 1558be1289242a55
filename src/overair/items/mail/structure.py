"""The parts of a message and their places in its bytes, by one run of the standard library's parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.feedparser import (  # type: ignore[attr-defined]  # one of them is not in typeshed
    BytesFeedParser,
    headerRE,
)
from email.message import Message as MimeMessage
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING, Any, Final

from overair.items import charsets
from overair.items.mail.boundaries import parser_without_expressions
from overair.items.mail.headers import decoded
from overair.items.mail.message_lines import MessageLines
from overair.items.text import cleaned

MAX_DEPTH: Final = 16
"""How deep parts may nest; the parser looks at each line once for each level."""
MAX_PARTS: Final = 2_000
MAX_HEADER_LINES: Final = 2_000
MAX_PARAMETERS: Final = 4_096
"""The most characters of a header with parameters, whose parser is quadratic in their number."""
_WITH_PARAMETERS: Final = ("content-type", "content-disposition")
_FOLD: Final = re.compile("[\r\n]+")
_OF_BYTES: Final = re.compile("[\x00-\x7f\udc80-\udcff]*")
_MISLEADING: Final = re.compile("[\t\r\n\u202a-\u202e\u2066-\u2069]")
"""What makes one line of a name two, or shows its end as its beginning."""


@dataclass(slots=True)
class _Text:
    """The content of a leaf."""

    text: str


class LocatedMessage(MimeMessage):
    """A message or part that knows where its content stands in the bytes."""

    _payload: object
    _type = ""
    start = 0
    """Where its headers begin."""
    content = 0
    """Where its content begins."""
    end = 0
    """Where it ends, the line break before the next boundary included."""
    cut = False
    """Of the whole message: a limit was reached, so the tree is not all that the bytes say."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._headers_by_name: dict[str, tuple[str, Any]] | None = None
        self._boundaries: list[str | None] = []
        self._parameters: dict[str, dict[str, str | tuple[str | None, str | None, str]]] = {}

    def get(self, name: str, failobj: Any = None) -> Any:
        """The first header of a name, as the library gives it; found without looking at each of them."""
        if self._headers_by_name is None:
            self._headers_by_name = {}
            for written, value in self.raw_items():
                self._headers_by_name.setdefault(written.lower(), (written, value))
        found = self._headers_by_name.get(name.lower())
        return failobj if found is None else self.policy.header_fetch_parse(*found)

    def set_payload(self, payload: object, charset: object = None) -> None:
        """Take the content of a leaf.

        Not as a string: the parser would look through all of it for the line end behind it.
        """
        self._payload = _Text(str(payload))

    def get_content_type(self) -> str:
        """The content type in lower case; found once, as the parser asks for it again and again."""
        self._type = self._type or super().get_content_type()
        return self._type

    def get_boundary(self, failobj: Any = None) -> Any:
        """The boundary of its parts, None where there is none; found once."""
        if not self._boundaries:
            self._boundaries.append(super().get_boundary())
        return failobj if self._boundaries[0] is None else self._boundaries[0]

    def renewed(self) -> None:
        """Its headers are others than before."""
        self._type = ""
        self._headers_by_name = None
        self._boundaries.clear()
        self._parameters.clear()

    def parameter(self, name: str, header: str) -> str:
        """A parameter of a header (RFC 2231), or ``""``. Raises what the library does for broken ones."""
        found = self._parameters.get(header)
        if found is None:
            found = self._parameters[header] = {}
            for key, value in self.get_params([], header):
                found.setdefault(key.lower(), value)
        said = found.get(name)
        return collapse_rfc2231_value(said) if said else ""

    def end_before_boundary(self) -> None:
        """The line end behind its text belongs to the boundary that follows (RFC 2046, 5.1.1)."""
        if isinstance(self._payload, _Text) and self.get_content_maintype() != "multipart":
            text = self._payload.text
            end = len(text) - text.endswith("\n")
            end -= text.endswith("\r", 0, end)
            self._payload.text = text[:end]

    @property
    def source(self) -> str | None:
        """A leaf's content, one character for each byte; None for a part with others inside.

        ``get_payload`` would decode 8-bit text and change its length.
        """
        return self._payload.text if isinstance(self._payload, _Text) else None

    @property
    def children(self) -> list[LocatedMessage]:
        """The parts inside."""
        inside = self._payload if isinstance(self._payload, list) else []
        return [part for part in inside if isinstance(part, LocatedMessage)]


if TYPE_CHECKING:
    _Parser = BytesFeedParser[LocatedMessage]
else:
    _Parser = BytesFeedParser


class _TooManyParts(Exception):
    """The message has more parts than anybody reads."""


class _LocatingParser(_Parser):
    """The standard parser, noting positions as it opens and closes messages.

    A character of its input is a byte of the message, since it reads bytes as ASCII with
    surrogate escapes, so the positions are those of the bytes. The methods are private ones of
    the standard library, the same since Python 3.0; a test compares every part with its bytes.
    """

    _cur: LocatedMessage
    _last: LocatedMessage
    _msgstack: list[LocatedMessage]

    def __init__(self, mime: bytes) -> None:
        # Without a policy it is compat32, the fastest one.
        super().__init__(LocatedMessage)
        self._input = MessageLines(mime)
        self._input.part_ended = self._part_ended
        self._parts = 0
        self._header_lines = 0

    _parsegen = parser_without_expressions()

    def read_headers_only(self) -> None:
        """Take everything behind the headers for one text."""
        self._set_headersonly()  # type: ignore[attr-defined]  # private

    def _new_message(self) -> None:
        super()._new_message()  # type: ignore[misc]  # private
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise _TooManyParts
        self._cur.start = self._cur.content = self._input.position
        self._header_lines = 0
        self._input.boundaries, self._input.joins = None, self._is_beyond_the_header_lines

    def _part_ended(self) -> None:
        self._last.end_before_boundary()

    def _is_beyond_the_header_lines(self, line: str) -> bool:
        self._header_lines += 1
        return self._header_lines > 2 * MAX_HEADER_LINES and headerRE.match(line) is not None

    def _parse_headers(self, lines: list[str]) -> None:
        super()._parse_headers(lines[:MAX_HEADER_LINES])  # type: ignore[misc]  # private
        self._cur.content = self._input.position
        self._input.joins = None
        seen: set[str] = set()
        for name, value in list(self._cur.raw_items()):
            # The first of a name counts, and is what is replaced.
            if name.lower() not in _WITH_PARAMETERS or name.lower() in seen:
                continue
            seen.add(name.lower())
            if len(value) > MAX_PARAMETERS:
                self._cur.replace_header(name, value[:MAX_PARAMETERS])
                self._msgstack[0].cut = True
            elif _FOLD.search(value) is not None:
                # The library leaves a fold within quotes where it is: the boundary would be found nowhere.
                self._cur.replace_header(name, _FOLD.sub("", value))
        if len(self._msgstack) > MAX_DEPTH:
            # Read on as if it were a file: what nests deeper is shown as an attachment.
            self._msgstack[0].cut = True
            del self._cur["Content-Type"]
            self._cur["Content-Type"] = "application/octet-stream"
        self._cur.renewed()
        if all(part.get_content_type() != "message/delivery-status" for part in self._msgstack):
            # There, an empty line ends a part; everywhere else only a boundary does.
            boundaries = [
                part.get_boundary() for part in self._msgstack if part.get_content_maintype() == "multipart"
            ]
            # What is not ASCII is the character of a byte, as it is in a line, or is found in none.
            self._input.boundaries = tuple(
                f"--{boundary}".encode("ascii", "surrogateescape")
                for boundary in boundaries
                if boundary is not None and _OF_BYTES.fullmatch(boundary) is not None
            )

    def _pop_message(self) -> LocatedMessage:
        self._cur.end = self._input.position
        part: LocatedMessage = super()._pop_message()  # type: ignore[misc]  # private
        return part


def parse(mime: bytes) -> LocatedMessage:
    """The tree of a message, its parts with their places. Never raises, whatever the bytes.

    A message that the parser cannot take apart is one part: its headers, and the rest as text.
    """
    try:
        return _LocatingParser(mime).close()
    except (_TooManyParts, ValueError, LookupError):
        # The parser raises the others for parameters that it cannot decode, such as a boundary
        # with an impossible charset.
        flat = _LocatingParser(mime)
        flat.read_headers_only()
        message = flat.close()
        del message["Content-Type"], message["Content-Transfer-Encoding"]
        message.renewed()
        message.cut = True
        return message


def is_leaf(part: LocatedMessage) -> bool:
    """Whether a part holds no others; an attached message is a leaf."""
    return part.get_content_maintype() != "multipart" or part.source is not None


def leaves(tree: LocatedMessage) -> Iterator[LocatedMessage]:
    """The parts without others inside, as they stand; an attached message is one."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if is_leaf(part):
            yield part
        else:
            waiting += reversed(part.children)


def content_type(part: LocatedMessage) -> str:
    """The content type of a leaf in lower case; a multipart that has no parts is text."""
    found = part.get_content_type()
    return "text/plain" if found.startswith("multipart/") else cleaned(found)[:200]


def extent(part: LocatedMessage, mime: bytes) -> tuple[int, int]:
    """The offset and length of a leaf's content in the message's bytes."""
    if part.source is not None:
        return part.content, len(part.source)
    end = part.end
    if mime.startswith(b"--", end):
        # The line break before a boundary belongs to the boundary.
        end -= mime.endswith(b"\n", part.content, end)
        end -= mime.endswith(b"\r", part.content, end)
    return part.content, max(0, end - part.content)


def parameter(part: LocatedMessage, name: str, header: str = "Content-Type") -> str:
    """A parameter of a header (RFC 2231), or ``""``; undecodable ones too."""
    try:
        return part.parameter(name, header)
    except (ValueError, LookupError, TypeError):
        return ""


def file_name(part: LocatedMessage) -> str:
    """The name that a part's headers give it, decoded, without a path; ``""`` where there is none."""
    name = parameter(part, "filename", "Content-Disposition") or parameter(part, "name")
    if not name:
        return ""
    if not name.isascii():
        data = name.encode("utf-8", "surrogateescape")
        name = charsets.decode(data, charsets.resolve("", data))
    return safe_name(decoded(name))


def safe_name(name: str) -> str:
    """A name on one line, without a path and without what hides its end."""
    return _MISLEADING.sub(" ", name).replace("\\", "/").rpartition("/")[2].strip()[:255]


def disposition(part: LocatedMessage) -> str:
    """``inline``, ``attachment`` or ``""``."""
    value = str(part.get("Content-Disposition", "")).partition(";")[0].strip().lower()
    return value if value in ("inline", "attachment") else ("attachment" if value else "")
