"""Autodiscover's messages in JSON, its second version, which Outlook for phones and Nine ask first."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlencode

import msgspec

CONTENT_TYPE: Final = "application/json; charset=utf-8"
VERSIONED: Final = "/v1.0/"
"""What stands between the path and an address that is part of it."""


class Protocol(StrEnum):
    """What may be asked for: an EAS endpoint, or where the first version of Autodiscover is."""

    ACTIVE_SYNC = "ActiveSync"
    AUTODISCOVER_V1 = "AutodiscoverV1"


PROTOCOLS: Final = {protocol.lower(): protocol for protocol in Protocol}


class Refusal(msgspec.Struct, frozen=True, rename="pascal"):
    """What a question that cannot be answered gets, with HTTP 400."""

    error_code: str
    error_message: str


NO_ADDRESS: Final = Refusal("InvalidUserId", "An e-mail address is needed, as the parameter Email.")
NO_PROTOCOL: Final = Refusal("MandatoryParameterMissing", "A protocol is needed, as the parameter Protocol.")
UNKNOWN_PROTOCOL: Final = Refusal("InvalidProtocol", f"Protocol is one of {', '.join(Protocol)}.")


class QuestionRefused(ValueError):
    """A question that gets a Refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.error_code)
        self.refusal = refusal


class Question(msgspec.Struct, frozen=True):
    """What a client asks."""

    address: str
    protocol: Protocol = Protocol.ACTIVE_SYNC

    def to_query(self) -> str:
        """The query that asks it."""
        asked = {"Email": self.address, "Protocol": self.protocol.value, "RedirectCount": "1"}
        return urlencode(asked, quote_via=quote)


class Found(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer: the URL of what was asked for."""

    protocol: str
    url: str


def read_question(path: str, query: bytes) -> Question:
    """The question of a path (decoded, of whatever letter case) and a raw query. Raises QuestionRefused."""
    values: dict[str, str] = {}
    for part in query.split(b"&"):
        # A plus is one: it is part of addresses, and no client writes a blank so.
        name, value = (unquote_to_bytes(half).decode("utf-8", "replace") for half in _halves(part))
        values.setdefault(name.lower(), value)
    place = path.lower().find(VERSIONED)
    of_path = path[place + len(VERSIONED) :] if place >= 0 else ""
    address = (values.get("email") or of_path).strip()
    if not address:
        raise QuestionRefused(NO_ADDRESS)
    if not values.get("protocol"):
        raise QuestionRefused(NO_PROTOCOL)
    protocol = PROTOCOLS.get(values["protocol"].strip().lower())
    if protocol is None:
        raise QuestionRefused(UNKNOWN_PROTOCOL)
    return Question(address, protocol)


def _halves(part: bytes) -> tuple[bytes, bytes]:
    name, _, value = part.partition(b"=")
    return name, value
