"""The steps of an examination as Server-Sent Events.

Each step is sent as it is now; whoever comes back (Last-Event-ID) gets what has changed since.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from overair.helpdesk.consultation import Consultation, Ended

HEARTBEAT_SECONDS: Final = 15.0
"""Between comments that keep a stream open where nothing happens; proxies cut after a minute."""
RETRY_MILLISECONDS: Final = 2000
HEADERS: Final = {"X-Accel-Buffering": "no"}
"""nginx would keep the events back."""
BEAT: Final = b": still here\n\n"
_DIGITS: Final = 12


def last_seen(text: str | None) -> int:
    """The number that a Last-Event-ID says; 0 for what says none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


async def stream(
    consultation: Consultation, after: int, *, beat_seconds: float = HEARTBEAT_SECONDS
) -> AsyncIterator[bytes]:
    """What is new after a number, until there will be nothing new; counts as somebody who listens."""
    consultation.listeners += 1
    try:
        yield b"retry: %d\n\n" % RETRY_MILLISECONDS
        while True:
            # The end first, since a step may be told while an event is on its way.
            outcome = consultation.outcome
            for change in consultation.changes(after):
                yield _event(change.number, "step", change.step)
                after = change.number
            if outcome is not None:
                yield _event(consultation.number, "ended", Ended(outcome))
                return
            if not await consultation.news(after, beat_seconds):
                yield BEAT
    finally:
        consultation.listeners -= 1
        consultation.seen_at = time.monotonic()


def _event(number: int, kind: str, data: msgspec.Struct) -> bytes:
    # JSON of msgspec has no line ends, which would end the field.
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), msgspec.json.encode(data))
