"""Messages as they are shown: headers, attachments, and what happens when that fails."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from overair.items import CannotRender, Contact, Item, Message, RenderOptions, render
from overair.items.attachments import Attachment, attachment
from overair.items.body import Body
from overair.items.mail.message import index_message
from overair.items.mail.parts import Index, Part
from overair.protocol.body_preferences import BodyType
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from support.shared import shared

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
V16 = Version.V16_1


def indexed(headers: str, body: bytes = b"text\n") -> Message:
    return index_message(headers.encode("utf-8", "surrogateescape") + b"\n\n" + body, NOW)


def stored(mime: bytes, blobs: FileBlobStore) -> Message:
    return msgspec.structs.replace(index_message(mime, NOW), blob=blobs.put(mime))


def shown(item: Item, blobs: FileBlobStore, version: Version = V16) -> Message:
    return Message.from_children(render(item, RenderOptions(), version, blobs, "5:17"), version)


@pytest.mark.req("MS-ASEMAIL_R787", "MS-ASEMAIL_R331", "MS-ASEMAIL_R711", "MS-ASEMAIL_R400")
def test_addresses() -> None:
    message = indexed(
        "From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>\n"
        'To: "Ann, B." <a@x.example>,\n c@x.example\n'
        "Cc: d@x.example, E <e@x.example>\n"
        "Reply-To: f@x.example, g@x.example"
    )
    assert message.from_ == '"Jürgen" <j@x.example>'
    assert message.to == '"Ann, B." <a@x.example>, c@x.example'
    assert message.cc == 'd@x.example, "E" <e@x.example>'
    assert message.reply_to == "f@x.example; g@x.example"
    assert message.display_to == "Ann, B.; c@x.example"


@pytest.mark.parametrize("to", ["a@x; B <b@y>", "a@x,, B <b@y>,"])
def test_untidy_lists_of_addresses(to: str) -> None:
    assert indexed(f"To: {to}").to == 'a@x, "B" <b@y>'


@pytest.mark.req("MS-ASEMAIL_R788")
def test_recipients_are_cut_between_addresses() -> None:
    to = indexed("To: " + ", ".join(f"recipient{number}@x.example" for number in range(5_000))).to
    assert to is not None
    assert 32_000 < len(to) <= 32_768
    assert to.endswith("@x.example")


@pytest.mark.req("MS-ASEMAIL_R726", "MS-ASEMAIL_R724")
def test_the_sender_is_shown_where_it_is_somebody_else() -> None:
    assert indexed("From: a@x\nSender: B <b@x>").sender == '"B" <b@x>'
    assert indexed("From: a@x\nSender: a@x").sender is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("plain", "plain"),
        ("=?iso-8859-1?q?Gr=FC=DFe?= an =?utf-8?b?YWxsZQ==?=", "Grüße an alle"),
        ("=?utf-8?q?=E2=82?= =?utf-8?q?=AC?=", "€"),
        ("=?x-unknown?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?!?= x", "x"),
        ("folded\n here", "folded here"),
        ("Gr\udcc3\udcbc\udcc3\udc9fe", "Grüße"),
        ("Gr\udcfc\udcdfe aus M\udcfcnchen", "Grüße aus München"),
        ("nul\x00", "nul"),
    ],
)
def test_subjects(subject: str, text: str) -> None:
    assert indexed(f"Subject: {subject}").subject == text


@pytest.mark.parametrize(
    ("subject", "topic"),
    [
        ("Re: Fwd: Plan", "Plan"),
        ("AW: [list] Re: Plan", "Plan"),
        ("Re[2]: x", "x"),
        ("Record: x", "Record: x"),
    ],
)
def test_thread_topics(subject: str, topic: str) -> None:
    assert indexed(f"Subject: {subject}").thread_topic == topic


@pytest.mark.req("MS-ASEMAIL_R483")
@pytest.mark.parametrize(
    ("header", "importance"),
    [
        ("X: y", 1),
        ("Importance: High", 2),
        ("Priority: non-urgent", 0),
        ("X-Priority: 1 (Highest)", 2),
        ("X-Priority: 5", 0),
    ],
)
def test_importance(header: str, importance: int) -> None:
    assert indexed(header).importance == importance


SIGNED = "--b\n\nx\n--b\nContent-Type: application/pkcs7-signature\n\nx\n--b--"
READ = "report-type=disposition-notification; boundary=b"
STATUS = "report-type=delivery-status; boundary=b"
DISPOSITION = (
    "--b\nContent-Type: message/disposition-notification\n\n"
    "Disposition: manual-action/MDN-sent-manually; %s\n\n--b--"
)
RETURNED = (
    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: x\n\nAction: %s\n"
    "--b\nContent-Type: message/rfc822\n\nSubject: s\nContent-Type: %s\n\nx\n--b--"
)
SEALED, CLEAR = "application/pkcs7-mime", "multipart/signed; protocol=application/pkcs7-signature"


@pytest.mark.req("MS-ASEMAIL_R587", "MS-ASEMAIL_R603")
@pytest.mark.parametrize(
    ("content_type", "body", "message_class"),
    [
        ("text/plain", "", "IPM.Note"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "", "IPM.Note.SMIME"),
        (
            'multipart/signed; protocol="application/pkcs7-signature"; boundary=b',
            "",
            "IPM.Note.SMIME.MultipartSigned",
        ),
        ('multipart/signed; protocol="application/pgp-signature"; boundary=b', "", "IPM.Note"),
        ("text/calendar; method=REQUEST", "no calendar", "IPM.Note"),
        ("multipart/report; report-type=disposition-notification; boundary=b", "", "REPORT.IPM.NOTE.IPNRN"),
        (
            "multipart/report; report-type=delivery-status; boundary=b",
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: x\n\nAction: delayed\n--b--",
            "REPORT.IPM.NOTE.DELAYED",
        ),
        (
            "multipart/report; report-type=delivery-status; boundary=b",
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: x\n\nAction: failed\n--b--",
            "REPORT.IPM.NOTE.NDR",
        ),
        ("application/x-pkcs7-mime; name=smime.p7m", "", "IPM.Note.SMIME"),
        ("application/octet-stream; name=smime.p7m", "", "IPM.Note.SMIME"),
        ("application/octet-stream; name=other.bin", "", "IPM.Note"),
        ("application/pkcs7-mime; smime-type=signed-receipt", "", "IPM.Note.Receipt.SMIME"),
        ("multipart/signed; boundary=b", SIGNED, "IPM.Note.SMIME.MultipartSigned"),
        ("multipart/encrypted; protocol=application/pgp-encrypted; boundary=b", "", "IPM.Note"),
        (f"multipart/report; {READ}", DISPOSITION % "displayed", "REPORT.IPM.NOTE.IPNRN"),
        (f"multipart/report; {READ}", DISPOSITION % "deleted", "REPORT.IPM.NOTE.IPNNRN"),
        (f"multipart/report; {STATUS}", RETURNED % ("failed", SEALED), "REPORT.IPM.NOTE.SMIME.NDR"),
        (f"multipart/report; {STATUS}", RETURNED % ("delivered", SEALED), "REPORT.IPM.NOTE.SMIME.DR"),
        (f"multipart/report; {STATUS}", RETURNED % ("delayed", SEALED), "REPORT.IPM.NOTE.DELAYED"),
        (
            f"multipart/report; {STATUS}",
            RETURNED % ("failed", CLEAR),
            "REPORT.IPM.NOTE.SMIME.MULTIPARTSIGNED.NDR",
        ),
        (
            f"multipart/report; {STATUS}",
            RETURNED % ("failed", "text/calendar; method=REQUEST"),
            "REPORT.IPM.SCHEDULE.MEETING.REQUEST.NDR",
        ),
    ],
)
def test_message_classes(content_type: str, body: str, message_class: str) -> None:
    assert indexed(f"Content-Type: {content_type}", body.encode()).message_class == message_class


@pytest.mark.req("MS-ASEMAIL_R496")
@pytest.mark.parametrize(
    ("charset", "page"),
    [("utf-8", "65001"), ("iso-8859-1", "28591"), ("windows-1252", "1252"), ("x", "65001")],
)
def test_code_pages(charset: str, page: str) -> None:
    assert indexed(f"Content-Type: text/plain; charset={charset}").internet_cpid == page


@pytest.mark.parametrize(
    "text", ["Grüße aus München, schöne Tage", "Привет, как твои дела сегодня?", "日本語のメールです。"]
)
@pytest.mark.parametrize("label", ["", "; charset=us-ascii", "; charset=nonsense"])
def test_utf_8_without_its_name_is_read(label: str, text: str) -> None:
    index = indexed(f"Content-Type: text/plain{label}", text.encode()).index
    assert index is not None
    assert index.text == text


def test_damaged_utf_8_stays_utf_8() -> None:
    index = indexed(
        "Content-Type: text/plain; charset=utf-8", "Grüße, schöne Grüße ".encode() * 9 + b"\xc3"
    ).index
    assert index is not None
    assert index.text == "Grüße, schöne Grüße " * 9 + "\ufffd"


def test_another_charset_without_a_name_is_guessed() -> None:
    index = indexed("Subject: x", ("Привет, как твои дела сегодня? " * 5).encode("koi8-r")).index
    assert index is not None
    assert index.text.startswith("Привет")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1252", "Inês Duarte"),
        ("cp1252", "François, Søren e João não estão cá"),
        ("cp1252", "perché così è già più"),
        ("cp1250", "Dziękuję, do zobaczenia później w środę"),
        ("cp1250", "Děkuji, uvidíme se příště v pondělí"),
    ],
)
def test_western_and_central_european_text_without_a_name_are_told_apart(charset: str, text: str) -> None:
    index = indexed("Subject: x", text.encode(charset)).index
    assert index is not None
    assert index.text == text


@pytest.mark.req("MS-ASCON_R304", "MS-ASCON_R309", "MS-ASEMAIL_R345")
def test_a_conversation_has_one_identifier() -> None:
    first = indexed("Message-ID: <1@x>\nDate: Sun, 22 Nov 2026 10:00:00 +0000")
    answer = indexed("Message-ID: <2@x>\nReferences: <1@x>\nIn-Reply-To: <1@x>")
    later = indexed("Message-ID: <3@x>\nReferences: <1@x>\n <2@x>")
    other = indexed("Message-ID: <4@x>")
    assert first.conversation_id == answer.conversation_id == later.conversation_id != other.conversation_id
    assert len(first.conversation_id or b"") == 16
    assert [len(one.conversation_index or b"") for one in (first, answer, later)] == [5, 10, 15]
    filetime = (NOW - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    assert first.conversation_index == filetime.to_bytes(8, "big")[1:6]


def test_outlook_s_thread_index_is_taken() -> None:
    raw = b"\x01" + b"12345" + b"G" * 16 + b"abcde"
    message = indexed(f"Message-ID: <9@x>\nThread-Index: {base64.b64encode(raw).decode()}")
    assert (message.conversation_id, message.conversation_index) == (b"G" * 16, b"12345abcde")


MIXED = (
    b"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
    b"--b\nContent-Type: text/html\n\n<img src='cid:c@x'>\n"
    b'--b\nContent-Type: image/png; name="p.png"\nContent-ID: <c@x>\nContent-Location: here\n'
    b"Content-Transfer-Encoding: base64\n\ncG5n\n"
    b"--b\nContent-Type: message/rfc822\n\nSubject: in / side\n\ninner\n--b--\n"
)


@pytest.mark.req(
    "MS-ASAIRS_R91",
    "MS-ASAIRS_R92",
    "MS-ASAIRS_R93",
    "MS-ASAIRS_R225",
    "MS-ASAIRS_R2299",
    "MS-ASAIRS_R100299",
)
@pytest.mark.parametrize("version", SERVED)
def test_attachments(blobs: FileBlobStore, version: Version) -> None:
    message = stored(MIXED, blobs)
    picture, inside = shown(message, blobs, version).attachments or ()
    assert picture == Attachment(
        display_name="p.png",
        file_reference="5:17:1",
        method=1,
        estimated_data_size=3,
        content_id="c@x",
        content_location="here",
        is_inline=True,
    )
    assert isinstance(inside, Attachment)
    assert (inside.display_name, inside.method, inside.file_reference) == ("in _ side.eml", 5, "5:17:2")
    assert attachment(message, 1, blobs) == ("image/png", "p.png", b"png")
    assert attachment(message, "2", blobs).data == b"Subject: in / side\n\ninner"


@pytest.mark.parametrize("part", ["0", "3", "-1", "", "x"])
def test_unknown_attachments(blobs: FileBlobStore, part: str) -> None:
    with pytest.raises(KeyError):
        attachment(stored(MIXED, blobs), part, blobs)


def test_a_message_without_attachments_shows_none(blobs: FileBlobStore) -> None:
    assert shown(stored(b"Subject: s\n\nx", blobs), blobs).attachments is None


def test_a_message_that_fails_becomes_a_stand_in(blobs: FileBlobStore) -> None:
    message = stored(b"Subject: s\nFrom: a@x\n\nx", blobs)
    broken = Part(
        number=0, content_type="text/plain", offset=0, length=9, encoding="", size=9, charset="none"
    )
    message.index = Index(size=24, text_body=(broken,), html_body=(broken,), text_size=9, html_size=9)
    seen = shown(message, blobs)
    assert (seen.subject, seen.from_) == ("s", "a@x")
    assert seen.body is not None
    assert seen.body.type == BodyType.PLAIN_TEXT
    assert "original.eml" in (seen.body.data or "")
    [original] = seen.attachments or ()
    assert isinstance(original, Attachment)
    assert (original.display_name, original.method, original.estimated_data_size) == ("original.eml", 5, 24)
    part = original.file_reference.removeprefix("5:17:")
    assert attachment(message, part, blobs) == (
        "message/rfc822",
        "original.eml",
        b"Subject: s\nFrom: a@x\n\nx",
    )


def test_a_message_whose_bytes_are_gone_cannot_be_shown(blobs: FileBlobStore) -> None:
    message = msgspec.structs.replace(index_message(b"x" * 9_000, NOW), blob="0" * 64)
    with pytest.raises(CannotRender):
        render(message, RenderOptions(), V16, blobs, "5:17")


def test_a_contact_that_fails_cannot_be_shown(blobs: FileBlobStore) -> None:
    with pytest.raises(CannotRender):
        render(Contact(birthday=datetime(2000, 1, 1)), RenderOptions(), V16, blobs, "5:17")  # noqa: DTZ001  # the fault
    assert render(Contact(body=Body(type=BodyType.HTML)), RenderOptions(), V16, blobs, "5:17")


def test_options_survive_json() -> None:
    options = RenderOptions(mime_support=2, mime_truncation=4)
    assert msgspec.json.decode(msgspec.json.encode(options), type=RenderOptions) == options


def test_every_message_of_the_corpus_is_shown_in_every_version(blobs: FileBlobStore) -> None:
    names = sorted(shared("corpora/mime").glob("*.msg"))
    assert len(names) == 48
    for path in names:
        message = stored(path.read_bytes(), blobs)
        for version in SERVED:
            seen = shown(message, blobs, version)
            assert seen.subject == message.subject
            assert len(seen.attachments or ()) == len((message.index or Index(size=0)).attachments)
        for part in (message.index or Index(size=0)).attachments:
            assert len(attachment(message, part.number, blobs).data) == part.size or part.charset
