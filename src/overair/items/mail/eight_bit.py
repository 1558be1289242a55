"""Messages whose bytes are no text for an answer, as the text that a Body of type MIME is.

Its Data is a string without control characters, so text in another character set has no place in it, nor
the escapes of ISO-2022-JP, as which most Japanese mail is written: the parts that hold such bytes are
encoded for transfer, and header fields are read as what they look like. The tree is that of
items/mail/structure.py with its limits; the standard library's generator knows none, and fails on text
without a charset and with one that it does not know.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Callable, Iterator
from typing import Final

from overair.items import charsets, text
from overair.items.mail.headers import Headers
from overair.items.mail.structure import LocatedMessage, content_type, extent, parse
from overair.items.mail.transfer import decode_transfer

_TRANSFER_ENCODING: Final = re.compile(
    rb"^Content-Transfer-Encoding[ \t]*:.*+(?:\r?\n[ \t].*+)*+(?:\r?\n|\Z)", re.IGNORECASE | re.MULTILINE
)
_CONTENT_TYPE: Final = re.compile(
    rb"^Content-Type[ \t]*:.*+(?:\r?\n[ \t].*+)*+(?:\r?\n|\Z)", re.IGNORECASE | re.MULTILINE
)
_HOLDS_PARTS: Final = re.compile(rb"Content-Type[ \t]*:\s*+(?:multipart|message)/", re.IGNORECASE)
_ENDED: Final = (b"\n\n", b"\r\n\r\n", b"\n\r\n")
"""How a header ends that has an empty line behind it."""


def as_text(mime: bytes) -> str:
    """The message as text that an answer may carry; the bytes as they are where they are such text."""
    try:
        found = mime.decode()
    except UnicodeDecodeError:
        found = None
    if found is None or not text.is_clean(found):
        found = text.cleaned("".join(map(_read, _pieces(mime, _not_plain))))
    return found


def with_parts_encoded(mime: bytes, chosen: Callable[[LocatedMessage], list[LocatedMessage]]) -> bytes:
    """The message with some of its parts in base64 and every other byte as it is.

    ``chosen`` is given the tree and returns those parts, which have no others inside, in their order.
    """
    return b"".join(_pieces(mime, chosen))


def _not_plain(tree: LocatedMessage) -> list[LocatedMessage]:
    return [part for part in tree.walk() if part.source is not None and not _is_plain(part.source)]


def _is_plain(source: str) -> bool:
    return source.isascii() and text.is_clean(source)


def _pieces(mime: bytes, chosen: Callable[[LocatedMessage], list[LocatedMessage]]) -> Iterator[bytes]:
    position = 0
    for part in chosen(parse(mime)):
        offset, length = extent(part, mime)
        yield mime[position : part.start]
        yield _header(part, mime[part.start : offset])
        position = offset + length
        content = decode_transfer(mime[offset:position], _transfer_encoding(part))
        yield encodebytes(content).replace(b"\n", b"\r\n")
    yield mime[position:]


def _transfer_encoding(part: LocatedMessage) -> str:
    return Headers(part).raw("Content-Transfer-Encoding").strip().lower()


def _header(part: LocatedMessage, header: bytes) -> bytes:
    """The header of a part whose content is base64 now."""
    header = _TRANSFER_ENCODING.sub(b"", header)
    said = b"Content-Transfer-Encoding: base64\r\n"
    if _HOLDS_PARTS.search(header) is not None:
        # Beyond the limits on depth and number it is taken for one text or file.
        header = _CONTENT_TYPE.sub(b"", header)
        said += b"Content-Type: %b\r\n" % content_type(part).encode("ascii", "replace")
    if not header.endswith(_ENDED) and header.strip(b"\r\n"):
        header = header.rstrip(b"\r\n") + b"\r\n\r\n"
    return said + (header if header.endswith(b"\n") else b"\r\n")


def _read(data: bytes) -> str:
    """What stands outside of the parts: fields, and text around the boundaries."""
    return charsets.decode(data, charsets.resolve("", data))
