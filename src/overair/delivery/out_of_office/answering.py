"""Whether a message is one that is answered automatically (RFC 3834, 2), and what of it a reply needs."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from overair.directory.interface import User
from overair.items.contact import LONGEST_ADDRESS
from overair.items.mail import structure
from overair.items.mail.headers import (
    PRINTABLE_MESSAGE_ID,
    Headers,
    is_marked_as_spam,
    message_id,
    undecoded_addresses,
)
from overair.items.text import cleaned

HEADER_READ: Final = 256 * 1024
"""Bytes of a message's beginning that are looked at."""
MOST_REFERENCES: Final = 20
"""How many of the messages before it a reply names: the first one and the last ones."""
LONGEST_SUBJECT: Final = 200
"""Characters of the subject that the reply repeats."""

_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_MACHINE: Final = re.compile(
    r"(?:owner-.*|.*-owner|.*-request|mailer-daemon|postmaster|listserv|majordomo|mailman|daemon|root"
    r"|(?:.*[._+-])?(?:no|do[._-]?not)[._-]?reply(?:[._+=-].*)?|bounces?(?:[._+=-].*)?|.*-bounces?(?:[+=].*)?)",
    re.IGNORECASE,
)
"""Local parts behind which nobody reads (RFC 3834, 2, names the first ones)."""
_SENT_BY_MACHINES: Final = {
    # What is in a field, and which values say that a program wrote the message or that none should answer.
    "auto-submitted": re.compile(r"(?!no\b)", re.IGNORECASE),
    "precedence": re.compile(r"bulk|list|junk|auto_reply", re.IGNORECASE),
    "x-auto-response-suppress": re.compile(r"(?:.*[\s,;])?(?:all|oof)(?:[\s,;].*)?\Z", re.IGNORECASE),
    "x-autoreply": re.compile(r""),
    "x-autorespond": re.compile(r""),
    "x-autoresponder": re.compile(r""),
    "x-loop": re.compile(r""),
    "feedback-id": re.compile(r""),
}
_OF_LISTS: Final = "list-"
_ADDRESSED: Final = ("To", "Cc", "Resent-To", "Resent-Cc")


class Question(msgspec.Struct, frozen=True):
    """A message that is answered; ``address`` is the user's that it was written to."""

    address: str
    subject: str
    message_id: str | None
    references: tuple[str, ...]


def question_of(mime: bytes, sender: str, user: User) -> Question | None:
    """What a reply to a message needs; None for a message that is not answered. Never raises.

    ``mime`` is the message or at least its first HEADER_READ bytes, ``sender`` its return path.
    """
    found = _BLANK_LINE.search(mime, 0, HEADER_READ)
    headers = Headers(structure.parse(mime[: HEADER_READ if found is None else found.end()]))
    if user.owns(sender) or _is_machine(sender) or _is_sent_by_machine(headers):
        return None
    if any(map(_is_machine, _addresses(headers, "From"))):
        return None
    address = _addressed(headers, user)
    if address is None:
        return None
    own = message_id(headers)
    ids = PRINTABLE_MESSAGE_ID
    before = ids.findall(headers.raw("References")) or ids.findall(headers.raw("In-Reply-To"))
    own = own if own is not None and ids.fullmatch(own) else None
    references = [*before, *([own] if own else [])]
    if len(references) > MOST_REFERENCES:
        references = [references[0], *references[1 - MOST_REFERENCES :]]
    subject = " ".join(cleaned(headers.text("Subject")).split())[:LONGEST_SUBJECT]
    return Question(address, subject, own, tuple(references))


def _is_machine(address: str) -> bool:
    local, at, _ = address.rpartition("@")
    return not at or len(address) > LONGEST_ADDRESS or _MACHINE.fullmatch(local) is not None


def _is_sent_by_machine(headers: Headers) -> bool:
    if is_marked_as_spam(headers) or any(name.startswith(_OF_LISTS) for name in headers.names()):
        return True
    if re.match(r"\s*multipart/report\b", headers.raw("Content-Type"), re.IGNORECASE):
        return True  # of a delivery, a receipt, a complaint
    return any(
        pattern.match(value.strip())
        for name, pattern in _SENT_BY_MACHINES.items()
        for value in headers.all(name)
    )


def _addresses(headers: Headers, name: str) -> list[str]:
    return [address for _, address in undecoded_addresses(headers.all(name)) if address]


def _addressed(headers: Headers, user: User) -> str | None:
    """The address of the user's that a message was written to; None where none stands there.

    Who was written to blindly, or by way of a list or an alias elsewhere, does not answer.
    """
    for name in _ADDRESSED:
        for address in _addresses(headers, name):
            local, _, domain = address.lower().rpartition("@")
            for one in (f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"):
                if user.owns(one):
                    return one
    return None
