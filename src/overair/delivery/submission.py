"""Checking and completing a message that a user submits."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import Message as EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime, formataddr, make_msgid
from typing import Final

import msgspec

from overair.directory.interface import User
from overair.items.mail.header_fields import HeaderError, RawHeader
from overair.items.mail.headers import undecoded_addresses
from overair.protocol.statuses import CommonStatus
from overair.sync.submission import SubmissionRefused

RECIPIENT_FIELDS: Final = ("to", "cc", "bcc")
LONGEST_ADDRESS: Final = 320
"""Characters: 64 before the @ and 255 behind it (RFC 5321, 4.5.3.1)."""


class Submitted(msgspec.Struct, frozen=True):
    """A message that may be sent."""

    sender: str
    """The address in From, which is the user's."""
    recipients: tuple[str, ...]
    travelling: bytes
    """What the recipients get: without Bcc."""
    kept: bytes
    """What the sender keeps: with Bcc."""


def check(user: User, mime: bytes, domain: str, recipient_limit: int) -> Submitted:
    """The message as it is sent: From is the user, Message-ID and Date are there.

    Raises SubmissionRefused.
    """
    try:
        header = RawHeader(mime)
    except HeaderError as error:
        raise SubmissionRefused(CommonStatus.INVALID_MIME, str(error)) from None
    parsed = BytesHeaderParser().parsebytes(b"".join(field.lines for field in header.fields))
    recipients = _recipients(parsed)
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
        header.put_first("Message-ID", make_msgid(domain=domain))
    kept = header.to_bytes()
    header.remove("bcc")
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


def _recipients(parsed: EmailMessage) -> tuple[str, ...]:
    """Every address once, whatever its letter case. Raises SubmissionRefused."""
    found: dict[str, str] = {}
    for name in RECIPIENT_FIELDS:
        for value in map(str, parsed.get_all(name, [])):  # where there are 8 bits it is no text yet
            addresses = _addresses_in(value)
            if not addresses and "@" in value:
                # The list cannot be read: sending to the others alone would lose these.
                raise SubmissionRefused(
                    CommonStatus.MESSAGE_RECIPIENT_UNRESOLVED, f"{name} is no list of addresses"
                )
            found |= {address.lower(): address for address in addresses}
    return tuple(found.values())


def _set_sender(header: RawHeader, parsed: EmailMessage, user: User) -> str:
    """Leave From where it is the user's own, else set it to the primary address (MS-ASCMD_R448)."""
    own = [address for address in _addresses(parsed, "from") if user.owns(address)]
    if len(own) == 1 == len(_addresses(parsed, "from")) and len(parsed.get_all("from", [])) == 1:
        if not all(user.owns(address) for address in _addresses(parsed, "sender")):
            header.remove("sender")
        return own[0]
    header.remove("from", "sender")
    header.put_first("From", formataddr((" ".join(user.display_name.split()), user.address)))
    return user.address
