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
from overair.doctor.checks.protocol import illnesses
from overair.doctor.illness import Illness
from overair.protocol.statuses import CommonStatus

MEANINGS: Final = {status.value: status.name.replace("_", " ").lower() for status in CommonStatus}

REFUSALS: Final[dict[int, Illness]] = {
    CommonStatus.USER_DISABLED_FOR_SYNC: illnesses.EAS_DISABLED,
    CommonStatus.USER_ON_NEW_MAILBOX_CANNOT_SYNC: illnesses.EAS_DISABLED,
    CommonStatus.USER_ON_LEGACY_MAILBOX_CANNOT_SYNC: illnesses.EAS_DISABLED,
    CommonStatus.ACCOUNT_DISABLED: illnesses.EAS_DISABLED,
    CommonStatus.DEVICE_IS_BLOCKED_FOR_THIS_USER: illnesses.DEVICE_BLOCKED,
    CommonStatus.ACCESS_DENIED: illnesses.DEVICE_BLOCKED,
    CommonStatus.MAXIMUM_DEVICES_REACHED: illnesses.DEVICES_TOO_MANY,
}
"""The statuses by which a server does not let a user or a device in, whatever the command."""
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
