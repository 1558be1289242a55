"""Messages of more than a megabyte, of the kinds that people send."""

from __future__ import annotations

import random
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from support.tnef import stream


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not repeat."""
    return random.Random(seed).randbytes(size)


def _message(subject: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Anna <anna@example.net>"
    message["To"] = "ben@example.org"
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject}@example.net>"
    return message


def one_file() -> bytes:
    """Text and a file."""
    message = _message("one file")
    message.set_content("See the file.\r\n" * 20)
    message.add_attachment(noise(1_000_003), maintype="application", subtype="pdf", filename="Größe.pdf")
    return message.as_bytes()


def three_files_and_text_behind() -> bytes:
    """Files of several lengths, and a text behind them, as Apple Mail writes them."""
    message = _message("three files")
    message.set_content("Before.\r\n")
    for number, size in enumerate((700_000, 400_001, 30_002)):
        message.add_attachment(
            noise(size, number),
            maintype="image",
            subtype="jpeg",
            filename=f"{number}.jpg",
            disposition="inline",
        )
    message.add_attachment("Behind all of them, Grüße.\r\n", subtype="plain", disposition="inline")
    return message.as_bytes()


def html_with_pictures() -> bytes:
    """An alternative whose HTML shows pictures within itself, and a file."""
    message = _message("html")
    message.set_content("Plain.\r\n" * 30)
    message.add_alternative('<p>Rich</p><img src="cid:one"><img src="cid:two">', subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]  # a list of parts
    html.add_related(noise(500_000, 3), maintype="image", subtype="png", cid="<one>", filename="one.png")  # type: ignore[union-attr]  # as above
    html.add_related(noise(600_000, 4), maintype="image", subtype="png", cid="<two>")  # type: ignore[union-attr]  # as above
    message.add_attachment(noise(100_000, 5), maintype="application", subtype="zip", filename="x.zip")
    return message.as_bytes()


def a_large_text() -> bytes:
    """A text that alone is large."""
    message = _message("large text")
    message.set_content("Long lines of text with ümlauts.\r\n" * 40_000, cte="8bit")
    return message.as_bytes()


def an_attached_message() -> bytes:
    """A message with a file, attached to another one."""
    message = _message("attached message")
    message.set_content("Forwarded.\r\n")
    message.add_attachment(message_from_bytes(one_file(), _class=EmailMessage, policy=SMTP))
    message.add_attachment(b"abc" * 10, maintype="application", subtype="x-small", filename="small.bin")
    return message.as_bytes()


def winmail() -> bytes:
    """TNEF, which must be looked into, between large files."""
    message = _message("winmail")
    message.set_content("Outlook wrote this.\r\n")
    message.add_attachment(noise(800_000), maintype="application", subtype="octet-stream", filename="a.bin")
    message.add_attachment(stream(), maintype="application", subtype="ms-tnef", filename="winmail.dat")
    message.add_attachment(noise(300_000), maintype="application", subtype="octet-stream", filename="b.bin")
    return message.as_bytes()


CALENDAR = """BEGIN:VCALENDAR\r
PRODID:-//x//x//EN\r
VERSION:2.0\r
METHOD:REQUEST\r
BEGIN:VEVENT\r
UID:meeting-1\r
DTSTAMP:20260301T080000Z\r
DTSTART:20260305T090000Z\r
DTEND:20260305T100000Z\r
SUMMARY:Planning\r
ORGANIZER:mailto:anna@example.net\r
ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben@example.org\r
END:VEVENT\r
END:VCALENDAR\r
"""


def an_invitation_behind_a_file() -> bytes:
    """An invitation whose calendar stands behind a large file."""
    message = _message("invitation")
    message.set_content("Please come.\r\n")
    message.add_attachment(noise(1_000_000, 9), maintype="application", subtype="pdf", filename="map.pdf")
    message.add_attachment(CALENDAR, subtype="calendar", disposition="inline", params={"method": "REQUEST"})
    return message.as_bytes()


def a_file_alone() -> bytes:
    """A message that is a file."""
    message = _message("file alone")
    message.set_content(noise(900_000), maintype="application", subtype="pdf", filename="alone.pdf")
    return message.as_bytes()


def odd_lines() -> bytes:
    """Base64 in lines of 60, and a file in the midst that is not encoded."""
    head = (
        b'From: a@example.net\r\nSubject: odd\r\nContent-Type: multipart/mixed; boundary="=_x y"\r\n\r\nx\r\n'
    )
    text = b"--=_x y\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfc\xdfe\r\n"
    line = b"QUJD" * 15 + b"\r\n"
    file = (
        b'--=_x y\r\nContent-Type: application/x-odd; name="odd"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    log = b'--=_x y\r\nContent-Type: text/x-log; name="log"\r\nContent-Disposition: attachment\r\n\r\n'
    lines = b"".join(b"%06d all is well\r\n" % number for number in range(40_000))
    return b"".join((head, text, file, line * 12_000, b"QUI=\r\n", log, lines, b"--=_x y--\r\nThe end.\r\n"))


LARGE: list[Callable[[], bytes]] = [
    one_file,
    three_files_and_text_behind,
    html_with_pictures,
    a_large_text,
    an_attached_message,
    winmail,
    an_invitation_behind_a_file,
    a_file_alone,
    odd_lines,
]
