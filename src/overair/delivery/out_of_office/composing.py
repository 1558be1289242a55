"""The reply itself, as RFC 3834 has it."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from typing import Final

from overair.delivery.out_of_office.absence import Reply
from overair.delivery.out_of_office.answering import LONGEST_SUBJECT, Question
from overair.directory.interface import User
from overair.items.mail.header_fields import encoded_value
from overair.items.text import cleaned

SUBJECT: Final = "Automatic reply: "
_NEWLINE: Final = "\r\n"


def compose(reply: Reply, question: Question, sender: str, user: User, domain: str, now: datetime) -> bytes:
    """The bytes of a reply to the return path of a message; HTML goes with a text alternative.

    Raises ValueError for what cannot be written.
    """
    content = EmailMessage(policy=SMTP)
    content.set_content(cleaned(reply.text))
    if reply.html:
        content.add_alternative(cleaned(reply.markup), subtype="html")
    name = " ".join(cleaned(user.display_name).split())
    fields = {
        "From": formataddr((name, question.address)),
        "To": sender,
        "Subject": encoded_value("Subject", SUBJECT + question.subject, LONGEST_SUBJECT + len(SUBJECT)),
        "Date": format_datetime(now),
        "Message-ID": make_msgid(domain=domain),
        "In-Reply-To": question.message_id or "",
        "References": (_NEWLINE + " ").join(question.references),
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",  # what Exchange asks of its kind
    }
    lines = [f"{name}: {value}{_NEWLINE}" for name, value in fields.items() if value]
    if not (sender.isprintable() and question.address.isprintable()):
        raise ValueError("an address is none that can be written")
    return "".join(lines).encode() + content.as_bytes()
