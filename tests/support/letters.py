"""Messages for tests."""

from __future__ import annotations

from email.message import EmailMessage

from support.server import ANNA


def letter(number: int, *, attachment: bytes | None = None) -> bytes:
    """A message to Anna."""
    message = EmailMessage()
    message["From"] = "Ben Beck <ben@example.org>"
    message["To"] = ANNA
    message["Subject"] = f"Letter {number}"
    message["Message-ID"] = f"<letter-{number}@example.org>"
    message["Date"] = "Sun, 22 Nov 2026 10:00:00 +0000"
    message.set_content(f"Hello Anna,\r\nthis is number {number}.\r\n" + "And so on. " * 50)
    if attachment is not None:
        message.add_attachment(attachment, maintype="application", subtype="pdf", filename="plan.pdf")
    return message.as_bytes()
