"""A message's parts as bytes: replaced, added and wrapped, while all other bytes stay as they are.

An entity is a part's header and content in one, as it stands between two boundaries (RFC 2046, 5.1).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from email.message import MIMEPart
from email.policy import SMTP
from typing import Final, NamedTuple

from overair.items.mail.header_fields import RawHeader
from overair.items.mail.structure import LocatedMessage, extent
from overair.items.text import cleaned

LONG_TEXT: Final = 256 * 1024
"""Characters of a text from which on it is encoded as a whole: line by line each line takes fifty bytes."""
_REPLACED: Final = frozenset(
    ("content-type", "content-transfer-encoding", "content-md5", "content-length", "lines")
)
_ABOUT_CONTENT: Final = re.compile(
    rb"^content-[!-9;-~]++:[^\r\n]*+(?:\r\n?|\n)(?:[ \t][^\r\n]*+(?:\r\n?|\n))*", re.IGNORECASE | re.MULTILINE
)
_POLICY: Final = SMTP.clone(cte_type="7bit")
"""A server on the way that takes no 8 bits would write the part anew."""


class Edit(NamedTuple):
    """Bytes that stand in the place of others."""

    start: int
    end: int
    data: bytes


def applied(mime: bytes, edits: Sequence[Edit]) -> bytes:
    """The message after edits, which do not overlap; those at one place come in their order."""
    pieces = []
    position = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [mime[position : edit.start], edit.data]
        position = edit.end
    pieces.append(mime[position:])
    return b"".join(pieces)


def span(part: LocatedMessage, mime: bytes) -> tuple[int, int]:
    """Where a part's entity begins and ends."""
    offset, length = extent(part, mime)
    return part.start, offset + length


def entity(part: LocatedMessage, tree: LocatedMessage, mime: bytes) -> bytes:
    """A part as it stands; of a whole message only the fields that are about its content."""
    start, end = span(part, mime)
    if part is not tree:
        return mime[start:end]
    about = _ABOUT_CONTENT.findall(mime[: part.content])
    return b"".join((*about, b"\r\n", mime[part.content : end]))


def new_text(text: str, subtype: str, newline: bytes, parameters: Mapping[str, str] | None = None) -> bytes:
    """An entity of text as UTF-8, in the transfer encoding that is the shortest.

    ``parameters`` are those of its Content-Type apart from charset.
    """
    part = MIMEPart(policy=_POLICY.clone(linesep=newline.decode()))
    text = cleaned(text)
    if len(text) <= LONG_TEXT:
        part.set_content(text, subtype=subtype, charset="utf-8")
    else:
        data = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        part.set_content(data, "text", subtype, cte="base64", params={"charset": "utf-8"})
    for name, value in (parameters or {}).items():
        part.set_param(name, value)
    return part.as_bytes()


def with_text(before: bytes, text: str, subtype: str, parameters: Mapping[str, str]) -> bytes:
    """An entity or a whole message with other text in it; the fields that say nothing of it stay.

    Raises HeaderError.
    """
    header = RawHeader(before, may_be_empty=True)
    made = RawHeader(new_text(text, subtype, header.newline, parameters))
    names = [field.name for field in header.fields]
    place = names.index("content-type") if "content-type" in names else len(names)
    above, below = (
        [field for field in fields if field.name not in _REPLACED]
        for fields in (header.fields[:place], header.fields[place:])
    )
    header.fields = [*above, *made.fields, *below]
    header.rest = made.rest
    return header.to_bytes()


def wrapped(
    before: bytes, subtype: str, others: Sequence[bytes], parameters: Mapping[str, str] | None = None
) -> bytes:
    """An entity or a whole message as the first part of a multipart, with others behind it.

    The fields about its content go with it, the others stay outside. Raises HeaderError.
    """
    header = RawHeader(before, may_be_empty=True)
    newline = header.newline
    about = [field for field in header.fields if field.name.startswith("content-")]
    first = b"".join((*(field.lines for field in about), header.rest or newline))
    boundary = boundary_for((first, *others))
    header.fields = [field for field in header.fields if field not in about]
    said = f'multipart/{subtype}; boundary="{boundary}"'
    said += "".join(f'; {name}="{value}"' for name, value in (parameters or {}).items())
    header.put_last("Content-Type", said.replace("; ", ";\r\n "))
    header.rest = b""
    if not all(one.isascii() for one in (first, *others)):
        header.put_last("Content-Transfer-Encoding", "8bit")
    delimiter = newline + f"--{boundary}".encode()
    parts = b"".join(delimiter + newline + one for one in (first, *others))
    return b"".join((header.to_bytes(), parts.removeprefix(newline), delimiter, b"--", newline))


def added(multipart: LocatedMessage, mime: bytes, others: Sequence[bytes]) -> Edit:
    """The edit that puts entities behind the last part of a multipart that has some."""
    boundary = f"--{multipart.get_boundary()}".encode("ascii", "surrogateescape")
    _, end = span(multipart.children[-1], mime)
    newline = b"\r\n" if mime.startswith(b"\r\n", end) else b"\n" if mime.startswith(b"\n", end) else b"\r\n"
    data = b"".join(newline + boundary + newline + one for one in others)
    is_closed = mime.startswith(newline + boundary + b"--", end)
    return Edit(end, end, data if is_closed else data + newline + boundary + b"--" + newline)


def boundary_for(contents: Sequence[bytes]) -> str:
    """A boundary that stands in none of the contents, the same one for the same contents."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    while True:
        boundary = f"=_{digest.hexdigest()[:40]}"
        if not any(boundary.encode() in content for content in contents):
            return boundary
        digest.update(b"-")
