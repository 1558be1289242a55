"""What a command's failure tells, for reports."""

from __future__ import annotations

from typing import Final

from overair.client import (
    ClientError,
    ConnectionFailed,
    HttpError,
    InvalidAnswer,
    StatusError,
    WipeRequested,
)
from overair.protocol.statuses import CommonStatus

MEANINGS: Final = {status.value: status.name.replace("_", " ").lower() for status in CommonStatus}

WORDS: Final[dict[type[ClientError], str]] = {
    ConnectionFailed: "no whole answer",
    InvalidAnswer: "an answer that breaks the protocol",
    WipeRequested: "an order to wipe the device, which the doctor does not acknowledge",
}


def told(error: ClientError) -> str:
    """A failure in a few words."""
    if isinstance(error, HttpError):
        return f"HTTP {error.status}"
    if isinstance(error, StatusError):
        meaning = MEANINGS.get(error.status)
        return f"status {error.status}" + (f" ({meaning})" if meaning else "")
    for kind, words in WORDS.items():
        if isinstance(error, kind):
            return words
    return type(error).__name__


def status_of(error: ClientError) -> int | None:
    """The status of the protocol, or of HTTP."""
    return error.status if isinstance(error, HttpError | StatusError) else None
