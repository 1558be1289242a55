"""Whom the header of a message names, and whether that leaves out somebody who receives it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from overair.items.mail.headers import Address, Headers

_PASSED_ON: Final = ("List-Id", "List-Post", "Resent-From", "Resent-To", "Resent-Cc", "X-Forwarded-To")
"""Of what a list or somebody else passes on, nobody knows how it was addressed to its recipients."""
_ENVELOPE: Final = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To")
"""Where mail servers say for which address a message came, before that became the recipient's."""


def named(headers: Headers, to: Iterable[Address], cc: Iterable[Address]) -> frozenset[str] | None:
    """The addresses in To and Cc, in lower case, with and without the tag of ``user+tag``.

    None where others are not known to be left out: the message came by a list or was passed on, or for
    an address that stands there and leads to the recipient.
    """
    if any(headers.raw(name) for name in _PASSED_ON):
        return None
    found = {address.lower() for _, address in (*to, *cc)}
    if any(address.lower() in found for _, address in headers.addresses(*_ENVELOPE)):
        return None
    return frozenset(found | {_untagged(address) for address in found})


def _untagged(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"
