"""Names of mailboxes: modified UTF-7 (RFC 3501, 5.1.3), over imapclient's codec, or UTF-8.

A name that a server has and that is not well-formed (8-bit bytes, a stray "&") must still be listed,
and mean that mailbox when it is given back: such bytes are told as characters of a private plane.
"""

from __future__ import annotations

import re
from typing import Final

from imapclient import imap_utf7

ESCAPES: Final = 0x10FE00
"""A byte b that is not part of well-formed text is the character of this number plus b."""
_SHIFTED: Final = re.compile(rb"&[^-&]*-?|[^&]+")
_ESCAPED: Final = re.compile(f"([{chr(ESCAPES)}-{chr(ESCAPES + 255)}]+)")


def decode(wire: bytes, *, utf8: bool = False) -> str:
    """The name as text; ``encode`` of it gives the same bytes again, whatever they are."""
    if utf8:
        text = wire.decode("utf-8", "replace")
        return text if encode(text, utf8=True) == wire and not _ESCAPED.search(text) else _escape(wire)
    parts: list[str] = []
    for match in _SHIFTED.finditer(wire):
        run = match.group()
        parts.append(_decode_run(run))
    text = "".join(parts)
    # Two runs that are well-formed, but not together ("&AOk-&AOk-"), are no one's encoding.
    return text if encode(text) == wire else "".join(_plain(byte) for byte in wire)


def encode(name: str, *, utf8: bool = False) -> bytes:
    """The name for the wire. Raises UnicodeEncodeError for lone surrogates."""
    parts: list[bytes] = []
    for place, text in enumerate(_ESCAPED.split(name)):
        if place % 2:
            parts.append(bytes(ord(character) - ESCAPES for character in text))
        else:
            parts.append(text.encode("utf-8") if utf8 else imap_utf7.encode(text))
    return b"".join(parts)


def _decode_run(run: bytes) -> str:
    if not run.startswith(b"&"):
        return "".join(_plain(byte) for byte in run)
    try:
        text = str(imap_utf7.decode(run))
        formed = run.endswith(b"-") and imap_utf7.encode(text) == run and not _ESCAPED.search(text)
    except ValueError:  # UnicodeError is one
        return _escape(run)
    return text if formed else _escape(run)


def _plain(byte: int) -> str:
    return chr(byte) if 0x20 <= byte <= 0x7E and byte != 0x26 else chr(ESCAPES + byte)


def _escape(wire: bytes) -> str:
    return "".join(chr(ESCAPES + byte) for byte in wire)
