"""Notes are kept as Apple Mail keeps them."""

from __future__ import annotations

import uuid
from email import message_from_bytes

import msgspec
import pytest

from gateway.test_mail_effects import every_server, play, token, upstream
from overair.items import Note
from overair.items.body import Body
from overair.items.notes import STICKY_NOTE
from overair.mailboxes.gateway.backend import Known, Stale
from overair.mailboxes.gateway.mail.notes import IDENTITY, KIND
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyType
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import SERVERS, WHEN, House, Mirrored, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture(extra=SERVERS)


def apple_note(subject: str, text: str, identity: str) -> bytes:
    """A note as Apple Mail writes it."""
    return (
        f"From: Anna <anna@example.org>\r\nX-Uniform-Type-Identifier: com.apple.mail-note\r\n"
        f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        f"Mime-Version: 1.0 (Mac OS X Notes 4.10)\r\nDate: Wed, 4 Mar 2026 06:00:00 +0100\r\n"
        f"X-Mail-Created-Date: Tue, 3 Mar 2026 06:00:00 +0100\r\nSubject: {subject}\r\n"
        f"X-Universally-Unique-Identifier: {identity}\r\nMessage-Id: <{uuid.uuid4()}@example.org>\r\n\r\n"
        f"<html><head></head><body>{subject}<div>{text}</div></body></html>"
    ).encode()


def note_of(held: Mirrored) -> Note:
    assert isinstance(held.item, Note)
    return held.item


def with_notes(dovecot: Dovecot, *notes: bytes) -> str:
    """A user with a folder of notes."""
    user = dovecot.user()
    with dovecot.client(user) as client:
        client.create_folder("Notes")
        for mime in notes:
            client.append("Notes", mime, ["\\Seen"], WHEN)
    return user


@every_server
def test_notes_come_and_change_and_go(dovecot: Dovecot, host: str) -> None:
    user = with_notes(dovecot, apple_note("Milk", "and bread", "A-1"), apple_note("Grüße", "x", "A-2"))

    async def story(there: House) -> None:
        assert (await there.look())["Notes"].type is FolderType.NOTES
        first, second = await there.bring("Notes")
        note = note_of(first)
        assert (note.subject, note.message_class) == ("Milk", STICKY_NOTE)
        assert note.last_modified_date is not None
        assert note.last_modified_date.isoformat() == "2026-03-04T05:00:00+00:00"
        assert note.body is not None
        assert note.body.type is BodyType.HTML
        assert "and bread" in (note.body.data or "")
        first.item = msgspec.structs.replace(note, categories=("Shop",))
        with dovecot.client(user, "Notes") as client:
            uids = client.search()
            client.append("Notes", apple_note("Milk", "and butter", "A-1"), ["\\Seen"])
            held = await there.bring("Notes")
            assert {one.item_id for one in held} == {first.item_id, second.item_id}
            client.delete_messages(uids)
            client.expunge()
        [held_now] = await there.bring("Notes")
        assert held_now.item_id == first.item_id
        assert "butter" in ((note_of(held_now).body or Body(type=BodyType.HTML)).data or "")
        assert note_of(held_now).categories == ("Shop",)

    play(dovecot, story, host, user)


@every_server
def test_a_phone_writes_and_edits_and_removes_notes(dovecot: Dovecot, host: str) -> None:
    user = with_notes(dovecot)

    async def story(there: House) -> None:
        folder = there.folders["Notes"]
        text = Body(type=BodyType.PLAIN_TEXT, data="Füße\r\n<b>no markup</b>")
        note = Note(subject="Füße", message_class=STICKY_NOTE, last_modified_date=WHEN, body=text)
        name = token()
        stood = await there.backend.add(folder, note, name)
        assert (await there.backend.add(folder, note, name)).key == stood.key
        [(_, mime)] = upstream(dovecot, user, "Notes").values()
        said = message_from_bytes(mime)
        assert said[KIND] == "com.apple.mail-note"
        assert said.get_content_type() == "text/html"
        assert b"&lt;b&gt;" in (said.get_payload(decode=True) or b"")
        held = there.mirror.put(folder, stood, note)
        await there.bring("Notes")
        longer = msgspec.structs.replace(note, body=Body(type=BodyType.HTML, data="<p>longer</p>"))
        name = token()
        stood = await there.backend.change(folder, held.known, note, longer, name)
        assert (await there.backend.change(folder, held.known, note, longer, name)).key == stood.key
        [(_, mime)] = upstream(dovecot, user, "Notes").values()
        again = message_from_bytes(mime)
        assert again[IDENTITY] == said[IDENTITY] == stood.tag
        assert b"longer" in (again.get_payload(decode=True) or b"")
        held.known, held.item = Known(stood.key, stood.tag), longer
        [after] = await there.bring("Notes")
        assert (after.item_id, after.item) == (held.item_id, longer)
        only_here = msgspec.structs.replace(longer, categories=("Shop",))
        assert (await there.backend.change(folder, held.known, longer, only_here, token())).key == stood.key
        await there.backend.remove(folder, held.known, token())
        assert await there.bring("Notes") == []
        with pytest.raises(Stale):
            await there.backend.change(folder, held.known, longer, note, token())

    play(dovecot, story, host, user)


def test_a_folder_of_mail_that_is_called_notes_is_one_of_mail(dovecot: Dovecot) -> None:
    user = with_notes(dovecot, simple("minutes"))

    async def story(there: House) -> None:
        assert (await there.look())["Notes"].type is FolderType.USER_MAIL

    play(dovecot, story, user=user)


@every_server
def test_a_changed_uidvalidity_keeps_notes(dovecot: Dovecot, host: str) -> None:
    user = with_notes(dovecot, *(apple_note(f"n{number}", "x", f"A-{number}") for number in range(3)))

    async def story(there: House) -> None:
        ids = {note_of(one).subject: one.item_id for one in await there.bring("Notes")}
        with dovecot.client(user) as client:
            client.rename_folder("Notes", "Old")
            client.create_folder("Notes")
            client.select_folder("Old")
            client.copy(client.search()[1:], "Notes")
        held = await there.bring("Notes")
        assert {note_of(one).subject: one.item_id for one in held} == {
            "n1": ids["n1"],
            "n2": ids["n2"],
        }

    play(dovecot, story, host, user)
