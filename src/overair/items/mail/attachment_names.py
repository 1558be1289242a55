"""What an attachment is called."""

from __future__ import annotations

from typing import Final

from overair.items.mail.headers import Headers
from overair.items.mail.parts import MESSAGE_TYPES
from overair.items.mail.structure import LocatedMessage, file_name, safe_name

MESSAGE_EXTENSION: Final = ".eml"
_LONGEST_SUBJECT: Final = 100
_NO_FILES: Final = ("text/plain", "text/html")
"""Types of which a part without a name is text to be read."""
_EXTENSIONS: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "text/calendar": ".ics",
    "application/pdf": ".pdf",
    "application/ms-tnef": ".dat",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
}


def name_of(part: LocatedMessage, content_type: str, number: int) -> str:
    """The name of a leaf: its own, or one made up; ``""`` for text that has none."""
    found = file_name(part)
    if content_type in MESSAGE_TYPES:
        subject = Headers(part.children[0]).text("Subject") if part.children and not found else ""
        return message_name(found, subject)
    return found or invented(content_type, number)


def invented(content_type: str, number: int) -> str:
    """A name for a part that has none."""
    return "" if content_type in _NO_FILES else f"part{number}{_EXTENSIONS.get(content_type, '')}"


def message_name(name: str, subject: str) -> str:
    """The name of an attached message, which ends as MS-ASAIRS_R2299 has it."""
    if not name:
        letters = (c if c.isalnum() or c in " .-_()" else "_" for c in subject[:_LONGEST_SUBJECT])
        name = safe_name("".join(letters)).strip(" .") or "message"
    return name if name.lower().endswith(MESSAGE_EXTENSION) else name[: 255 - 4] + MESSAGE_EXTENSION
