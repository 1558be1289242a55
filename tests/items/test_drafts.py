"""Drafts composed from what a client writes."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overair.items import Message
from overair.items.attachments import AddAttachment, DeleteAttachment, attachment
from overair.items.body import Body
from overair.items.mail import drafts
from overair.protocol.body_preferences import BodyType
from overair.protocol.schema import SchemaError
from overair.storage.blobs import FileBlobStore
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import Email, Email2

V16 = Version.V16_1


class Author(NamedTuple):
    address: str = "anna@example.org"
    display_name: str = "Anna Ünal"


def write(blobs: Any, before: Message | None, **fields: Any) -> Message:
    return drafts.write(before, Message(**fields).to_children(V16), V16, Author(), blobs)


def parsed(blobs: Any, message: Message) -> EmailMessage:
    assert message.blob is not None
    found = message_from_bytes(blobs.read(message.blob), _class=EmailMessage, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def file(client_id: str, content: bytes = b"x", **fields: Any) -> AddAttachment:
    given = AddAttachment(client_id=client_id, method=1, content=content, display_name=client_id)
    return msgspec.structs.replace(given, **fields)


def numbers(message: Message) -> dict[str, int]:
    assert message.index is not None
    return {part.name: part.number for part in message.index.attachments}


TEXT = Body(type=BodyType.PLAIN_TEXT, data="Hello\n")
PAGE = Body(type=BodyType.HTML, data='<p>Hello <img src="cid:pic"></p>')


@pytest.mark.req("MS-ASEMAIL_R1489", "MS-ASEMAIL_R1278", "MS-ASEMAIL_R1184", "MS-ASEMAIL_R1190")
def test_a_new_draft(blobs: FileBlobStore) -> None:
    draft = write(
        blobs, None, to='"Zoë" <z@example.org>, b@example.org', subject="Grüße", importance=2, body=TEXT
    )
    mime = parsed(blobs, draft)
    assert [str(address) for address in mime["To"].addresses] == ["Zoë <z@example.org>", "b@example.org"]
    assert (mime["Subject"], mime["Importance"], mime.get_content()) == ("Grüße", "high", "Hello\r\n")
    assert mime["From"].addresses[0].display_name == "Anna Ünal"
    assert (draft.to, draft.subject, draft.importance) == ('"Zoë" <z@example.org>, b@example.org', "Grüße", 2)
    assert (draft.is_draft, draft.read) == (True, True)
    assert draft.conversation_id
    assert draft.conversation_index


@pytest.mark.req("MS-ASEMAIL_R1490", "MS-ASCMD_R879", "MS-ASCMD_R878")
def test_a_change_deletes_what_is_absent_but_the_body(blobs: FileBlobStore) -> None:
    before = write(blobs, None, to="a@example.org", cc="c@example.org", subject="one", body=TEXT)
    after = write(blobs, before, to="a@example.org", subject="two")
    mime = parsed(blobs, after)
    assert (after.subject, after.cc, mime["Cc"]) == ("two", None, None)
    assert mime.get_content() == "Hello\r\n"
    assert (after.message_id, after.conversation_id) == (before.message_id, before.conversation_id)


@pytest.mark.req("MS-ASCMD_R873")
def test_flag_and_read_alone_leave_the_draft(blobs: FileBlobStore) -> None:
    before = write(blobs, None, to="a@example.org", subject="one", body=TEXT)
    assert write(blobs, before, read=False) == msgspec.structs.replace(before, read=False)


def test_attachments_alone_leave_the_text(blobs: FileBlobStore) -> None:
    before = write(
        blobs, None, to="a@example.org", cc="c@example.org", subject="one", importance=2, body=TEXT
    )
    after = write(blobs, before, attachments=(file("a.txt"),))
    kept = ("to", "cc", "subject", "importance")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert numbers(after) == {"a.txt": 1}


@pytest.mark.req("MS-ASAIRS_R1374", "MS-ASAIRS_R1369")
def test_attachments_keep_their_numbers(blobs: FileBlobStore) -> None:
    draft = write(
        blobs,
        None,
        body=PAGE,
        attachments=(file("a"), file("pic", b"png", content_id="pic", is_inline=True), file("b", b"b")),
    )
    assert numbers(draft) == {"a": 1, "pic": 2, "b": 3}
    draft = write(blobs, draft, body=PAGE, attachments=(DeleteAttachment(file_reference="3:9:1"), file("c")))
    assert numbers(draft) == {"pic": 2, "b": 3, "c": 4}
    draft = write(blobs, draft, attachments=(DeleteAttachment(file_reference="3:9:4"), file("d", b"d")))
    assert numbers(draft) == {"pic": 2, "b": 3, "d": 5}
    assert [attachment(draft, number, blobs).data for number in (2, 3, 5)] == [b"png", b"b", b"d"]
    assert parsed(blobs, draft).get_body(("related",)) is not None


def test_an_unknown_attachment_is_not_deleted(blobs: FileBlobStore) -> None:
    draft = write(blobs, None, body=TEXT, attachments=(file("a"),))
    with pytest.raises(SchemaError):
        write(blobs, draft, attachments=(DeleteAttachment(file_reference="3:9:7"),))


@pytest.mark.req("MS-ASAIRS_R1394", "MS-ASAIRS_R1395")
def test_an_embedded_message_is_attached_as_one(blobs: FileBlobStore) -> None:
    inner = b"Subject: inside\r\n\r\ntext\r\n"
    draft = write(blobs, None, body=TEXT, attachments=(file("in.eml", inner, method=5),))
    for _ in range(3):
        assert attachment(draft, 1, blobs) == ("message/rfc822", "in.eml", inner)
        draft = write(blobs, draft, subject="again")


@pytest.mark.parametrize(
    "kind", ["multipart/mixed", "message/rfc822", "text/plain", "nonsense", "a/b\r\nX: y"]
)
def test_a_file_keeps_its_bytes_whatever_its_type(blobs: FileBlobStore, kind: str) -> None:
    content = bytes(range(256))
    draft = write(blobs, None, body=TEXT, attachments=(file("f\r\nX: y", content, content_type=kind),))
    assert attachment(draft, 1, blobs).data == content
    assert parsed(blobs, draft)["X"] is None


@pytest.mark.req("MS-ASEMAIL_R14900")
def test_a_client_may_compose_the_mime_itself(blobs: FileBlobStore) -> None:
    mime = Body(type=BodyType.MIME, data="To: a@example.org\r\nSubject: own\r\n\r\ntext\r\n")
    draft = write(blobs, None, body=mime, attachments=(file("a.txt", b"abc"),))
    assert (draft.to, draft.subject, draft.is_draft) == ("a@example.org", "own", True)
    assert attachment(draft, numbers(draft)["a.txt"], blobs).data == b"abc"
    assert parsed(blobs, draft).get_body().get_content().strip() == "text"  # type: ignore[union-attr]


def test_the_thread_of_an_answer_survives_editing(blobs: FileBlobStore) -> None:
    mime = "To: a@example.org\r\nIn-Reply-To: <1@x>\r\nReferences: <0@x> <1@x>\r\n\r\ntext\r\n"
    before = write(blobs, None, body=Body(type=BodyType.MIME, data=mime))
    after = write(blobs, before, to="a@example.org", body=TEXT)
    assert parsed(blobs, after)["References"] == "<0@x> <1@x>"
    assert after.conversation_id == before.conversation_id


def test_what_the_server_sets_is_refused(blobs: FileBlobStore) -> None:
    for element in (
        Element(Email2.ConversationId, b"x"),
        Element(Email2.Bcc, "x" * 1_025),
        Element(Email.To, "x" * 32_769),
    ):
        with pytest.raises(SchemaError):
            drafts.write(None, [element], V16, Author(), blobs)


class Memory:
    def __init__(self) -> None:
        self.data = b""

    def put(self, data: bytes) -> str:
        self.data = data
        return "0"

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        return self.data[offset : None if length is None else offset + length]


text = st.text(max_size=60)


@settings(max_examples=60)
@given(
    to=text,
    cc=text,
    subject=text,
    body=text,
    name=text,
    content=st.binary(max_size=99),
    cid=text,
    html=st.booleans(),
)
def test_anything_can_be_written(
    to: str, cc: str, subject: str, body: str, name: str, content: bytes, cid: str, html: bool
) -> None:
    blobs = Memory()
    kind = BodyType.HTML if html else BodyType.PLAIN_TEXT
    added = file("c", content, display_name=name, content_id=cid, content_location=cid, is_inline=True)
    draft = write(
        blobs, None, to=to, cc=cc, subject=subject, body=Body(type=kind, data=body), attachments=(added,)
    )
    again = write(blobs, draft, to=to, subject=subject)
    assert attachment(again, 1, blobs).data == content
    assert (again.to, again.subject) == (to or None, subject)
    assert b"\nBcc" not in blobs.data
