"""What a server's answer means for a recipient."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from overair.delivery.queue import RecipientState

LONGEST_ANSWER: Final = 500
"""Characters of an answer that are kept."""
ABOUT_US: Final = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})
"""Permanent answers that complain of the commands or the log-in, not of the message or the recipient.

Somebody will set that right, so the message waits for it.
"""
TOO_MANY: Final = 452
"""To RCPT: enough recipients for this transaction (RFC 5321, 4.5.3.1.10)."""
_ENHANCED: Final = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")


class Verdict(msgspec.Struct, frozen=True):
    """What becomes of a recipient by an answer: its state, enhanced status code, and the answer."""

    state: RecipientState
    status: str
    answer: str
    """The code with its text on one line; empty where the server said nothing."""
    again: bool = False
    """The recipient is to be named again in the next transaction, since this one is full."""


def verdict_of(code: int, text: str) -> Verdict:
    """What an answer to MAIL, RCPT or the message says."""
    # What is no answer at all may be an echo of what was sent, a password for example.
    answer = printable(f"{code} {text}") if 200 <= code < 600 else ""
    kind = code // 100
    if kind == 2:
        return Verdict(RecipientState.DELIVERED, _status(text, 2), answer)
    if kind == 5 and code not in ABOUT_US:
        return Verdict(RecipientState.FAILED, _status(text, 5), answer)
    # 4xx, and whatever is no answer to what was asked.
    return Verdict(RecipientState.WAITING, _status(text, 4), answer)


def unheard(status: str) -> Verdict:
    """No answer came, so nothing is known."""
    return Verdict(RecipientState.WAITING, status, "")


def failed_here(status: str) -> Verdict:
    """A recipient, or a message, that this server finds cannot be sent."""
    return Verdict(RecipientState.FAILED, status, "")


def printable(text: str) -> str:
    """An answer on one line of printable ASCII."""
    line = " ".join(text.split())
    return "".join(one if " " <= one <= "~" else "?" for one in line)[:LONGEST_ANSWER]


def _status(text: str, kind: int) -> str:
    found = _ENHANCED.match(text)
    return found[0] if found is not None and found[1] == str(kind) else f"{kind}.0.0"
