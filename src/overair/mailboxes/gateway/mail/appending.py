"""Messages as they are put into a mailbox: their bytes with the token that finds them again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Final

import msgspec

from overair.imap.message_commands import Text
from overair.imap.session import Session
from overair.items import Message
from overair.items.mail.header_fields import encoded_value
from overair.items.mail.headers import LONGEST
from overair.items.mail.message import index_message
from overair.items.mail.parts import ByteSource, Index, Part
from overair.items.text import cleaned
from overair.protocol.body_preferences import BodyType

TOKEN: Final = "X-Overair-Token"  # noqa: S105 - no secret, but the name of a header
"""The header by which what was added is found again when the server's answer was lost."""
LATE: Final = timedelta(days=8)
"""For how long after the first attempt at adding a message another one is recognised."""
_ODD_LINE_END: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_HEADERS: Final = {
    "From": "from_",
    "To": "to",
    "Cc": "cc",
    "Bcc": "bcc",
    "Reply-To": "reply_to",
    "Subject": "subject",
}


class Prepared(msgspec.Struct, frozen=True):
    """The bytes to append, and the message with its index of them."""

    mime: bytes
    message: Message


def prepared(message: Message, blobs: ByteSource, token: str) -> Prepared:
    """A message made ready; in a thread. Raises KeyError where its bytes are gone, OSError."""
    header = f"{TOKEN}: {token}\r\n".encode()
    mime = composed(message) if message.blob is None else blobs.read(message.blob)
    clean = _ODD_LINE_END.sub(b"\r\n", mime).replace(b"\0", b"?")
    if clean == mime and message.index is not None and message.blob is not None:
        index = shifted(message.index, len(header))
    else:
        found = index_message(header + clean, message.date_received or datetime.now(UTC), searchable=False)
        message = msgspec.structs.replace(message, message_id=message.message_id or found.message_id)
        index = found.index or Index(size=len(header + clean))
    return Prepared(header + clean, msgspec.structs.replace(message, index=index))


def composed(message: Message) -> bytes:
    """The bytes of a message that has none."""
    made = EmailMessage(policy=SMTP)
    body = message.body
    html = body is not None and body.type is BodyType.HTML
    data = body.data if body is not None else None
    made.set_content(cleaned(data or ""), subtype="html" if html else "plain", charset="utf-8")
    headers = {name: getattr(message, attribute) for name, attribute in _HEADERS.items()}
    headers["Date"] = format_datetime(message.date_received or datetime.now(UTC))
    headers["Message-ID"] = message.message_id or make_msgid(domain="overair.invalid")
    for name, value in headers.items():
        if value:
            made.set_raw(name, encoded_value(name, value, LONGEST))
    return made.as_bytes(policy=SMTP.clone(refold_source="none"))


def shifted(index: Index, by: int) -> Index:
    """The index of a message that got so many bytes in front; its sections stand as they stood."""

    def further(part: Part) -> Part:
        return part if part.section else msgspec.structs.replace(part, offset=part.offset + by)

    return msgspec.structs.replace(
        index,
        size=index.size + by,
        text_body=tuple(map(further, index.text_body)),
        html_body=tuple(map(further, index.html_body)),
        attachments=tuple(map(further, index.attachments)),
    )


async def appended_before(session: Session, token: str, received: datetime | None) -> int | None:
    """The UID of the message that an earlier attempt has put into the selected mailbox. Raises ImapError."""
    now = datetime.now(UTC)
    since = min(received or now, now) - LATE
    criteria = ["SINCE", search_date(since), "HEADER", TOKEN, Text(token), "UNDELETED"]
    found = (await session.uid_search(criteria)).uids.ranges
    return found[-1][1] if found else None


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def search_date(moment: datetime) -> str:
    """A day as SEARCH takes it; in English, whatever the language of the machine."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year:04d}"
