"""Servers that lie, break off, say nothing or too much: no half answer is ever taken for a whole one."""

from __future__ import annotations

import asyncio
import contextlib
import zlib

import msgspec
import pytest

from overair.credentials import Credentials
from overair.imap.errors import (
    BadCommand,
    BrokenProtocol,
    CommandFailed,
    ConnectionLost,
    Expunged,
    LimitReached,
    TimedOut,
)
from overair.imap.responses import Event, FetchResult, FolderStatus, NotificationOverflow, Resync
from overair.imap.server import Bounds, Timeouts
from overair.imap.session import Session, log_in
from overair.imap.uid_set import UidSet
from support.asynchronous import run
from support.fake_imap import CUT, OK, SELECTED, TAG, Answer, FakeImap, fake_imap

USER = Credentials("u", "very secret")
ALL = UidSet.parse("1:9")


async def opened(fake: FakeImap, *, silence: float = 20, bounds: Bounds | None = None) -> Session:
    """A session with the INBOX selected."""
    session = await log_in(fake.server(silence, bounds), USER)
    await session.select("INBOX")
    return session


BROKEN: dict[str, tuple[Answer, type[ConnectionLost]]] = {
    "cut in a literal": (b"* 1 FETCH (UID 1 BODY[] {100}\r\nhalf" + CUT, ConnectionLost),
    "cut behind a literal": (b"* 1 FETCH (UID 1 BODY[] {4}\r\nhalf" + CUT, ConnectionLost),
    "cut before the end": (b"* 1 FETCH (UID 1 BODY[] {4}\r\nhalf)\r\n" + CUT, ConnectionLost),
    "cut in the end": (b"* 1 FETCH (UID 1 BODY[] {4}\r\nhalf)\r\n" + TAG + b" OK" + CUT, ConnectionLost),
    "bye": (b"* BYE [UNAVAILABLE] restart\r\n", ConnectionLost),
    "a line without end": (b"* " + b"x" * 300_000, BrokenProtocol),
    "a huge literal": (b"* 1 FETCH (UID 1 BODY[] {99999999}\r\n", BrokenProtocol),
    "another's tag": (b"A0 OK\r\n", BrokenProtocol),
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\r\n", BrokenProtocol),
    "no response at all": (b"* \r\n", BrokenProtocol),
    "a plus that nobody asked for": (b"+ go on\r\n", BrokenProtocol),
    "a VANISHED that cannot be read": (b"* VANISHED 1:x\r\n" + OK, BrokenProtocol),
    "neither OK nor NO": (TAG + b" MAYBE\r\n", BrokenProtocol),
    "silence": (b"", TimedOut),
    "silence in a literal": (b"* 1 FETCH (UID 1 BODY[] {100}\r\nhalf", TimedOut),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_answer_ends_the_connection(case: str) -> None:
    """With an error that says what it was, and nothing that the server wrote."""
    answer, error = BROKEN[case]
    silence = 0.3 if error is TimedOut else 20

    async def work() -> None:
        async with fake_imap(FakeImap({b"UID FETCH": answer})) as fake:
            session = await opened(fake, silence=silence, bounds=Bounds(line=200_000))
            lost: list[ConnectionLost] = []
            session.on_lost = lost.append
            with pytest.raises(error) as raised:
                await session.uid_fetch(ALL, ["BODY.PEEK[]"], lambda _: None)
            assert session.closed
            assert not session.usable
            assert lost == [raised.value]
            assert "restart" not in str(raised.value)
            with pytest.raises(ConnectionLost):
                await session.noop()
            assert USER.secret.encode() not in b"".join(fake.said)  # it is told in base64 alone

    run(work())


def test_an_answer_that_does_not_parse_does_not_lose_the_others() -> None:
    """It is counted, with its UID where that can be made out; other news goes to the events."""
    answer = (
        b"* 1 FETCH (UID 1 RFC822.SIZE 10)\r\n"
        b"* 2 FETCH (UID 2 RFC822.SIZE (((\r\n"
        b"* 9 FETCH (UID 99 RFC822.SIZE 10)\r\n"  # nobody asked for it
        b"* 3 FETCH (FLAGS (\\Seen))\r\n"  # news, without a UID
        b"* 3 FETCH (UID 3 FLAGS (\\Seen))\r\n"  # news
        b'* 3 FETCH (UID 3 RFC822.SIZE 12 X-NEW ("a" NIL))\r\n'
        b"* 4 FETCH nonsense\r\n"
        b"* STATUS x (MESSAGES 3)\r\n" + OK
    )

    async def work() -> None:
        async with fake_imap(FakeImap({b"UID FETCH": answer})) as fake:
            session = await opened(fake)
            events: list[Event] = []
            session.on_event = events.append
            found: list[FetchResult] = []
            summary = await session.uid_fetch(ALL, ["RFC822.SIZE"], found.append)
            assert [(one.uid, one.size) for one in found] == [(1, 10), (3, 12)]
            assert summary.unreadable == 2
            assert summary.unreadable_uids == UidSet([2])
            assert summary.complete
            assert [getattr(event, "uid", event) for event in events] == [
                99,
                None,
                3,
                FolderStatus("x", messages=3),
            ]
            assert session.usable

    run(work())


def test_a_message_that_the_server_cannot_read_does_not_lose_the_others() -> None:
    """NO after some answers: they hold, and the rest is known to be missing."""
    answer = b"* 1 FETCH (UID 1 RFC822.SIZE 10)\r\n" + TAG + b" NO [SERVERBUG] x\r\n"

    async def work() -> None:
        async with fake_imap(FakeImap({b"UID FETCH": answer, b"UID STORE": TAG + b" BAD x\r\n"})) as fake:
            session = await opened(fake)
            found: list[FetchResult] = []
            summary = await session.uid_fetch(ALL, ["RFC822.SIZE"], found.append)
            assert (len(found), summary.complete) == (1, False)
            with pytest.raises(BadCommand):
                await session.uid_expunge(ALL)

    run(work())


LIES: dict[str, bytes] = {
    "another UIDVALIDITY": SELECTED.replace(b"UIDVALIDITY 5", b"UIDVALIDITY 6"),
    "no numbers": SELECTED.replace(b"HIGHESTMODSEQ 88", b"NOMODSEQ"),
    "a change that cannot be read": b"* 1 FETCH (UID 1 FLAGS (\\Seen\r\n" + SELECTED,
}


@pytest.mark.parametrize("lie", LIES)
def test_a_resync_that_is_none_is_not_taken_for_one(lie: str) -> None:
    """Then everything is compared; nothing is taken for gone because a server said so by mistake."""
    answer = b"* VANISHED (EARLIER) 1:3\r\n* 1 FETCH (UID 7 FLAGS ())\r\n" + LIES[lie]

    async def work() -> None:
        async with fake_imap(FakeImap({b"SELECT": answer})) as fake:
            session = await log_in(fake.server(), USER)
            selected = await session.select("INBOX", resync=Resync(5, 80, UidSet([1, 2])))
            assert b'SELECT "INBOX" (QRESYNC (5 80 1:2))' in fake.said
            assert not selected.resynced
            assert not selected.vanished
            assert not selected.changed

    run(work())


def test_what_is_said_of_the_mailbox_before_is_not_of_this_one() -> None:
    """Until CLOSED, the server speaks of the one that was selected."""
    answer = (
        b"* VANISHED (EARLIER) 1:3\r\n* 99 EXISTS\r\n* OK [UIDNEXT 77] x\r\n* OK [CLOSED] x\r\n" + SELECTED
    )

    async def work() -> None:
        async with fake_imap(FakeImap({b"SELECT": answer})) as fake:
            session = await log_in(fake.server(), USER)
            selected = await session.select("INBOX", resync=Resync(5, 80))
            assert (selected.exists, selected.uid_next, selected.uid_validity) == (3, 9, 5)
            assert selected.resynced
            assert not selected.vanished

    run(work())


def test_a_server_that_does_not_enable_is_not_asked() -> None:
    """ENABLE without ENABLED: no QRESYNC is used, for its answers would be taken for others."""

    async def work() -> None:
        async with fake_imap(FakeImap({b"ENABLE": OK})) as fake:
            session = await log_in(fake.server(), USER)
            assert not session.enabled
            assert not (await session.select("INBOX", resync=Resync(5, 80))).resynced
            assert b'SELECT "INBOX" (CONDSTORE)' in fake.said

    run(work())


def test_a_command_that_is_given_up_ends_the_connection() -> None:
    """Its answer may still come, and would be taken for the next one's."""

    async def work() -> None:
        async with fake_imap(FakeImap({b"NOOP": b""})) as fake:
            session = await opened(fake)
            waiting = asyncio.create_task(session.noop())
            later = asyncio.create_task(session.noop())
            await asyncio.sleep(0.05)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert session.closed
            with pytest.raises(ConnectionLost, match="given up"):
                await later

    run(work())


def test_one_command_runs_at_a_time() -> None:
    """Whoever asks at the same time waits for a turn, and gets an answer of their own."""
    numbers = iter(range(1, 100))
    answer = lambda _: b"* SEARCH %d\r\n" % next(numbers) + OK  # noqa: E731 - short

    async def work() -> None:
        async with fake_imap(FakeImap({b"UID SEARCH": answer})) as fake:
            session = await opened(fake)
            found = await asyncio.gather(*(session.uid_search(["ALL"]) for _ in range(20)))
            assert [str(one.uids) for one in found] == [str(number) for number in range(1, 21)]

    run(work())


def test_a_large_literal_waits_for_leave() -> None:
    """And is not sent where the server says no; a small one is sent at once."""

    async def work() -> None:
        fake = FakeImap()
        async with fake_imap(fake) as fake:
            refusing = _Refusing()
            listener = await asyncio.start_server(refusing.talk, "127.0.0.1", 0)
            fake.port = listener.sockets[0].getsockname()[1]
            session = await log_in(fake.server(), USER)
            with pytest.raises(LimitReached):
                await session.append("Sent", b"x" * 5_000)
            with pytest.raises(Expunged):
                await session.append("Sent", b"y" * 4_000)
            listener.close()
            session.close()
            assert refusing.said.endswith(b'{5000}\r\nA4 APPEND "Sent" {4000+}\r\n' + b"y" * 4_000 + b"\r\n")

    run(work())


class _Refusing:
    """Says NO to every APPEND as soon as it has read its first line."""

    said = b""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR LITERAL+] hello\r\n")
        while line := await reader.readline():
            self.said += line
            tag = line.partition(b" ")[0]
            if b"{5000}" in line:
                writer.write(tag + b" NO [TOOBIG] no\r\n")
            elif b"{4000+}" in line:
                self.said += await reader.readexactly(4_002)
                writer.write(tag + b" NO [EXPUNGEISSUED] no\r\n")
            elif b"CAPABILITY" in line:
                writer.write(b"* CAPABILITY IMAP4rev1 LITERAL+\r\n" + tag + b" OK x\r\n")
            else:
                writer.write(tag + b" OK x\r\n")
        writer.close()


def test_idle_that_is_refused_and_idle_that_the_server_ends() -> None:
    """An error in the first case; in the second everything goes on."""

    async def work() -> None:
        async with fake_imap(FakeImap({b"IDLE": TAG + b" NO not now\r\n"})) as fake:
            session = await opened(fake)
            with pytest.raises(CommandFailed):
                await session.idle()
            assert session.usable
        async with fake_imap(FakeImap({b"IDLE": b"+ ok\r\n" + TAG + b" OK enough\r\n"})) as fake:
            session = await opened(fake, silence=0.5)
            await session.idle()
            await asyncio.sleep(0.1)
            await session.noop()
            assert b"DONE" not in fake.said

    run(work())


def test_waiting_in_idle_has_no_limit() -> None:
    """Silence is what it is for; the end of it must be told in time."""

    async def work() -> None:
        async with fake_imap(FakeImap({b"IDLE": b"+ ok\r\n", b"DONE": b""})) as fake:
            session = await opened(fake, silence=0.2)
            events: list[Event] = []
            session.on_event = events.append
            await session.idle()
            await asyncio.sleep(0.6)
            assert not session.closed
            with pytest.raises(TimedOut):
                await session.done()

    run(work())


def test_notify_that_overflows_is_told() -> None:
    """So that it can be asked for anew."""

    async def work() -> None:
        async with fake_imap(FakeImap({b"NOOP": b"* OK [NOTIFICATIONOVERFLOW] x\r\n" + OK})) as fake:
            session = await opened(fake)
            events: list[Event] = []
            session.on_event = events.append
            await session.noop()
            assert events == [NotificationOverflow()]

    run(work())


