"""A message as it may stand on the wire (RFC 5321, 4.5.3.1.6; RFC 5322, 2.1.1 and 2.3).

Its bytes are changed only where a server may refuse them or read two messages in one: bare line ends,
NULs, lines that are too long, what is binary, and 8 bits in the header. All of it in pieces, since a
function of C holds up the event loop even from a thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import Header
from email.utils import formataddr
from typing import Final

import idna

from overair.items import charsets
from overair.items.mail.eight_bit import with_parts_encoded
from overair.items.mail.header_fields import ADDED_HERE, MAXIMUM_HEADER, HeaderError, RawField, RawHeader
from overair.items.mail.headers import Headers, decoded, undecoded_addresses
from overair.items.mail.structure import LocatedMessage

LONGEST_LINE: Final = 998
"""Bytes without the line end."""
FOLD_AT: Final = 900
PIECE: Final = 64 * 1024
"""Bytes that are worked on at a time."""
ADDRESS_FIELDS: Final = frozenset(
    f"{again}{name}" for again in ("", "resent-") for name in ("from", "sender", "reply-to", "to", "cc")
)
TEXT_FIELDS: Final = frozenset({"subject", "comments", "keywords", "thread-topic", "organization"})
_TOO_LONG: Final = re.compile(rb"(?:\A|[\r\n])[^\r\n]{999}")  # from a line's begin on, or it is quadratic
_BARE: Final = re.compile(rb"\r(?!\n)|\0")
_BINARY: Final = re.compile(rb"^Content-Transfer-Encoding[ \t]*:\s*binary", re.IGNORECASE | re.MULTILINE)
_UNFOLD: Final = re.compile(r"\r?\n[ \t]?|\r")


def wire_form(mime: bytes, *, eight_bit: bool) -> bytes:
    """The message with CRLF at the end of each line and of itself, and no line longer than LONGEST_LINE.

    Parts that a transfer would damage are encoded in base64; with ``eight_bit`` false those, too, that
    are not ASCII. What is signed is not encoded, or its signature would break; only its line ends and
    over-long lines are set right.
    """
    needed = _found(_TOO_LONG, mime) or _found(_BARE, mime) or _found(_BINARY, mime)
    if needed or (not eight_bit and not mime.isascii()):
        mime = with_parts_encoded(mime, lambda tree: _to_encode(tree, eight_bit))
    return _with_short_lines(_with_line_ends(_with_ascii_header(mime)))


def has_eight_bits(mime: bytes) -> bool:
    """Whether a message has to be announced with BODY=8BITMIME."""
    return not mime.isascii()


def header_is_ascii(mime: bytes) -> bool:
    """Whether a message in its wire form needs no SMTPUTF8 for its header."""
    return mime[: mime.find(b"\r\n\r\n")].isascii()


def pieces(mime: bytes) -> Iterator[bytes]:
    """A message in its wire form in pieces of whole lines."""
    place = 0
    while place < len(mime):
        end = mime.rfind(b"\n", place, place + PIECE) + 1
        yield mime[place:end]
        place = end


def _found(pattern: re.Pattern[bytes], mime: bytes) -> bool:
    """Whether a pattern occurs; the pieces overlap by more than one of its matches is long."""
    overlap = LONGEST_LINE + 64
    return any(
        pattern.search(mime, place, place + PIECE + overlap) is not None
        for place in range(0, len(mime), PIECE)
    )


def _to_encode(tree: LocatedMessage, eight_bit: bool) -> list[LocatedMessage]:
    """The parts whose content has to be encoded, in the order of their places."""
    signed = {
        id(inner)
        for part in tree.walk()
        if part.get_content_type() == "multipart/signed"
        for inner in part.walk()
    }
    return [
        part
        for part in tree.walk()
        if part.source is not None and id(part) not in signed and _is_damaged(part, part.source, eight_bit)
    ]


def _is_damaged(part: LocatedMessage, source: str, eight_bit: bool) -> bool:
    encoding = Headers(part).raw("Content-Transfer-Encoding").strip().lower()
    if encoding == "binary" or (not eight_bit and not source.isascii()):
        return True
    content = source.encode("ascii", "surrogateescape")
    return _found(_TOO_LONG, content) or _found(_BARE, content)


def _with_line_ends(mime: bytes) -> bytes:
    found = []
    place = 0
    while place < len(mime):
        end = place + PIECE
        if mime[end - 1 : end + 1] == b"\r\n":
            end += 1
        piece = mime[place:end].replace(b"\0", b"")
        found.append(piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n"))
        place = end
    if not mime.endswith((b"\n", b"\r")):
        found.append(b"\r\n")
    return b"".join(found)


def _with_short_lines(mime: bytes) -> bytes:
    """Lines that are still too long are folded, at white space where there is some."""
    if not _found(_TOO_LONG, mime):
        return mime
    found = []
    place = kept = 0
    while place < len(mime):
        end = mime.find(b"\n", place) + 1
        if end - place > LONGEST_LINE + len(b"\r\n"):
            found.append(mime[kept:place])
            found.extend(_folded(mime[place:end]))
            kept = end
        place = end
    found.append(mime[kept:])
    return b"".join(found)


def _folded(line: bytes) -> Iterator[bytes]:
    place = 0
    while len(line) - place > LONGEST_LINE:
        space = max(
            line.rfind(b" ", place + 1, place + FOLD_AT), line.rfind(b"\t", place + 1, place + FOLD_AT)
        )
        end = space if space > place else place + FOLD_AT
        yield line[place:end] + (b"\r\n" if end == space else b"\r\n ")
        place = end
    yield line[place:]


def _with_ascii_header(mime: bytes) -> bytes:
    """What people wrote in the header is written as encoded words; addresses stay as they are."""
    try:
        header = RawHeader(mime, MAXIMUM_HEADER + 2 * ADDED_HERE)
    except HeaderError:
        return mime
    if all(field.lines.isascii() for field in header.fields):
        return mime
    header.fields = [field if field.lines.isascii() else _ascii_field(field) for field in header.fields]
    return header.to_bytes()


def _ascii_field(field: RawField) -> RawField:
    name, _, value = field.lines.partition(b":")
    text = _UNFOLD.sub(" ", charsets.decode(value, charsets.resolve("utf-8", value))).strip()
    if field.name in TEXT_FIELDS:
        written = Header(decoded(text), "utf-8", header_name=name.decode("ascii")).encode(linesep="\r\n")
    elif field.name in ADDRESS_FIELDS:
        found = [(decoded(who), ascii_address(address)) for who, address in undecoded_addresses([text])]
        if not found or not all("@" in address for _, address in found):
            return field
        written = ",\r\n ".join(_written(who, address) for who, address in found)
    else:
        return field
    return RawField(field.name, name + b": " + written.encode() + b"\r\n")


def _written(name: str, address: str) -> str:
    """A name with its address; one that is not ASCII stays, for it cannot be written otherwise."""
    if address.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8').encode(linesep='')} <{address}>" if name else address


def ascii_address(address: str) -> str:
    """An address with its domain in ASCII, where it has such a form."""
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """A domain in ASCII (IDNA 2008); as it is where it has no such form."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain
