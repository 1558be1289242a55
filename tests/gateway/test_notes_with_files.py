"""Notes that hold more than their text: what a phone makes of the text leaves the rest as it is."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message

import pytest

from gateway.test_mail_notes import apple_note, with_notes
from overair.client import SynchronousClient
from overair.client.synchronous import SynchronousCollection
from overair.items import ItemClass, Note
from overair.items.body import Body
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync_options import Options
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import running_gateway
from support.mirrored_mail import simple
from support.server import RunningServer

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()
HTML = Options(body_preferences=(BodyPreference(type=BodyType.HTML),))
PICTURE = bytes(range(256)) * 3


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[RunningServer]:
    with running_gateway(tmp_path_factory.mktemp("data"), dovecot) as server:
        yield server


def with_parts(note: bytes, subtype: str, *others: tuple[str, str, bytes], text: str = "") -> bytes:
    """A note of Apple's as the first part of a multipart, with a plain text and others, each a content type,
    a Content-ID and bytes.
    """
    header, _, html = note.partition(b"\r\n\r\n")
    fields = [one for one in header.split(b"\r\n") if not one.startswith(b"Content-")]
    whole = b"\r\n".join((*fields, f'Content-Type: multipart/{subtype}; boundary="=b"'.encode(), b""))
    parts = [b"Content-Type: text/plain; format=flowed\r\n\r\n" + text.encode()] if text else []
    parts.append(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html)
    for kind, content_id, data in others:
        about = f"Content-Type: {kind}\r\nContent-ID: <{content_id}>\r\nContent-Transfer-Encoding: base64"
        parts.append(about.encode() + b"\r\n\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n"))
    return whole + b"".join(b"\r\n--=b\r\n" + part for part in parts) + b"\r\n--=b--\r\n"


OBJECT = '<object type="application/x-apple-msg-attachment" data="cid:a@b"></object>'
NOTE = apple_note("Sketch", f'old <img src="cid:c@d"> words {OBJECT}', "S-1")
PARTS = (("image/png", "a@b", PICTURE), ("image/png", "c@d", b"PNG"))


class Phone:
    def __init__(self, gateway: RunningServer, user: str) -> None:
        self.client = SynchronousClient(
            gateway.url, f"{user}@example.org", PASSWORD, device_id=f"phone{user}"
        )
        self.client.folder_sync()
        folder = self.client.asynchronous.folder_of_type(FolderType.NOTES)
        self.notes: SynchronousCollection = self.client.collection(
            folder.server_id, ItemClass.NOTES, options=HTML
        )
        self.notes.sync()

    def texts(self) -> dict[str | None, str]:
        found = {}
        for one in self.notes.elements:
            item = self.notes.item(one)
            assert isinstance(item, Note)
            found[item.subject] = (item.body.data if item.body is not None else None) or ""
        return found

    def edit(self, text: str, kind: BodyType = BodyType.PLAIN_TEXT) -> list[int]:
        """Give the note other words; the statuses of what was refused."""
        named = {getattr(self.notes.item(one), "subject", None): one for one in self.notes.elements}
        server_id = named["Sketch"]
        self.notes.update(server_id, Note(subject="Sketch", body=Body(type=kind, data=text)))
        return [int(one.status) for one in self.notes.sync().refused]


def upstream(dovecot: Dovecot, user: str) -> list[Message]:
    with dovecot.client(user, "Notes") as imap:
        found = imap.fetch(imap.search(), ["BODY[]"])
    return [message_from_bytes(found[one][b"BODY[]"]) for one in sorted(found)]


def decoded(message: Message) -> dict[str, bytes]:
    """The contents of the parts by their types, and by their Content-IDs where they have one."""
    found = {}
    for part in message.walk():
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            found[part["Content-ID"] or part.get_content_type()] = data
    return found


@pytest.mark.parametrize("kind", [BodyType.PLAIN_TEXT, BodyType.HTML])
def test_pictures_stay_where_a_phone_edits_the_text(
    dovecot: Dovecot, gateway: RunningServer, kind: BodyType
) -> None:
    user = with_notes(dovecot, with_parts(NOTE, "related", *PARTS))
    phone = Phone(gateway, user)
    with phone.client:
        assert "old" in phone.texts()["Sketch"]
        new = "other words" if kind is BodyType.PLAIN_TEXT else 'other <img src="cid:c@d"> words'
        assert phone.edit(new, kind) == []
        [message] = upstream(dovecot, user)
        parts = decoded(message)
        html = parts["text/html"].decode()
        assert (parts["<a@b>"], parts["<c@d>"]) == (PICTURE, b"PNG")
        assert "other" in html
        assert "old" not in html
        assert html.count("cid:c@d") == html.count("cid:a@b") == 1, "each has its place, once"
        assert OBJECT in html
        assert message["X-Universally-Unique-Identifier"] == "S-1"
        assert message["X-Mail-Created-Date"] == "Tue, 3 Mar 2026 06:00:00 +0100"
        assert phone.edit("again") == []
        [message] = upstream(dovecot, user)
        assert decoded(message)["<a@b>"] == PICTURE
        assert b"cid:a@b" in decoded(message)["text/html"]
        assert not phone.notes.sync().added


def test_a_text_in_two_forms_and_none_at_all(dovecot: Dovecot, gateway: RunningServer) -> None:
    both = with_parts(NOTE, "alternative", text="old words\r\n")
    user = with_notes(dovecot, both)
    phone = Phone(gateway, user)
    with phone.client:
        assert phone.edit("<p>new <b>words</b></p>", BodyType.HTML) == []
        [message] = upstream(dovecot, user)
    parts = decoded(message)
    assert b"<b>words</b>" in parts["text/html"]
    assert parts["text/plain"].strip() == b"new words"

    picture = EmailMessage()
    picture["Subject"] = "Sketch"
    picture["X-Uniform-Type-Identifier"] = "com.apple.mail-note"
    picture["X-Universally-Unique-Identifier"] = "S-2"
    picture.set_content(PICTURE, "image", "png")
    user = with_notes(dovecot, picture.as_bytes().replace(b"\n", b"\r\n"))
    phone = Phone(gateway, user)
    with phone.client:
        assert phone.edit("what it shows") == []
        [message] = upstream(dovecot, user)
    parts = decoded(message)
    assert parts["image/png"] == PICTURE
    assert b"what it shows" in parts["text/html"]


@pytest.mark.req("MS-ASCMD_R4440")
def test_what_cannot_be_edited_comes_back_and_the_edit_is_a_note_of_its_own(
    dovecot: Dovecot, gateway: RunningServer
) -> None:
    signed = with_parts(
        NOTE, 'signed; protocol="application/pkcs7-signature"', ("application/pkcs7-signature", "s@s", b"x")
    )
    user = with_notes(dovecot, signed)
    phone = Phone(gateway, user)
    with phone.client:
        assert phone.edit("mine") == [SyncStatus.CONVERSION_ERROR]
        assert "old" in phone.texts()["Sketch"]
        phone.notes.sync()
        texts = [phone.notes.item(one) for one in phone.notes.elements]
        assert len(texts) == 2
        assert any(
            "mine" in ((one.body.data or "") if isinstance(one, Note) and one.body else "") for one in texts
        )
    was, copy = upstream(dovecot, user)
    assert was.as_bytes() == message_from_bytes(signed).as_bytes()
    assert copy["X-Universally-Unique-Identifier"] not in (None, "S-1")


def test_a_message_among_the_notes_keeps_what_else_it_says(dovecot: Dovecot, gateway: RunningServer) -> None:
    letter = simple("Sketch", Reply_To="carla@example.net")
    user = with_notes(dovecot, apple_note("Other", "one", "S-3"), letter)
    phone = Phone(gateway, user)
    with phone.client:
        assert phone.edit("mine") == []
    _, message = upstream(dovecot, user)
    assert message["Reply-To"] == "carla@example.net"
    assert b"mine" in decoded(message)["text/html"]
