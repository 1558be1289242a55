"""What changes elsewhere is told by real servers: at once, and after a while without a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from imap.upstream import ALL, Upstream, fetched
from overair.imap.capabilities import Capabilities, Extension
from overair.imap.errors import NotOffered
from overair.imap.message_commands import Change
from overair.imap.responses import (
    Event,
    Exists,
    FetchResult,
    FolderStatus,
    ListEntry,
    Resync,
    Vanished,
)
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from support.asynchronous import run

PATIENCE_SECONDS = 30


class Heard:
    """The events of a session."""

    def __init__(self, session: Session) -> None:
        self.events: list[Event] = []
        self._more = asyncio.Event()
        session.on_event = self._take

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self._more.set()

    async def until(self, holds: Callable[[Event], object]) -> Event:
        """The first event of which something holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for event in self.events:
                    if holds(event):
                        return event
                self._more.clear()
                await self._more.wait()


def deliver(upstream: Upstream, user: str, count: int = 1, folder: str = "INBOX") -> None:
    """Messages from elsewhere."""
    for number in range(count):
        upstream.real.deliver(user, b"Subject: %d\r\n\r\n" % number, folder)


def test_idle_tells_what_happens_in_the_mailbox(upstream: Upstream) -> None:
    """New messages, flags, and what has gone; any other command ends it."""
    user = upstream.real.user()
    deliver(upstream, user, 2)

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            heard = Heard(session)
            await session.idle()
            await asyncio.to_thread(deliver, upstream, user)
            await heard.until(lambda event: event == Exists(3))
            await session.idle()  # anew, as every half hour
            async with upstream.session(user, "INBOX") as other:
                await other.uid_store(UidSet([2]), Change.ADD, ["\\Seen"])
                seen = await heard.until(lambda event: isinstance(event, FetchResult))
                assert isinstance(seen, FetchResult)
                assert seen.uid == 2
                assert seen.flags is not None
                assert "\\Seen" in seen.flags
                await other.uid_move(UidSet([1]), "Trash")
            gone = await heard.until(lambda event: isinstance(event, Vanished))
            assert gone == Vanished(UidSet([1]))
            assert (await session.status("Trash", ["MESSAGES"])).messages == 1
            assert session.usable
            await session.done()
            await session.noop()

    run(work())


def test_notify_tells_of_every_mailbox(upstream: Upstream) -> None:
    """Messages and mailboxes, on one connection, whatever is selected there."""
    user = upstream.real.user()

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            if Extension.NOTIFY not in session.capabilities:
                assert upstream.name == "cyrus"
                return
            heard = Heard(session)
            await session.notify(["Sent", "Trash"])
            await session.idle()
            await asyncio.to_thread(deliver, upstream, user, 1, "Sent")
            told = await heard.until(lambda event: isinstance(event, FolderStatus))
            assert isinstance(told, FolderStatus)
            assert (told.name, told.messages) == ("Sent", 1)
            await asyncio.to_thread(deliver, upstream, user)
            await heard.until(lambda event: event == Exists(1))
            heard.events.clear()
            await session.notify()
            await session.idle()
            await asyncio.to_thread(deliver, upstream, user, 1, "Drafts")
            await heard.until(lambda event: isinstance(event, FolderStatus) and event.name == "Drafts")
            with upstream.real.client(user) as other:
                await asyncio.to_thread(other.create_folder, "Neu")
            await heard.until(lambda event: isinstance(event, ListEntry) and event.name == "Neu")
            await session.notify_none()
            heard.events.clear()
            await asyncio.to_thread(deliver, upstream, user, 1, "Sent")
            await session.noop()
            assert not [event for event in heard.events if isinstance(event, FolderStatus)]

    run(work())


def test_what_happened_in_between_is_told_on_selecting(upstream: Upstream) -> None:
    """By QRESYNC: changed flags, new messages, what has gone; nothing of it for another UIDVALIDITY."""
    user = upstream.real.user()
    deliver(upstream, user, 5)

    async def work() -> None:
        async with upstream.session(user) as session:
            before = await session.select("INBOX")
            assert before.uid_next == 6
            assert not before.resynced
            await session.select("Sent")
            with upstream.real.client(user, "INBOX") as other:
                other.add_flags([4], ["\\Flagged"])
                other.delete_messages([2, 3])
                other.uid_expunge([2, 3])
            deliver(upstream, user)
            resync = Resync(before.uid_validity, before.highest_modseq)
            after = await session.select("INBOX", resync=resync)
            assert after.resynced
            assert after.exists == 4
            assert after.vanished == UidSet([2, 3])
            assert {one.uid for one in after.changed} == {4, 6}
            assert after.highest_modseq > before.highest_modseq
            known = Resync(before.uid_validity, before.highest_modseq, UidSet([1, 2, 4]))
            some = await session.select("INBOX", resync=known)
            assert (some.vanished, [one.uid for one in some.changed]) == (UidSet([2]), [4])
            quiet = Resync(after.uid_validity, after.highest_modseq)
            again = await session.select("INBOX", resync=quiet)
            assert again.resynced
            assert not again.vanished
            assert not again.changed
            other_validity = Resync(before.uid_validity + 1, before.highest_modseq)
            assert not (await session.select("INBOX", resync=other_validity)).resynced

    run(work())


def test_what_has_changed_since_can_be_fetched(upstream: Upstream) -> None:
    """CHANGEDSINCE, with what has VANISHED."""
    user = upstream.real.user()
    deliver(upstream, user, 4)

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            before = session.selected
            assert before is not None
            with upstream.real.client(user, "INBOX") as other:
                other.add_flags([3], ["\\Flagged"])
                other.delete_messages([1])
                other.uid_expunge([1])
            found: list[FetchResult] = []
            summary = await session.uid_fetch(
                ALL, ["FLAGS"], found.append, changed_since=before.highest_modseq, vanished=True
            )
            assert summary.vanished == UidSet([1])
            assert {one.uid for one in found if one.flags and "\\Flagged" in one.flags} == {3}
            assert list(await fetched(session, "FLAGS")) == [2, 3, 4]

    run(work())


def test_what_a_server_does_not_offer_is_not_sent(upstream: Upstream) -> None:
    """Whoever asks for it hears that at once."""
    user = upstream.real.user()

    async def work() -> None:
        async with upstream.session(user) as session:
            session.capabilities = Capabilities()
            with pytest.raises(NotOffered, match="IDLE"):
                await session.idle()
            with pytest.raises(NotOffered, match="NOTIFY"):
                await session.notify()
            with pytest.raises(NotOffered, match="CONDSTORE"):
                await session.uid_fetch(ALL, ["FLAGS"], lambda _: None, changed_since=1)
            assert session.usable

    run(work())


def test_a_killed_server_is_noticed_at_once(upstream: Upstream) -> None:
    """Waiting in IDLE or for an answer; afterwards there is a new connection to be had."""
    user = upstream.real.user()
    deliver(upstream, user)

    async def work() -> None:
        async with upstream.session(user, "INBOX") as session:
            lost: list[Exception] = []
            ended = asyncio.Event()

            def note(error: Exception) -> None:
                lost.append(error)
                ended.set()

            session.on_lost = note
            await session.idle()
            upstream.real.kill()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await ended.wait()
            assert session.closed
            assert len(lost) == 1
            with pytest.raises(type(lost[0])):
                await session.noop()
        upstream.real.start()
        async with upstream.session(user, "INBOX") as session:
            assert list(await fetched(session, "FLAGS")) == [1]

    run(work())
