"""Messages on real servers: appended, fetched whole and in parts, found, flagged, moved."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest

from imap.upstream import ALL, Upstream, fetched
from overair.imap.capabilities import Capabilities, Extension
from overair.imap.errors import CommandFailed, LimitReached, NoSuchMailbox, NotOffered, OverQuota
from overair.imap.message_commands import Change, Text
from overair.imap.responses import FetchResult
from overair.imap.uid_set import UidSet
from overair.imap.writing import Stream
from support.asynchronous import run
from support.dovecot import Dovecot

DATE = dt.datetime(2020, 2, 3, 4, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))


def letter() -> bytes:
    """A message with everything that BODYSTRUCTURE has words for."""
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("within\n")
    inner.add_alternative("<p>within</p>", subtype="html")
    message = EmailMessage()
    message["Subject"] = 'Grüße "quoted" (and) {5}'
    message["From"] = "Änne <aenne@example.org>"
    message.set_content("Hallo Welt äöü\n" * 20)
    message.add_alternative("<p>Hallo</p>", subtype="html")
    message.add_attachment(
        b"\0\1\2" * 5_000, maintype="application", subtype="octet-stream", filename='Rechnung "Ü" ] ) {3}.bin'
    )
    message.add_attachment(inner)
    return message.as_bytes().replace(b"\n", b"\r\n")


@pytest.mark.parametrize("compress", [False, True])
def test_everything_of_a_message(upstream: Upstream, compress: bool) -> None:
    """What is fetched is what was appended: whole, by parts, by ranges, and its structure."""
    user, content = upstream.real.user(), letter()

    async def work() -> None:
        async with upstream.session(user, "INBOX", compress=compress) as session:
            place = await session.append("INBOX", content, ["\\Seen", "$Forwarded"], DATE)
            assert place is not None
            assert session.selected is not None
            assert place.uid_validity == session.selected.uid_validity
            items = ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "MODSEQ", "BODYSTRUCTURE", "BODY.PEEK[]")
            one = (await fetched(session, *items))[place.uid]
            assert one.flags is not None
            assert one.flags - {"\\Recent"} == {"\\Seen", "$Forwarded"}
            assert one.internal_date == DATE
            assert one.size == len(content)
            assert one.modseq
            assert one.sections[""] == content
            structure = one.body_structure
            assert structure is not None
            assert [(part.number, f"{part.type}/{part.subtype}") for part in structure.walk()] == [
                ("", "multipart/mixed"),
                ("1", "multipart/alternative"),
                ("1.1", "text/plain"),
                ("1.2", "text/html"),
                ("2", "application/octet-stream"),
                ("3", "message/rfc822"),
                ("3", "multipart/alternative"),
                ("3.1", "text/plain"),
                ("3.2", "text/html"),
            ]
            binary = next(part for part in structure.walk() if part.number == "2")
            assert (binary.encoding, binary.disposition) == ("base64", "attachment")
            wanted = [f"BODY.PEEK[{number}]" for number in ("1.1", "2", "3.2", "HEADER", "1.2.MIME")]
            ranges = ["BODY.PEEK[]<100.50>", f"BODY.PEEK[]<{len(content) - 3}.50>", "BODY.PEEK[2]<0.10>"]
            sections = (await fetched(session, *wanted, *ranges))[place.uid].sections
            assert sections["<100>"] == content[100:150]
            assert sections[f"<{len(content) - 3}>"] == content[-3:]
            assert sections["2<0>"] == sections["2"][:10]
            assert len(sections["2"]) == binary.size
            assert sections["HEADER"] == content[: content.index(b"\r\n\r\n") + 4]
            assert base64.b64decode(sections["2"]) == b"\0\1\2" * 5_000
            assert b"<p>within</p>" in sections["3.2"]
            assert sections["1.2.MIME"].lower().startswith(b"content-type: text/html")

    run(work())


def test_what_is_streamed_in_arrives_whole(upstream: Upstream) -> None:
    """In pieces, without being in memory at once; one of the wrong length costs the connection."""
    user, size = upstream.real.user(), 700_000

    async def pieces(count: int) -> AsyncIterator[bytes]:
        yield b"Subject: large\r\n\r\n"
        for _ in range(count):
            yield b"x" * 68 + b"\r\n"

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            place = await session.append("INBOX", Stream(18 + size, pieces(size // 70)))
            assert place is not None
            found = (await fetched(session, "BODY.PEEK[]"))[place.uid].sections[""]
            assert found == b"Subject: large\r\n\r\n" + (b"x" * 68 + b"\r\n") * 10_000
            for count in (1, 3):
                async with upstream.session(user) as other:
                    with pytest.raises(ValueError, match="not as long"):
                        await other.append("INBOX", Stream(18 + 140, pieces(count)))
                    assert other.closed
            assert (await session.status("INBOX", ["MESSAGES"])).messages == 1

    run(work())


def test_finding(upstream: Upstream) -> None:
    """Words of the user's are never syntax, in any alphabet, with and without ESEARCH."""
    user = upstream.real.user()
    for subject in ("Käse", 'a "b" c', "ALL", "x\\y"):
        message = EmailMessage()
        message["Subject"] = subject
        message.set_content("x")
        upstream.real.deliver(user, message.as_bytes().replace(b"\n", b"\r\n"))

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            for _ in range(2):
                for uid, word in enumerate(("käse", 'a "b" c', "ALL", "x\\y"), 1):
                    assert (await session.uid_search(["SUBJECT", Text(word)])).uids == UidSet([uid])
                assert (await session.uid_search(["SUBJECT", b"K\xc3\xa4se"])).uids == UidSet([1])
                assert not (await session.uid_search(["SUBJECT", Text("no\r\nA9 LOGOUT\0")])).uids
                found = await session.uid_search(["NOT", "SUBJECT", Text("Käse"), "MODSEQ", "1"])
                assert found.uids == UidSet([2, 3, 4])
                assert found.modseq
                session.capabilities = Capabilities(session.capabilities - {Extension.ESEARCH})

    run(work())


