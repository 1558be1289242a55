"""Replies and forwards as their recipients get them, byte for byte."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP, default

import msgspec
import pytest

from overair.items.mail.message import index_message
from overair.items.mail.replying.composing import compose
from overair.items.mail.replying.original import Original, original_of
from overair.items.mail.replying.threads import Thread, next_index
from support.shared import SHARED, needs_shared

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PICTURE = b"\x89PNG\r\n\x1a\n picture"
PLAN = bytes(range(256)) * 3
SIGNED = (
    b"From: Ben <ben@x.org>\r\nBcc: hidden@x.org,\r\n also@x.org\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="s"\r\n\r\n'
    b"--s\r\nContent-Type: text/plain\r\n\r\nSigned  \r\n.\r\n--s\r\n"
    b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"AAEC\r\n--s--\r\n"
)
ENCRYPTED = (
    b"From: anna@x.org\r\nTo: carl@x.org\r\nContent-Type: application/pkcs7-mime\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
)
TO_CARL = b"From: anna@x.org\r\nTo: carl@x.org\r\nSubject: FW\r\n"


class Blobs(dict[str, bytes]):
    """Bytes in memory."""

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        return self[key][offset:] if length is None else self[key][offset : offset + length]


def original(mime: bytes) -> Original:
    """A message that was received, ready to be answered."""
    message = msgspec.structs.replace(index_message(mime, NOW), blob="1")
    return original_of(message, Blobs({"1": mime}))


def rich() -> bytes:
    """Text and HTML with a picture in it, a file and an attached message."""
    message = EmailMessage()
    message["From"] = "Bén Beck <ben@x.org>"
    message["To"] = "anna@x.org"
    message["Cc"] = "carl@x.org"
    message["Subject"] = "Pläne"
    message["Date"] = "Sun, 01 Mar 2026 12:00:00 +0100"
    message["Message-ID"] = "<o@x.org>"
    message.set_content("Hello <Anna>\n> before\nGrüße\n")
    shown = '<p>Hello <img src="cid:pic%40x"></p>'
    page = f"<html><head><style>p{{color:red}}</style></head><body>{shown}</body></html>"
    message.add_alternative(page, subtype="html")
    *_, html = message.iter_parts()
    assert isinstance(html, EmailMessage)
    html.add_related(PICTURE, maintype="image", subtype="png", cid="<pic@x>")
    message.add_attachment(PLAN, maintype="application", subtype="octet-stream", filename="Plän.bin")
    inner = EmailMessage()
    inner["Subject"] = "Attached"
    inner.set_content("Inside")
    message.add_attachment(inner)
    return message.as_bytes(policy=SMTP)


def named(mime: bytes) -> bytes:
    """A message with its boundaries numbered in the order in which they come."""
    numbers: dict[bytes, bytes] = {}
    return re.sub(
        rb"=_[0-9a-f]{40}", lambda found: numbers.setdefault(found[0], b"<%d>" % (len(numbers) + 1)), mime
    )


REPLY_HEADER = (
    b"In-Reply-To: <o@x.org>\r\nReferences: <o@x.org>\r\nThread-Topic: =?utf-8?b?UGzDpG5l?=\r\n"
    b"Thread-Index: AdypaoxQ"
)
TEXT_QUOTED = (
    b"-----Original Message-----\r\n"
    b'From: "B=C3=A9n Beck" <ben@x.org>\r\n'
    b"Sent: Sun, 01 Mar 2026 12:00:00 +0100\r\nTo: anna@x.org\r\nCc: carl@x.org\r\n"
    b"Subject: Pl=C3=A4ne\r\n\r\n"
    b"> Hello <Anna>\r\n>> before\r\n> Gr=C3=BC=C3=9Fe\r\n"
)


def test_a_text_is_answered_in_any_charset() -> None:
    phone = (
        b"From: anna@x.org\r\nTo: ben@x.org\r\nX-Mine: 1\r\nContent-Type: text/plain; charset=iso-8859-1; "
        b"format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSch\xf6n \r\n"
    )
    made = compose(phone, original(rich()), NOW, is_reply=True)
    head, _, body = made.partition(b"\r\n\r\n")
    assert (
        head.startswith(b"From: anna@x.org\r\nTo: ben@x.org\r\nX-Mine: 1\r\n") or b"\r\nX-Mine: 1\r\n" in head
    )
    assert REPLY_HEADER in head
    assert b'Content-Type: text/plain; charset="utf-8"; format="flowed"' in head
    assert b"iso-8859-1" not in made
    assert body == b"Sch=C3=B6n=20\r\n\r\n" + TEXT_QUOTED


def test_text_and_html_are_answered_with_the_pictures_of_the_original() -> None:
    phone = EmailMessage()
    phone["To"] = "ben@x.org"
    phone.set_content("plain")
    page = '<html><head><meta charset="iso-8859-1"></head><body>rich</body></html>'
    phone.add_alternative(page, subtype="html")
    phone.add_attachment(b"mine", maintype="application", subtype="octet-stream", filename="mine.bin")
    sent = phone.as_bytes(policy=SMTP)
    made = compose(sent, original(rich()), NOW, is_reply=True)
    message = message_from_bytes(made, policy=default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/octet-stream",
    ]
    parts = list(message.walk())
    assert lines_of(parts[2]).startswith("plain\n\n-----Original Message-----\n")
    html = lines_of(parts[4])
    assert html.startswith('<html><head><meta charset="utf-8"></head><body>rich<br>\n<div>-----Original')
    assert html.rstrip().endswith("</blockquote>\n</body></html>")
    assert '<style>p{color:red}</style><p>Hello <img src="cid:pic%40x"></p></blockquote>' in html
    assert (parts[5]["Content-ID"], parts[5].get_content()) == ("<pic@x>", PICTURE)
    # The client's own file is there to the last byte of its entity.
    assert entity_of(sent, b"mine.bin") in made


def lines_of(part: Message) -> str:
    """The text of a part, its lines ended by LF."""
    text = part.get_payload(decode=True)
    assert isinstance(text, bytes)
    return text.decode().replace("\r\n", "\n")


def entity_of(mime: bytes, mark: bytes) -> bytes:
    """The bytes of the part whose header has a mark, between its boundaries."""
    return next(
        part for part in re.split(rb"\r\n--[^\r\n]+\r\n", mime) if mark in part.partition(b"\r\n\r\n")[0]
    )


def test_a_forward_carries_everything() -> None:
    received = rich()
    made = compose(TO_CARL + b"\r\nSee below\r\n", original(received), NOW, is_reply=False)
    assert b"In-Reply-To" not in made
    message = message_from_bytes(made, policy=default)
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "application/octet-stream", "message/rfc822", "image/png"]
    assert (
        named(made)
        .partition(b"\r\n\r\n")[2]
        .startswith(
            b'--<1>\r\nContent-Type: text/plain; charset="utf-8"\r\n'
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\nSee below\r\n\r\n"
            b"-------- Forwarded Message --------\r\n"
        )
    )
    for mark in (b"n.bin", b"image/png", b"message/rfc822"):
        assert entity_of(received, mark) in made, mark
    assert PLAN in [part.get_content() for part in message.iter_attachments() if part.get_filename()]


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_what_is_signed_is_forwarded_whole_and_untouched(newline: bytes) -> None:
    received = SIGNED.replace(b"\r\n", newline)
    made = compose(TO_CARL + b"\r\nLook\r\n", original(received), NOW, is_reply=False)
    whole = received.replace(b"Bcc: hidden@x.org," + newline + b" also@x.org" + newline, b"")
    assert b"message/rfc822" in made
    assert whole in made
    assert b"hidden" not in made
    assert b"also@x.org" not in made


def test_what_the_client_signed_or_encrypted_stays_as_it_is() -> None:
    content = ENCRYPTED.partition(b"\r\n\r\n")[2]
    reply = compose(ENCRYPTED, original(rich()), NOW, is_reply=True)
    assert reply.endswith(b"\r\n\r\n" + content)
    assert b"multipart" not in reply
    received = rich()
    forward = compose(ENCRYPTED, original(received), NOW, is_reply=False)
    first, second = message_from_bytes(forward, policy=default).iter_parts()
    assert first.get_content_type() == "application/pkcs7-mime"
    assert second.get_content_type() == "message/rfc822"
    assert received in forward
    signed = SIGNED.replace(b"Bcc", b"To")
    inner = signed.partition(b"\r\n\r\n")[2]
    assert inner in compose(signed, original(received), NOW, is_reply=False)
    assert compose(signed, original(received), NOW, is_reply=True).endswith(inner)


def test_a_message_of_files_alone_gets_the_original_as_a_text() -> None:
    phone = TO_CARL + b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
    message = message_from_bytes(compose(phone, original(rich()), NOW, is_reply=True), policy=default)
    picture, text = message.iter_parts()
    assert picture.get_content() == b"\x00\x01\x02"
    assert "> Hello <Anna>" in text.get_content()


def test_pictures_of_one_name_are_told_apart() -> None:
    phone = EmailMessage()
    phone["To"] = "ben@x.org"
    phone.set_content('<p>mine <img src="cid:pic@x"></p>', subtype="html")
    phone.add_related(b"mine", maintype="image", subtype="png", cid="<pic@x>")
    received = rich().replace(b"pic%40x", b"pic@x").replace(b"pic=2540x", b"pic@x")
    made = compose(phone.as_bytes(policy=SMTP), original(received), NOW, is_reply=True)
    message = message_from_bytes(made, policy=default)
    html, own, other = message.iter_parts()
    assert (own["Content-ID"], own.get_content()) == ("<pic@x>", b"mine")
    assert (other["Content-ID"], other.get_content()) == ("<original.pic@x>", PICTURE)
    assert html.get_content().count("cid:pic@x") == html.get_content().count("cid:original.pic@x") == 1


def test_fields_of_the_thread_that_the_client_wrote_stay() -> None:
    own = b"In-Reply-To: <a@b>\r\nReferences: <c@d>\r\nThread-Topic: Mine\r\nThread-Index: AAAA\r\n"
    made = compose(TO_CARL + own + b"\r\nx\r\n", original(rich()), NOW, is_reply=True)
    head = made.partition(b"\r\n\r\n")[0].lower()
    for name in (b"in-reply-to:", b"references:", b"thread-topic:", b"thread-index:"):
        assert head.count(name) == 1
    assert own in made


def test_references_are_bounded() -> None:
    references = " ".join(f"<{number}@x.org>" for number in range(100))
    thread = Thread(message_id="<last@x.org>", references=references)
    made = compose(TO_CARL + b"\r\nx\r\n", Original((), "", thread=thread), NOW, is_reply=True)
    found = str(message_from_bytes(made)["References"]).split()
    assert (len(found), found[0], found[-1]) == (30, "<0@x.org>", "<last@x.org>")


@pytest.mark.req("MS-ASCON_R305", "MS-ASCON_R306")
def test_a_thread_index_grows_by_a_level() -> None:
    index = b"\x01\xd8" + bytes(20)
    for levels in range(1, 4):
        index = next_index(index, NOW)
        assert len(index) == 22 + 5 * levels
    assert len(next_index(index + bytes(5 * 97), NOW)) == 22 + 5 * 100


@needs_shared
def test_every_file_of_the_corpus_is_forwarded() -> None:
    """An independent parse finds each attachment of every message of the corpus, equal to the last byte."""
    assert SHARED is not None
    for path in sorted((SHARED / "corpora" / "mime").rglob("*.eml")):
        received = path.read_bytes()
        ready = original(received)
        made = compose(TO_CARL + b"\r\nLook\r\n", ready, NOW, is_reply=False)
        if ready.is_sealed:
            assert ready.whole is not None
            assert ready.whole in made, path.name
            continue
        there = files_of(made)
        for file in files_of(received):
            assert file in there, path.name
        compose(TO_CARL + b"\r\nLook\r\n", ready, NOW, is_reply=True)


def files_of(mime: bytes) -> list[bytes]:
    """The decoded contents of what a message holds beside text, by the standard library."""
    found = []
    waiting = [message_from_bytes(mime)]
    while waiting:
        part = waiting.pop()
        if part.get_content_type() == "message/rfc822":
            continue
        if part.is_multipart():
            waiting += part.get_payload()  # type: ignore[arg-type]  # of a multipart
        elif part.get_content_maintype() not in ("text", "multipart", "message"):
            found.append(part.get_payload(decode=True))
    return found  # type: ignore[return-value]  # decoded
