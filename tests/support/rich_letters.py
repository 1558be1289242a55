"""Messages with all that mail can have."""

from __future__ import annotations

from email.message import EmailMessage

from support.phone import letter
from support.server import ANNA, BEN

PICTURE = b"\xff\xd8\xff" + bytes(60)


def rich() -> EmailMessage:
    """A message with all kinds of parts and header fields."""
    message = letter("Rich", f"{ANNA}, {BEN}", Cc=BEN, Importance="high", Sender=BEN)
    message["Reply-To"] = "reply@example.net"
    message["Thread-Topic"] = "Riches"
    message["References"] = "<first@example.net>"
    message.add_alternative('<p>Good <img src="cid:image1">morning</p>', subtype="html")
    html = message.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(PICTURE, "image", "jpeg", cid="<image1>", filename="ä.jpg", disposition="inline")
    message.add_attachment(b"bytes", maintype="application", subtype="pdf", filename="plan.pdf")
    message.add_attachment(letter("Inside"))
    return message


def signed() -> EmailMessage:
    """A message that claims to be signed."""
    message = letter("Signed")
    message.replace_header(
        "Content-Type", 'multipart/signed; boundary="b"; protocol="application/pkcs7-signature"'
    )
    del message["Content-Transfer-Encoding"]
    message.set_payload(
        "--b\r\nContent-Type: text/plain\r\n\r\nsaid\r\n--b\r\n"
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
    )
    return message
