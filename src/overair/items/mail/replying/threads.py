"""The fields that put a message into the thread of what it answers or passes on."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from overair.items.mail.header_fields import RawHeader, encoded_value
from overair.items.mail.headers import LONGEST, PRINTABLE_MESSAGE_ID

MOST_REFERENCES: Final = 30
"""How many messages References names: the root of the thread and the last ones before."""
MOST_RESPONSES: Final = 100
"""How many response levels a Thread-Index has."""
_FILETIME_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_HEAD: Final = 22
_LEVEL: Final = 5
_HEADER: Final = 5
"""The bytes of a ConversationIndex before its first level."""
_COARSE: Final = 1 << 49
"""Ticks of 100 ns (1.8 years) from which on a response level counts in coarser steps."""


class Thread(msgspec.Struct, frozen=True):
    """Where the original stands in its thread."""

    message_id: str | None = None
    references: str = ""
    """Its References, or else In-Reply-To, as it stands."""
    topic: str = ""
    index: bytes = b""
    """Its Thread-Index: a byte, five of time, sixteen of identifier, five for each response."""


def continue_thread(header: RawHeader, thread: Thread, now: datetime, *, is_reply: bool) -> None:
    """Add the fields that the client left out. Only a reply is In-Reply-To something (RFC 5322, 3.6.4)."""
    names = {field.name for field in header.fields}
    for name, value in _fields(thread, now, is_reply=is_reply):
        if value and name.lower() not in names:
            header.put_last(name, value)


def _fields(thread: Thread, now: datetime, *, is_reply: bool) -> Iterator[tuple[str, str]]:
    own = PRINTABLE_MESSAGE_ID.findall(thread.message_id or "")
    if is_reply:
        yield "In-Reply-To", "".join(own)
    references = list(dict.fromkeys((*PRINTABLE_MESSAGE_ID.findall(thread.references), *own)))
    if len(references) > MOST_REFERENCES:
        references = [references[0], *references[1 - MOST_REFERENCES :]]
    yield "References", "\r\n ".join(references)
    yield "Thread-Topic", encoded_value("Thread-Topic", thread.topic, LONGEST) if thread.topic else ""
    yield "Thread-Index", _folded(b64encode(next_index(thread.index, now)).decode()) if thread.index else ""


def _folded(value: str) -> str:
    """Base64 in lines that a header may have."""
    return "\r\n ".join(value[place : place + 60] for place in range(0, len(value), 60))


def next_index(index: bytes, now: datetime) -> bytes:
    """A Thread-Index with one response level more (MS-OXOMSG 2.2.1.3).

    A level has a bit for the unit, 31 bits of the time since the root, and a byte that tells responses of
    one moment apart, for which the end of the index serves.
    """
    if len(index) >= _HEAD + MOST_RESPONSES * _LEVEL:
        return index
    root = int.from_bytes(index[:6], "big") << 16
    ticks = max(0, _ticks(now) - root)
    coarse = ticks >= _COARSE
    level = (1 << 31 if coarse else 0) | (ticks >> (23 if coarse else 18)) & 0x7FFF_FFFF
    return index + level.to_bytes(4, "big") + bytes([sum(index) & 0xFF])


def continued_index(before: bytes, own: bytes) -> bytes:
    """The ConversationIndex of an answer to a message with the index ``before`` (MS-ASCON_R86, R87).

    ``own`` is what the answer's header gives: where its client says the levels, they stay.
    """
    if any(own[_HEADER:]):
        return own
    sent = _FILETIME_EPOCH + timedelta(
        microseconds=(int.from_bytes(b"\1" + own[:_HEADER], "big") << 16) // 10
    )
    unique = bytes(_HEAD - 1 - _HEADER)
    whole = next_index(b"\1" + before[:_HEADER] + unique + before[_HEADER:], sent)
    return whole[1 : 1 + _HEADER] + whole[_HEAD:]


def _ticks(instant: datetime) -> int:
    return (instant - _FILETIME_EPOCH) // timedelta(microseconds=1) * 10