def test_flags_and_who_was_first(upstream: Upstream) -> None:
    """STORE tells what it made of the flags, and leaves alone what has changed since."""
    user = upstream.real.user()
    for _ in range(3):
        upstream.real.deliver(user, b"Subject: x\r\n\r\n")

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            before = await fetched(session, "MODSEQ")
            with upstream.real.client(user, "INBOX") as other:
                other.add_flags([2], ["\\Answered"])
            newest = max(one.modseq or 0 for one in before.values())
            stored = await session.uid_store(ALL, Change.ADD, ["\\Flagged", "$Work"], unchanged_since=newest)
            assert stored.refused == UidSet([2])
            changed = {one.uid: one.flags for one in stored.changed}
            assert all({"\\Flagged", "$Work"} <= (changed[uid] or set()) for uid in (1, 3))
            await session.uid_store(UidSet([1]), Change.REPLACE, ["\\Seen"])
            await session.uid_store(UidSet([3]), Change.REMOVE, ["$Work"])
            flags = {uid: one.flags for uid, one in (await fetched(session, "FLAGS")).items()}
            assert [sorted((flags[uid] or frozenset()) - {"\\Recent"}) for uid in (1, 2, 3)] == [
                ["\\Seen"],
                ["\\Answered"],
                ["\\Flagged"],
            ]
            with pytest.raises(ValueError, match="flag"):
                await session.uid_store(ALL, Change.ADD, ["x\r\nA9 LOGOUT"])

    run(work())


