"""Checking and completing a message that a user submits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import Message as EmailMessage
from email.parser import HeaderParser
from email.utils import format_datetime, formataddr, make_msgid
from typing import Final

import msgspec

from overair.delivery.wire_form import ascii_domain
from overair.directory.interface import User
from overair.items import charsets
from overair.items.mail.header_fields import HeaderError, RawField, RawHeader
from overair.items.mail.headers import undecoded_addresses
from overair.protocol.statuses import CommonStatus
from overair.sync.submission import SubmissionRefused

RECIPIENT_FIELDS: Final = ("to", "cc", "bcc")
RESENT_RECIPIENT_FIELDS: Final = ("resent-to", "resent-cc", "resent-bcc")
"""Who a message is for that somebody sends on as it is (RFC 5322, 3.6.6)."""
RESENT_AUTHOR_FIELDS: Final = ("resent-from", "resent-sender")
LONGEST_ADDRESS: Final = 320
"""Characters: 64 before the @ and 255 behind it (RFC 5321, 4.5.3.1)."""


class Submitted(msgspec.Struct, frozen=True):
    """A message that may be sent."""

    sender: str
    """The return path: the user's address, or one that the user may send as."""
    recipients: tuple[str, ...]
    travelling: bytes
    """What the recipients get: without Bcc and Resent-Bcc."""
    kept: bytes
    """What the sender keeps: with them."""


def check(user: User, mime: bytes, domain: str, recipient_limit: int) -> Submitted:
    """The message as it is sent: From is one that the user may send as, Message-ID and Date are there.

    Raises SubmissionRefused.
    """
    try:
        header = RawHeader(mime)
    except HeaderError as error:
        raise SubmissionRefused(CommonStatus.INVALID_MIME, str(error)) from None
    parsed = _parsed(header.fields)
    recipients = _all_recipients(header, parsed)
    if not recipients:
        raise SubmissionRefused(CommonStatus.MESSAGE_HAS_NO_RECIPIENT, "no recipient")
    if len(recipients) > recipient_limit:
        raise SubmissionRefused(
            CommonStatus.SEND_QUOTA_EXCEEDED, f"{len(recipients)} recipients, the limit is {recipient_limit}"
        )
    for recipient in recipients:
        local, at, host = recipient.rpartition("@")
        if not (local and at and host) or len(recipient) > LONGEST_ADDRESS or not recipient.isprintable():
            raise SubmissionRefused(CommonStatus.MESSAGE_RECIPIENT_UNRESOLVED, "a recipient is no address")
    header.remove("return-path")
    sender = _set_sender(header, parsed, user)
    names = {field.name for field in header.fields}
    if "date" not in names:
        header.put_first("Date", format_datetime(datetime.now(UTC)))
    if "message-id" not in names:
        header.put_first("Message-ID", make_msgid(domain=ascii_domain(domain)))
    kept = header.to_bytes()
    header.remove("bcc", "resent-bcc")
    return Submitted(sender, recipients, header.to_bytes(), kept)


def message_id(mime: bytes) -> str | None:
    """The Message-ID of a message, None where there is none that can be read."""
    try:
        header = RawHeader(mime)
    except HeaderError:
        return None
    for field in header.fields:
        if field.name == "message-id":
            return field.lines.partition(b":")[2].strip().decode("utf-8", "replace") or None
    return None


def _addresses(parsed: EmailMessage, name: str) -> list[str]:
    return [address for value in parsed.get_all(name, []) for address in _addresses_in(str(value))]


def _addresses_in(value: str) -> list[str]:
    return [address.strip() for _, address in undecoded_addresses([value]) if address.strip()]


def _parsed(fields: Iterable[RawField]) -> EmailMessage:
    data = b"".join(field.lines for field in fields)
    # As text, since the parser of bytes makes question marks of addresses that are not ASCII (RFC 6532).
    return HeaderParser().parsestr(charsets.decode(data, charsets.resolve("utf-8", data)))


def _all_recipients(header: RawHeader, parsed: EmailMessage) -> tuple[str, ...]:
    """Whom the message is for; of one that is sent on, those of the latest sending.

    Its fields stand in a block before those of earlier ones. Raises SubmissionRefused.
    """
    block: dict[str, RawField] = {}
    for field in header.fields:
        if field.name.startswith("resent-"):
            if field.name in block:
                break
            block[field.name] = field
    if any(name in block for name in RESENT_RECIPIENT_FIELDS):
        return _recipients(_parsed(block.values()), RESENT_RECIPIENT_FIELDS)
    return _recipients(parsed, RECIPIENT_FIELDS)


def _recipients(parsed: EmailMessage, names: Iterable[str]) -> tuple[str, ...]:
    """Every address once, whatever its letter case. Raises SubmissionRefused."""
    found: dict[str, str] = {}
    for name in names:
        for value in parsed.get_all(name, []):
            addresses = _addresses_in(value)
            if not addresses and "@" in value:
                # The list cannot be read: sending to the others alone would lose these.
                raise SubmissionRefused(
                    CommonStatus.MESSAGE_RECIPIENT_UNRESOLVED, f"{name} is no list of addresses"
                )
            found |= {address.lower(): address for address in addresses}
    return tuple(found.values())


def _set_sender(header: RawHeader, parsed: EmailMessage, user: User) -> str:
    """Set From, Sender and their like to what the user may say; returns the return path.

    A From that is neither the user's own nor granted becomes the primary address (MS-ASCMD_R448).
    """
    header.fields = [
        field
        for field in header.fields
        if field.name not in RESENT_AUTHOR_FIELDS or _is_own(_parsed([field]), field.name, user)
    ]
    if not _is_own(parsed, "sender", user):
        header.remove("sender")
    found = _addresses(parsed, "from")
    if len(found) == 1 == len(parsed.get_all("from", [])):
        [address] = found
        if user.owns(address):
            return address
        right = user.right_to(address)
        if right is not None and not right.on_behalf:
            return address
        if right is not None:
            header.remove("sender")
            _put_user(header, "Sender", user)
            return user.address
    header.remove("from", "sender")
    _put_user(header, "From", user)
    return user.address


def _is_own(parsed: EmailMessage, name: str, user: User) -> bool:
    """Whether a field is there once, with one address, which is the user's."""
    found = _addresses(parsed, name)
    return len(found) == 1 == len(parsed.get_all(name, [])) and user.owns(found[0])


def _put_user(header: RawHeader, name: str, user: User) -> None:
    """Put a field in front that names the user; an address that is not ASCII has no name beside it."""
    value = user.address
    if value.isascii():
        value = formataddr((" ".join(user.display_name.split()), value))
    header.fields.insert(0, RawField(name.lower(), f"{name}: {value}".encode() + header.newline))