@pytest.mark.parametrize("bomb", [b"\xff" * 100, zlib.compress(b"x" * 2_000_000, wbits=-15)])
def test_what_is_compressed_stays_within_bounds(bomb: bytes) -> None:
    """Nonsense, and 2 MB in 2 KB."""

    async def work() -> None:
        answers: dict[bytes, Answer] = {b"COMPRESS": TAG + b" OK go\r\n" + bomb}
        async with fake_imap(
            FakeImap(answers, greeting=b"* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi\r\n")
        ) as fake:
            session = Session(fake.server(bounds=Bounds(response=1_000_000)))
            await session.open()
            with contextlib.suppress(ConnectionLost):  # it may come a moment later
                await session.compress()
            with pytest.raises(BrokenProtocol, match="compress"):
                await session.noop()
            assert session.closed

    run(work())


def test_a_server_that_does_not_greet_or_listen() -> None:
    """The time to connect is limited; nobody there is told at once."""

    async def work() -> None:
        async with fake_imap(FakeImap(greeting=b"")) as fake:
            slow = msgspec.structs.replace(fake.server(), timeouts=Timeouts(connect=0.3))
            with pytest.raises(TimedOut):
                await log_in(slow, USER)
            fake.greeting = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n"
            fake.answers = {b"AUTHENTICATE": b""}
            slow = msgspec.structs.replace(fake.server(), timeouts=Timeouts(login=0.3))
            with pytest.raises(TimedOut):
                await log_in(slow, USER)
        with pytest.raises(ConnectionLost):
            await log_in(fake.server(), USER)

    run(work())