@pytest.mark.parametrize("has_move", [True, False])
def test_copies_and_moves_say_where_they_are(upstream: Upstream, has_move: bool) -> None:
    """Also where moving is three commands; not where it would expunge what others marked."""
    user = upstream.real.user()
    for number in range(4):
        upstream.real.deliver(user, b"Subject: %d\r\n\r\n" % number)

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            await session.uid_store(UidSet([4]), Change.ADD, ["\\Deleted"])
            if not has_move:
                session.capabilities = Capabilities(session.capabilities - {Extension.MOVE})
            copied = await session.uid_copy(UidSet([1]), "Sent")
            assert copied is not None
            moved = await session.uid_move(UidSet([2, 3]), "Trash")
            assert moved is not None
            assert sorted(moved.uids) == [2, 3]
            assert list(await fetched(session, "FLAGS")) == [1, 4]
            trash = await session.select("Trash")
            assert trash.uid_validity == moved.uid_validity
            subjects = await fetched(session, "BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
            assert subjects[moved.uids[2]].sections["HEADER.FIELDS (SUBJECT)"].startswith(b"Subject: 1")
            with pytest.raises(NoSuchMailbox):
                await session.uid_move(UidSet([1]), "None")
            await session.select("INBOX")
            await session.uid_expunge(UidSet([1]))
            assert list(await fetched(session, "FLAGS")) == [1, 4]
            await session.unselect()
            await session.select("INBOX")
            assert list(await fetched(session, "FLAGS")) == [1, 4]
            await session.expunge()
            assert list(await fetched(session, "FLAGS")) == [1]
            session.capabilities = Capabilities(session.capabilities - {Extension.UIDPLUS, Extension.MOVE})
            for attempt in (session.uid_move(UidSet([1]), "Trash"), session.uid_expunge(UidSet([1]))):
                with pytest.raises(NotOffered):
                    await attempt
            session.capabilities = Capabilities(session.capabilities - {Extension.UNSELECT})
            await session.uid_store(UidSet([1]), Change.ADD, ["\\Deleted"])
            await session.unselect()
            assert session.selected is None
            assert (await session.status("INBOX", ["MESSAGES"])).messages == 1

    run(work())


def test_a_full_mailbox(upstream: Upstream) -> None:
    """OVERQUOTA is told as that, before or after the message was sent."""
    if not isinstance(upstream.real, Dovecot):
        return
    user = upstream.real.small_user()

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            with pytest.raises(OverQuota):
                await session.append("INBOX", b"Subject: x\r\n\r\n" + b"x" * 200_000)
            place = await session.append("INBOX", b"Subject: x\r\n\r\n" + b"x" * 90_000)
            assert place is not None
            with pytest.raises(OverQuota):
                await session.append("INBOX", b"Subject: x\r\n\r\n" + b"x" * 40_000)
            with pytest.raises(OverQuota):
                await session.uid_copy(UidSet([place.uid]), "Sent")
            session.capabilities = Capabilities([*session.capabilities, "APPENDLIMIT=100"])
            with pytest.raises(LimitReached):
                await session.append("INBOX", b"x" * 101)
            assert session.usable

    run(work())


def test_a_hundred_thousand_lines_are_not_kept(upstream: Upstream) -> None:
    """Answers are handed on as they come, those of long sets of UIDs, too."""
    user = upstream.real.user()
    for number in range(3):
        upstream.real.deliver(user, b"Subject: %d\r\n\r\n" % number)

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            sparse = UidSet(range(1, 20_000, 2))
            found: list[FetchResult] = []
            await session.uid_fetch(sparse, ["FLAGS"], found.append)
            assert [one.uid for one in found] == [1, 3]
            found.clear()
            await session.uid_fetch(UidSet([2]), ["RFC822.SIZE"], found.append, all_above=True)
            assert [one.uid for one in found] == [2, 3]
            found.clear()
            await session.uid_fetch(UidSet([90]), ["RFC822.SIZE"], found.append, all_above=True)
            assert not found
            with pytest.raises(CommandFailed):
                await session.uid_fetch(ALL, ["NONSENSE"], found.append)
            assert session.usable

    run(work())
