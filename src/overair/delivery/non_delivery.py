"""The report that a message did not reach somebody, or not yet (RFC 3464)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Final, NamedTuple

from overair.delivery.local import LocalDelivery
from overair.delivery.queue import Outgoing, Recipient
from overair.delivery.wire_form import ascii_domain
from overair.items.mail import message as items

LONGEST_HEADER: Final = 64 * 1024
"""Bytes of the message's header that the report quotes."""
# What the fields of the status hold is anything that somebody wrote behind To: it is written as it stands.
# The email package would read encoded words in it, and may then fail to write them.
AS_IT_STANDS: Final = SMTP.clone(refold_source="none")
NOBODY: Final = "5.1.1"
REASONS: Final = {
    NOBODY: "there is no such mailbox here",
    "5.1.3": "this is no address that mail can be sent to",
    "5.2.2": "the mailbox is full",
    "5.3.4": "the message is larger than the mail server takes",
    "5.3.5": "the message cannot be read any more",
    "5.4.6": "the message has run in a circle",
    "5.6.7": "the mail server does not take addresses with such characters",
    "4.4.7": "it could not be delivered for too long",
}
"""What the status codes mean that this server gives itself."""
SENDS_TO_NOBODY_ELSE: Final = "\nThis server does not send mail to other servers.\n"


class Kind(NamedTuple):
    """One kind of report: what it says to people, and its Action."""

    action: str
    subject: str
    sentence: str
    ending: str


FAILED: Final = Kind(
    "failed",
    "Undelivered mail returned to sender",
    "Your message could not be delivered to:",
    "To the other recipients, if there are any, the message was delivered, or it is still on its way.",
)
DELAYED: Final = Kind(
    "delayed",
    "Mail is delayed",
    "Your message could not be delivered yet to:",
    "You need not send it again: delivery is still being tried.",
)


class Circumstances(NamedTuple):
    """When a report is written, by whom, and what is known of the other server."""

    domain: str
    when: datetime
    remote: str = ""
    """The name of the server that answered; empty where none is set."""
    until: datetime | None = None
    """How long delivery is tried."""


async def written(
    delivery: LocalDelivery,
    outgoing: Outgoing,
    recipients: Sequence[Recipient],
    domain: str,
    when: datetime,
    *,
    kind: Kind = FAILED,
    remote: str = "",
    until: datetime | None = None,
) -> items.Message:
    """A report to the sender of a message, with its bytes on disk. Raises OSError."""
    try:
        mime = await asyncio.to_thread(delivery.blobs.read, outgoing.blob, 0, LONGEST_HEADER)
    except KeyError:
        mime = b""
    known = Circumstances(ascii_domain(domain), when, remote, until)
    text = await asyncio.to_thread(report, mime, outgoing.sender, recipients, known, kind)
    return (await delivery.accept(text, when)).message


def report(
    mime: bytes, sender: str, recipients: Sequence[Recipient], known: Circumstances, kind: Kind = FAILED
) -> bytes:
    """A report to the sender of a message about some of its recipients."""
    statuses = {recipient.status for recipient in recipients}
    text = EmailMessage(policy=SMTP)
    text.set_content(
        f"{kind.sentence}\n\n"
        + "".join(f"    {recipient.address}\n        {_reason(recipient)}\n" for recipient in recipients)
        + (SENDS_TO_NOBODY_ELSE if not known.remote and NOBODY in statuses else "")
        + f"\n{kind.ending}\n"
    )
    status = EmailMessage(policy=SMTP)
    status["Content-Type"] = "message/delivery-status"
    groups = [_about(recipient, known, kind) for recipient in recipients]
    status.set_payload([_group({"Reporting-MTA": f"dns; {known.domain}"}), *groups])
    original = EmailMessage(policy=SMTP)
    original["Content-Type"] = "text/rfc822-headers; charset=utf-8"
    original["Content-Transfer-Encoding"] = "8bit"
    original.set_payload(_octets(_header_of(mime)))
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Mail Delivery System <postmaster@{known.domain}>"
    message["To"] = sender
    message["Subject"] = kind.subject
    message["Date"] = format_datetime(known.when)
    message["Message-ID"] = make_msgid(domain=known.domain)
    message["Auto-Submitted"] = "auto-replied"
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = 'multipart/report; report-type="delivery-status"'
    for part in (text, status, original):
        message.attach(part)
    return b"Return-Path: <>\r\n" + message.as_bytes(policy=AS_IT_STANDS)


def _reason(recipient: Recipient) -> str:
    """Why, in a line for people."""
    if recipient.answer:
        return f"The mail server said: {recipient.answer}"
    return f"{REASONS.get(recipient.status, 'the mail server could not be reached')} ({recipient.status})"


def _about(recipient: Recipient, known: Circumstances, kind: Kind) -> Message:
    fields = {
        "Final-Recipient": _typed(recipient.address),
        "Action": kind.action,
        "Status": recipient.status,
    }
    if recipient.answer:
        fields |= {"Remote-MTA": f"dns; {known.remote}", "Diagnostic-Code": f"smtp; {recipient.answer}"}
    fields["Last-Attempt-Date"] = format_datetime(known.when)
    if known.until is not None:
        fields["Will-Retry-Until"] = format_datetime(known.until)
    return _group(fields)


def _group(fields: dict[str, str]) -> Message:
    """A group of fields of the delivery status, which is a header without a body; values are ASCII."""
    group = Message()
    for name, value in fields.items():
        group[name] = value
    return group


def _typed(address: str) -> str:
    """An address with its type; other characters than ASCII have their numbers (RFC 6533, 3)."""
    if address.isascii():
        return f"rfc822; {address}"
    return "utf-8; " + "".join(
        character if "!" <= character <= "~" and character not in "+=\\" else f"\\x{{{ord(character):X}}}"
        for character in address
    )


def _octets(data: bytes) -> str:
    """Bytes as the email package carries them in a payload."""
    return data.decode("ascii", "surrogateescape")


def _header_of(mime: bytes) -> bytes:
    """The message's header."""
    end = min(
        (position for position in (mime.find(b"\r\n\r\n"), mime.find(b"\n\n")) if position >= 0),
        default=len(mime),
    )
    return mime[: min(end, LONGEST_HEADER)] + b"\r\n"
