"""What a message says of its way (RFC 5321, 4.4)."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Final

from overair.delivery.queue import Outgoing
from overair.delivery.wire_form import ascii_domain
from overair.items.mail.header_fields import ADDED_HERE, MAXIMUM_HEADER, RawField, RawHeader
from overair.times import moment_of

MOST_HOPS: Final = 50
"""Received fields of a message that goes on; one with more runs in a circle."""


def traced(mime: bytes, outgoing: Outgoing, domain: str, *, return_path: bool) -> bytes:
    """The message with the fields that say how it came, the same at each attempt.

    ``return_path`` is for those to whom it is delivered here. Raises HeaderError.
    """
    header = RawHeader(mime, MAXIMUM_HEADER + ADDED_HERE)
    stamp = format_datetime(moment_of(outgoing.submitted).replace(microsecond=0))
    name = ascii_domain(domain)
    header.put_first("Received", f"by {name} (Overair) with ActiveSync id {outgoing.message_key}; {stamp}")
    if return_path:
        path = f"Return-Path: <{outgoing.sender}>".encode() + header.newline  # UTF-8 is right (RFC 6532)
        header.fields.insert(0, RawField("return-path", path))
    return header.to_bytes()


def hops(mime: bytes) -> int:
    """How many servers have had the message. Raises HeaderError."""
    header = RawHeader(mime, MAXIMUM_HEADER + ADDED_HERE)
    return sum(field.name == "received" for field in header.fields)
