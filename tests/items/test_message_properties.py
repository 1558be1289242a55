"""What a message's header says, as MS-ASEMAIL has it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from fuzz.mail import Blobs
from overair.items.mail.message import Message, index_message, read_message
from overair.items.render_options import RenderOptions
from overair.items.rendering import render
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Email2

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ANNA = ("anna@example.org", "a.ackermann@example.org")


def mime(*lines: str, body: str = "text") -> bytes:
    return "\r\n".join(["From: Ben <ben@example.org>", *lines, "", body, ""]).encode()


def with_file(name: str, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "ben@example.org"
    message.set_content("A call")
    for one in name.split(";"):
        message.add_attachment(b"sound", maintype="audio", subtype="wav", filename=one)
    for header, value in headers.items():
        message[header.replace("_", "-")] = value
    return message.as_bytes()


def shown(data: bytes, version: Version = Version.V16_1) -> list[Element]:
    blobs = Blobs()
    message = read_message(data, NOW).message
    message.blob = blobs.put(data)
    return render(message, RenderOptions(), version, blobs, "1:1")


def texts(elements: list[Element], tag: object) -> list[str]:
    found = []
    for one in elements:
        if one.tag is tag:
            found.append(one.text)
        if isinstance(one.content, list):
            found += texts(one.content, tag)
    return found


@pytest.mark.req("MS-ASEMAIL_R587", "MS-ASEMAIL_R589", "MS-ASEMAIL_R588")
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("To: a@b",), "IPM.Note"),
        (("Content-Class: urn:content-classes:message", "To: a@b"), "IPM.Note"),
        (("Content-Class: Voice",), "IPM.Note.Microsoft.Voicemail.UM"),
        (("Content-Class: voice-ca",), "IPM.Note.Microsoft.Voicemail.UM.CA"),
        (("Content-Class: MissedCall",), "IPM.Note.Microsoft.Missed.Voice"),
        (("Content-Class: fax",), "IPM.Note.Microsoft.Fax"),
        (("Content-Class: Sharing",), "IPM.Sharing"),
        (("Content-Class: InfoPathForm.Order-7",), "IPM.InfoPathForm.Order-7"),
        (("Content-Class: InfoPathForm.<b>",), "IPM.Note"),
        (("Content-Type: multipart/voice-message; boundary=b",), "IPM.Note.Microsoft.Voicemail"),
        (("Newsgroups: comp.mail",), "IPM.Post"),
        (("Newsgroups: comp.mail", "To: a@b"), "IPM.Note"),
    ],
)
def test_message_class_by_content_class(headers: tuple[str, ...], expected: str) -> None:
    message = read_message(mime(*headers), NOW).message
    assert message.message_class == expected
    assert message.content_class == "urn:content-classes:message"


@pytest.mark.req(
    "MS-ASEMAIL_R799", "MS-ASEMAIL_R804", "MS-ASEMAIL_R809", "MS-ASEMAIL_R811", "MS-ASEMAIL_R814",
    "MS-ASEMAIL_R828", "MS-ASEMAIL_R829", "MS-ASEMAIL_R878", "MS-ASEMAIL_R933", "MS-ASEMAIL_R803",
    "MS-ASEMAIL_R808",
)  # fmt: skip
def test_voice_mail() -> None:
    data = with_file(
        "first.wav;second.wav;notes.txt",
        Content_Class="voice",
        X_CallingTelephoneNumber="+49 (30) 123-456",
        X_VoiceMessageDuration="17",
        X_AttachmentOrder="second.wav;first.wav",
    )
    elements = shown(data)
    assert texts(elements, Email2.UmCallerID) == ["+4930123456"]
    assert texts(elements, AirSyncBase.DisplayName) == ["first.wav", "second.wav", "notes.txt"]
    assert texts(elements, Email2.UmAttOrder) == ["2", "1"]
    assert texts(elements, Email2.UmAttDuration) == ["17"]
    for tag in (Email2.UmCallerID, Email2.UmAttOrder, Email2.UmAttDuration):
        assert texts(shown(data, Version.V12_1), tag) == []
    other = shown(data.replace(b"voice", b"other"))
    for tag in (Email2.UmCallerID, Email2.UmAttOrder, Email2.UmAttDuration):
        assert texts(other, tag) == []


@pytest.mark.req("MS-ASEMAIL_R814", "MS-ASEMAIL_R930", "MS-ASEMAIL_R931", "MS-ASEMAIL_R932")
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("sip:ben@example.org", "sip:ben@example.org"),
        ("4711", "4711"),
        ("", None),
        ("anonymous", None),
        ("+1234567890123456", None),
        ("sip:a b", None),
    ],
)
def test_who_called(number: str, expected: str | None) -> None:
    data = mime("Content-Class: voice", f"X-CallingTelephoneNumber: {number}")
    assert read_message(data, NOW).message.um_caller_id == expected


@pytest.mark.req("MS-ASEMAIL_R724", "MS-ASEMAIL_R726", "MS-ASEMAIL_R1065", "MS-ASEMAIL_R1073")
@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("", None),
        ("Sender: ben@example.org", None),
        ("Sender: Secretary <BEN@Example.org>", None),
        ("Sender: Secretary <desk@example.org>", '"Secretary" <desk@example.org>'),
    ],
)
def test_sender(sender: str, expected: str | None) -> None:
    message = index_message(mime(*([sender] if sender else [])), NOW)
    assert message.sender == expected
    assert message.from_ == '"Ben" <ben@example.org>'


@pytest.mark.req("MS-ASEMAIL_R649")
@pytest.mark.parametrize(
    ("headers", "blind"),
    [
        (("To: anna@example.org",), False),
        (("To: Anna <ANNA@Example.org>",), False),
        (("Cc: Clara <clara@x>, a.ackermann@example.org",), False),
        (("To: anna+shop@example.org",), False),
        (("To: clara@example.org",), True),
        (("To: undisclosed-recipients:;",), True),
        ((), True),
        (("To: all@example.org", "List-Id: <all.example.org>"), False),
        (("To: clara@example.org", "Resent-To: anna@example.org"), False),
        (("To: info@example.org", "X-Original-To: info@example.org"), False),
        (("To: info@example.org", "X-Original-To: anna@example.org"), True),
    ],
)
def test_blind_recipients(headers: tuple[str, ...], blind: bool) -> None:
    arrived = read_message(mime(*headers), NOW)
    assert arrived.received_by(ANNA).received_as_bcc == (True if blind else None)


def test_own_addresses_with_a_tag_are_found() -> None:
    arrived = read_message(mime("To: anna+work@example.org"), NOW)
    assert arrived.received_by(("anna+work@example.org",)).received_as_bcc is None


def test_whose_answer_a_message_is() -> None:
    message = index_message(mime("In-Reply-To: <c@x>", "References: <a@x> <b@x>\r\n <c@x>"), NOW)
    assert message.answers == ("<c@x>", "<a@x>")
    assert isinstance(message, Message)
    assert index_message(mime("In-Reply-To: yesterday's"), NOW).answers == ()
