"""The report that a message did not reach somebody (RFC 3464)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

LONGEST_HEADER = 64 * 1024
"""Bytes of the message's header that the report quotes."""
# What the fields of the status hold is anything that somebody wrote behind To: it is written as it stands.
# The email package would read encoded words in it, and may then fail to write them.
AS_IT_STANDS = SMTP.clone(refold_source="none")


def report(mime: bytes, sender: str, undelivered: Sequence[str], domain: str, when: datetime) -> bytes:
    """A report to the sender about the recipients that nobody here is and that cannot be reached."""
    text = EmailMessage(policy=SMTP)
    text.set_content(
        "Your message could not be delivered to:\n\n"
        + "".join(f"    {address}\n" for address in undelivered)
        + "\nThere is no such mailbox on this server, or it did not take the message for days, and this\n"
        "server does not send mail to other servers.\n"
        "To the other recipients, if there were any, the message was delivered.\n"
    )
    report_part = EmailMessage(policy=SMTP)
    report_part["Content-Type"] = "message/delivery-status"
    report_part.set_payload([_group({"Reporting-MTA": f"dns; {domain}"}), *map(_failure, undelivered)])
    original = EmailMessage(policy=SMTP)
    original["Content-Type"] = "text/rfc822-headers; charset=utf-8"
    original["Content-Transfer-Encoding"] = "8bit"
    original.set_payload(_octets(_header_of(mime)))
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Mail Delivery System <postmaster@{domain}>"
    message["To"] = sender
    message["Subject"] = "Undelivered mail returned to sender"
    message["Date"] = format_datetime(when)
    message["Message-ID"] = make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-replied"
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = 'multipart/report; report-type="delivery-status"'
    for part in (text, report_part, original):
        message.attach(part)
    return b"Return-Path: <>\r\n" + message.as_bytes(policy=AS_IT_STANDS)


def _group(fields: dict[str, str]) -> Message:
    """A group of fields of the delivery status, which is a header without a body; values are ASCII."""
    group = Message()
    for name, value in fields.items():
        group[name] = value
    return group


def _failure(address: str) -> Message:
    return _group({"Final-Recipient": _typed(address), "Action": "failed", "Status": "5.1.1"})


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
