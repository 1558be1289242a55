"""The mail that people get: HTML with a picture in it, attachments, threads, signatures."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
PDF = b"%PDF-1.7\n" + b"plan " * 4000


def plain(subject: str, *, words: int = 20, to: str = "anna@example.org") -> bytes:
    """A message of plain text."""
    message = _headed(subject, to)
    message.set_content("word " * words)
    return message.as_bytes()


def rich(subject: str, *, words: int = 20, attachment: bool = True) -> bytes:
    """HTML with its text form, an inline picture and an attachment."""
    message = _headed(subject)
    message.set_content("word " * words)
    html = "<html><body><p>" + "wörd " * words + "</p><img src='cid:picture1'></body></html>"
    message.add_alternative(html, subtype="html")
    part = message.get_payload()[1]  # type: ignore[index]  # the alternatives
    assert isinstance(part, EmailMessage)
    part.add_related(PNG, "image", "png", cid="<picture1>", filename="picture.png", disposition="inline")
    if attachment:
        message.add_attachment(PDF, maintype="application", subtype="pdf", filename="Pläne 2026.pdf")
    return message.as_bytes()


def signed(subject: str) -> bytes:
    """A message that is signed with S/MIME; nobody checks the signature here."""
    return (
        f"From: Ben Beck <ben@example.org>\r\nTo: anna@example.org\r\nSubject: {subject}\r\n"
        "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256;'
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSigned words\r\n'
        '--b\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n--b--\r\n"
    ).encode()


def _headed(subject: str, to: str = "Anna Ámund <anna@example.org>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ben Beck <ben@example.org>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject.encode().hex()}@example.org>"
    message["Date"] = format_datetime(datetime.now(UTC))
    return message
