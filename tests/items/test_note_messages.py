"""A note is the message that Apple's programs write of one, both ways; what they alone say stays."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from typing import Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from overair.items import Note
from overair.items.body import Body
from overair.items.mail.note_messages import identity_of, is_note, note_mime, note_of
from overair.items.notes import STICKY_NOTE
from overair.protocol.body_preferences import BodyType

NOW: Final = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
IDENTITY: Final = "2B1A3C4D-0000-4000-8000-1234567890AB"
APPLE: Final = b"""From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>
Content-Type: multipart/related; type="text/html"; boundary=Apple-1
X-Uniform-Type-Identifier: com.apple.mail-note
X-Apple-Something: kept
 as it is
Mime-Version: 1.0 (iOS/17)
Date: Sun, 22 Nov 2026 10:00:00 +0100
X-Mail-Created-Date: Sat, 21 Nov 2026 09:00:00 +0100
X-Universally-Unique-Identifier: 2B1A3C4D-0000-4000-8000-1234567890AB
Message-Id: <1@example.org>
Subject: =?utf-8?Q?K=C3=A4se?=

--Apple-1
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html><head></head><body>K=C3=A4se<div>Brot <img src=3D"cid:a@b"></div></body></html>
--Apple-1
Content-Type: image/png; name="a.png"
Content-Disposition: inline; filename="a.png"
Content-Id: <a@b>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--Apple-1--
""".replace(b"\n", b"\r\n")
texts = st.text("aZ ü,;:=?<>\t漢🌊", min_size=1, max_size=60).map(str.strip).filter(bool)


def mime_of(note: Note, before: bytes = b"") -> bytes:
    return note_mime(
        note,
        identity=IDENTITY,
        sender=("Jürgen", "j@example.org"),
        date=NOW,
        message_id="<2@example.org>",
        before=before,
    )


@given(
    subject=texts.map(lambda text: " ".join(text.split())),
    lines=st.lists(texts, min_size=1, max_size=4),
    rich=st.booleans(),
    categories=st.lists(texts.map(lambda text: " ".join(text.replace(",", "").split())), max_size=3),
)
def test_a_note_comes_back(subject: str, lines: list[str], rich: bool, categories: list[str]) -> None:
    text = "\r\n".join(lines)
    body = Body(
        type=BodyType.HTML if rich else BodyType.PLAIN_TEXT,
        data=f"<html><body>{text.replace('<', '&lt;')}</body></html>" if rich else text,
    )
    note = Note(
        subject=subject,
        message_class=STICKY_NOTE,
        last_modified_date=NOW,
        categories=tuple(dict.fromkeys(filter(None, categories))) or None,
        body=body,
    )
    mime = mime_of(note)
    assert is_note(mime)
    assert identity_of(mime) == IDENTITY
    assert note_of(mime, datetime(2000, 1, 1, tzinfo=UTC)) == note
    assert all(len(line) <= 998 for line in mime.split(b"\r\n"))


def test_what_apple_writes_is_read() -> None:
    note = note_of(APPLE, NOW)
    assert note.subject == "Käse"
    assert note.last_modified_date == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert note.body is not None
    assert note.body.type == BodyType.HTML
    assert "Käse<div>Brot" in (note.body.data or "")
    assert is_note(APPLE)
    assert identity_of(APPLE) == IDENTITY


def test_an_edit_keeps_pictures_and_fields_of_the_message_before() -> None:
    note = note_of(APPLE, NOW)
    assert note.body is not None
    said = (note.body.data or "").replace("Brot", "Wein")
    after = mime_of(msgspec.structs.replace(note, body=Body(type=BodyType.HTML, data=said)), APPLE)
    parsed = message_from_bytes(after, policy=SMTP)
    assert b"X-Apple-Something: kept\r\n as it is\r\n" in after
    assert parsed["X-Mail-Created-Date"] == "Sat, 21 Nov 2026 09:00:00 +0100"
    assert parsed["Message-Id"] == "<2@example.org>"
    assert len(parsed.get_all("Subject", [])) == len(parsed.get_all("Content-Type", [])) == 1
    [picture] = [part for part in parsed.walk() if part.get_content_type() == "image/png"]
    assert picture.get_payload(decode=True) == b"\x89PNG\r\n\x1a\n"
    assert picture["Content-ID"] == "<a@b>"
    again = note_of(after, NOW)
    assert again.body == Body(type=BodyType.HTML, data=said)
    assert again.last_modified_date == NOW


def test_a_note_without_a_subject_is_called_by_its_first_line() -> None:
    note = Note(body=Body(type=BodyType.HTML, data="<p>Einkauf<br>Milch</p>"))
    assert note_of(mime_of(note), NOW).subject == "Einkauf"
    assert note_of(mime_of(Note()), NOW) == Note(message_class=STICKY_NOTE, last_modified_date=NOW)


def test_any_message_is_a_note() -> None:
    assert not is_note(b"Subject: x\r\n\r\ny")
    assert identity_of(b"Subject: x\r\n\r\ny") == ""
    assert note_of(b"y", NOW).last_modified_date == NOW
    assert note_of(b"", NOW) == Note(message_class=STICKY_NOTE, last_modified_date=NOW)
