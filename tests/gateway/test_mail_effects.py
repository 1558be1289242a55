"""What phones do to mail is done on the server, once, however often it is attempted."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from overair.imap.capabilities import Extension
from overair.imap.uid_set import UidSet
from overair.items import Message
from overair.items.mail.flag import Flag, FlagStatus
from overair.items.mail.message import index_message
from overair.mailboxes.gateway.backend import Stale
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.interface import FolderProtected, FolderType, MailboxFull, Refused
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import FULL, NO_QRESYNC, OLD, SERVERS, WHEN, House, Mirrored, house, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture(extra=SERVERS)
every_server = pytest.mark.parametrize("host", [FULL, pytest.param(NO_QRESYNC, marks=pytest.mark.full), OLD])
Story = Callable[[House], Awaitable[None]]


def token() -> str:
    return uuid.uuid4().hex


def play(dovecot: Dovecot, story: Story, host: str = FULL, user: str | None = None) -> None:
    async def main() -> None:
        async with house(dovecot, user or dovecot.user(), host=host) as there:
            await there.look()
            await story(there)

    run(main())


def stored(there: House, mime: bytes, **fields: Any) -> Message:
    """A message whose bytes are with us."""
    message = index_message(mime, datetime.now(UTC).replace(microsecond=0), searchable=False)
    return msgspec.structs.replace(message, blob=there.blobs.put(mime), **fields)


def upstream(dovecot: Dovecot, user: str, path: str) -> dict[int, tuple[set[str], bytes]]:
    """Flags and bytes of the messages of a mailbox that are not marked as deleted."""
    with dovecot.client(user, path) as client:
        uids = client.search("UNDELETED")
        found = client.fetch(uids, ["FLAGS", "BODY.PEEK[]"]) if uids else {}
        return {
            uid: ({flag.decode() for flag in data[b"FLAGS"]} - {"\\Recent"}, data[b"BODY[]"])
            for uid, data in found.items()
        }


def message_of(held: Mirrored) -> Message:
    assert isinstance(held.item, Message)
    return held.item


@every_server
def test_a_message_is_added_once_and_its_index_fits(dovecot: Dovecot, host: str) -> None:
    async def story(there: House) -> None:
        folder = there.folders["Sent"]
        item = stored(there, simple("sent", body="Hello\r\n"), read=True, categories=("Work", "Two words"))
        name = token()
        stood = await there.backend.add(folder, item, name)
        again = await there.backend.add(folder, stored(there, simple("composed anew"), read=True), name)
        assert again.key == stood.key
        [(uid, (flags, mime))] = upstream(dovecot, there.user, "Sent").items()
        assert uid == read_key(stood.key).uid
        assert flags == {"\\Seen", "Work"}
        assert b"sent" in mime
        kept = stood.item
        assert isinstance(kept, Message)
        assert kept.index is not None
        assert kept.index.size == len(mime)
        part = kept.index.text_body[0]
        assert mime[part.offset : part.offset + part.length] == b"Hello\r\n"
        there.mirror.put(folder, stood, item)
        [held] = await there.bring("Sent")
        assert message_of(held) == kept, "what an effect has made is no news"
        assert message_of(held).categories == ("Work", "Two words")

    play(dovecot, story, host)


def test_what_has_no_bytes_or_odd_ones_is_added_too(dovecot: Dovecot) -> None:
    async def story(there: House) -> None:
        folder = there.folders["INBOX"]
        bare = Message(subject="Grüße", to="a@example.net", date_received=WHEN, read=False)
        odd = stored(there, b"Subject: odd\nX: y\n\nno\0thing\n")
        for item in (bare, odd):
            stood = await there.backend.add(folder, item, token())
            assert isinstance(stood.item, Message)
            assert stood.item.index is not None
            mime = upstream(dovecot, there.user, "INBOX")[read_key(stood.key).uid][1]
            assert stood.item.index.size == len(mime)
            there.mirror.put(folder, stood, item)
        assert [message_of(one).subject for one in await there.bring(whole=True)] == ["Grüße", "odd"]

    play(dovecot, story)


def test_a_copy_that_the_server_has_filed_is_not_doubled(dovecot: Dovecot) -> None:
    user = dovecot.user()

    async def story(there: House) -> None:
        folder = there.folders["Sent"]

        async def file() -> None:
            await asyncio.sleep(0.2)
            await asyncio.to_thread(dovecot.deliver, user, simple("first"), "Sent")

        filing = asyncio.create_task(file())
        item = stored(there, simple("first"), read=True)
        stood = await there.backend.add(folder, item, token())
        await filing
        assert len(upstream(dovecot, user, "Sent")) == 1
        there.mirror.put(folder, stood, item)
        [held] = await there.bring("Sent", whole=True)
        assert (message_of(held).subject, message_of(held).read) == ("first", True)
        await there.backend.add(folder, stored(there, simple("second"), read=True), token())
        assert len(upstream(dovecot, user, "Sent")) == 2

    play(dovecot, story, user=user)


@every_server
def test_flags_are_set_and_taken_away_and_others_stay(dovecot: Dovecot, host: str) -> None:
    user = dovecot.user()
    with dovecot.client(user) as client:
        client.append("INBOX", simple("one"), ["\\Answered", "$MDNSent", "Work"], WHEN)

    async def story(there: House) -> None:
        [held] = await there.bring(whole=True)
        folder, old = there.folders["INBOX"], message_of(held)
        flag = Flag(status=FlagStatus.ACTIVE, flag_type="for Follow Up", due_date=WHEN, start_date=WHEN)
        new = msgspec.structs.replace(old, read=True, flag=flag, categories=("Home", "Not for IMAP"))
        stood = await there.backend.change(folder, held.known, old, new, token())
        [(flags, _)] = upstream(dovecot, user, "INBOX").values()
        assert flags == {"\\Answered", "$MDNSent", "\\Seen", "\\Flagged", "Home"}
        held.known, held.item = msgspec.structs.replace(held.known, tag=stood.tag), new
        [held] = await there.bring()
        assert message_of(held) == new, "dates and categories that IMAP does not know stay"
        done = msgspec.structs.replace(new, flag=Flag(status=FlagStatus.COMPLETE), last_verb_executed=3)
        stood = await there.backend.change(folder, held.known, new, done, token())
        [(flags, _)] = upstream(dovecot, user, "INBOX").values()
        assert flags == {"\\Answered", "$MDNSent", "\\Seen", "Home", "$Forwarded"}
        held.item = done
        [held] = await there.bring()
        assert message_of(held) == done

    play(dovecot, story, host, user)


def test_a_connection_that_only_looked_is_used_to_change_something(dovecot: Dovecot) -> None:
    user = dovecot.user()
    with dovecot.client(user) as client:
        client.append("INBOX", simple("one"))

    async def story(there: House) -> None:
        [held] = await there.bring(whole=True)
        async with there.pool.session(there.credentials, "INBOX") as session:
            await session.select("INBOX", read_only=True)
        read = msgspec.structs.replace(message_of(held), read=True)
        await there.backend.change(there.folders["INBOX"], held.known, held.item, read, token())
        [(flags, _)] = upstream(dovecot, user, "INBOX").values()
        assert flags == {"\\Seen"}

    play(dovecot, story, user=user)


def test_what_is_gone_is_stale(dovecot: Dovecot) -> None:
    user = dovecot.user()
    with dovecot.client(user) as client:
        client.append("INBOX", simple("one"))

    async def story(there: House) -> None:
        [held] = await there.bring(whole=True)
        folder, old = there.folders["INBOX"], message_of(held)
        with dovecot.client(user, "INBOX") as client:
            client.delete_messages(client.search())
            client.expunge()
        read = msgspec.structs.replace(old, read=True)
        with pytest.raises(Stale):
            await there.backend.change(folder, held.known, old, read, token())
        with pytest.raises(Stale):
            await there.backend.move(folder, held.known, there.folders["Trash"], old, token())
        edited = stored(there, simple("edited"))
        with pytest.raises(Stale):
            await there.backend.change(folder, held.known, old, edited, token())
        await there.backend.remove(folder, held.known, token())
        assert upstream(dovecot, user, "INBOX") == {}

    play(dovecot, story, user=user)


@every_server
def test_a_draft_is_edited_in_its_place(dovecot: Dovecot, host: str) -> None:
    async def story(there: House) -> None:
        folder = there.folders["Drafts"]
        item = stored(there, simple("draft"), read=True, is_draft=True)
        held = there.mirror.put(folder, await there.backend.add(folder, item, token()), item)
        await there.bring("Drafts")
        new = stored(there, simple("draft", To="new@example.net"), read=True, is_draft=True)
        name = token()
        stood = await there.backend.change(folder, held.known, message_of(held), new, name)
        again = await there.backend.change(folder, held.known, message_of(held), new, name)
        assert again == stood
        [(uid, (flags, mime))] = upstream(dovecot, there.user, "Drafts").items()
        assert (uid, flags) == (read_key(stood.key).uid, {"\\Seen", "\\Draft"})
        assert b"new@example.net" in mime
        held.known, held.item = (
            msgspec.structs.replace(held.known, key=stood.key, tag=stood.tag),
            stood.item or new,
        )
        [after] = await there.bring("Drafts", whole=True)
        assert after.item_id == held.item_id

    play(dovecot, story, host)


@every_server
def test_a_message_is_moved_and_found_again(dovecot: Dovecot, host: str) -> None:
    user = dovecot.user()
    with dovecot.client(user) as client:
        for number in range(3):
            client.append("INBOX", simple(f"m{number}"), ["\\Seen"], WHEN)

    async def story(there: House) -> None:
        first, second, third = await there.bring(whole=True)
        inbox, trash = there.folders["INBOX"], there.folders["Trash"]
        with dovecot.client(user, "INBOX") as client:
            client.set_flags(client.search()[1], ["\\Deleted"])  # of somebody else, who may want it back
        stood = await there.backend.move(inbox, first.known, trash, first.item, token())
        again = await there.backend.move(inbox, first.known, trash, first.item, token())
        assert again.key == stood.key
        [(uid, (flags, mime))] = upstream(dovecot, user, "Trash").items()
        assert (uid, flags) == (read_key(stood.key).uid, {"\\Seen"})
        assert b"m0" in mime
        with dovecot.client(user, "INBOX") as client:
            there_still = client.fetch(client.search(), ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
            said = b"".join(
                value for data in there_still.values() for value in data.values() if isinstance(value, bytes)
            )
            assert b"m1" in said
        # The server is lost between the copy and the removal of the original.
        await begin_to_move(there, third)
        stood = await there.backend.move(inbox, third.known, trash, third.item, token())
        assert len(upstream(dovecot, user, "Trash")) == 2
        assert read_key(stood.key).uid in upstream(dovecot, user, "Trash")
        assert second.known in [one.known for one in there.mirror.of(inbox)]

    play(dovecot, story, host, user)


async def begin_to_move(there: House, held: Mirrored) -> None:
    """Do what a move to the trash has done when it is cut short: all of it, or the copy on a server without
    MOVE.
    """
    async with there.pool.session(there.credentials) as session:
        await session.select("INBOX")
        uids = UidSet([read_key(held.known.key).uid])
        if Extension.MOVE in session.capabilities:
            await session.uid_move(uids, "Trash")
        else:
            await session.uid_copy(uids, "Trash")


@every_server
def test_a_message_is_removed_and_nobody_elses(dovecot: Dovecot, host: str) -> None:
    user = dovecot.user()
    with dovecot.client(user) as client:
        for number in range(3):
            client.append("INBOX", simple(f"m{number}"), [], WHEN)

    async def story(there: House) -> None:
        first, _, _ = await there.bring()
        with dovecot.client(user, "INBOX") as client:
            client.add_flags(client.search()[2], ["\\Deleted"])
        await there.backend.remove(there.folders["INBOX"], first.known, token())
        await there.backend.remove(there.folders["INBOX"], first.known, token())
        assert len(await there.bring()) == 1
        with dovecot.client(user, "INBOX") as client:
            assert len(client.search()) == (3 if host == OLD else 2), "without UIDPLUS it is only marked"

    play(dovecot, story, host, user)


def test_a_full_mailbox_and_a_read_only_one_say_so(dovecot: Dovecot) -> None:
    user, owner = dovecot.small_user(), dovecot.user()
    shared = dovecot.share(owner, "INBOX", user, "lr")
    with dovecot.client(owner) as client:
        client.append("INBOX", simple("shared"))

    async def story(there: House) -> None:
        with pytest.raises(MailboxFull):
            await there.backend.add(there.folders["INBOX"], stored(there, simple("x" * 200_000)), token())
        folder = there.folders[shared]
        assert not folder.writable
        with pytest.raises(Refused):
            await there.backend.add(folder, stored(there, simple("x")), token())
        [held] = await there.bring(shared, whole=True)
        read = msgspec.structs.replace(message_of(held), read=True)
        with pytest.raises(Refused):
            await there.backend.change(folder, held.known, held.item, read, token())

    play(dovecot, story, user=user)


@every_server
def test_folders_are_made_renamed_and_deleted(dovecot: Dovecot, host: str) -> None:
    async def story(there: House) -> None:
        backend = there.backend
        made = await backend.create_folder(None, "Wörk & Life", FolderType.USER_MAIL)
        assert (await backend.create_folder(None, "Wörk & Life", FolderType.USER_MAIL)).path == made.path
        await there.look()
        below = await backend.create_folder(there.folders[made.path], "Below", FolderType.USER_MAIL)
        tree = await there.look()
        assert (tree[below.path].parent, tree[below.path].name) == (made.path, "Below")
        moved = await backend.update_folder(there.folders[made.path], there.folders["Archive"], "Renamed")
        again = await backend.update_folder(there.folders[made.path], there.folders["Archive"], "Renamed")
        assert again == moved
        tree = await there.look()
        assert made.path not in tree
        assert tree[moved.path].parent == "Archive"
        with dovecot.client(there.user) as client:
            assert {entry[2] for entry in client.list_sub_folders()} >= {moved.path, f"{moved.path}/Below"}
        for _ in range(2):
            await backend.delete_folder(there.folders[moved.path])
        assert moved.path not in await there.look()
        for name in ("a/b", " ", "a\r\nb"):
            with pytest.raises(Refused):
                await backend.create_folder(None, name, FolderType.USER_MAIL)
        with pytest.raises(FolderProtected):
            await backend.delete_folder(there.folders["INBOX"])

    play(dovecot, story, host)
