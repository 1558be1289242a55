"""The content of a part: decoded, and taken out of TNEF where it stands in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from overair.items.mail.parts import ByteSource, Form, Part, read_start
from overair.items.mail.tnef.message_files import html_of_rtf, message_file
from overair.items.mail.tnef.stream import Broken, Span
from overair.items.mail.transfer import decode_transfer

_MAKERS: Final[dict[Form, Callable[[bytes, Span], bytes]]] = {
    Form.BYTES: lambda data, span: data[span.start : span.end],
    Form.RTF: lambda data, span: html_bytes(data[span.start : span.end]),
    Form.MESSAGE: message_file,
}


def content(blobs: ByteSource, key: str, part: Part) -> bytes:
    """The whole content of a part of the message whose bytes have a key.

    Raises KeyError where the bytes are gone or are others than when the message came, OSError where none
    can be read.
    """
    data = decode_transfer(read_start(blobs, key, part, part.length), part.encoding)
    if part.inside is None:
        return data
    try:
        span = Span(part.inside.offset, part.inside.offset + part.inside.length)
        return _MAKERS[part.inside.form](data, span)
    except Broken as error:
        raise KeyError(key) from error


def html_bytes(compressed: bytes) -> bytes:
    """The HTML of compressed RTF as the bytes of a part, empty where the RTF is none."""
    return (html_of_rtf(compressed) or "").encode("utf-8", "replace")
