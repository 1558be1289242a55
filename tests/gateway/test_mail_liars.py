"""Servers that do not say what happened, or fail at a message: nothing is lost by it, all else goes on."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from gateway.test_mail_notes import apple_note, note_of, with_notes
from gateway.test_mail_pulling import as_it_is, as_mirrored, message_of, subjects
from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.gateway.mail.contents import UNREADABLE
from overair.mailboxes.gateway.mail.flags import FOLLOW_UP
from overair.mailboxes.gateway.mail.options import MailOptions
from overair.mailboxes.gateway.mail.special_folders import Role
from overair.mailboxes.interface import MailboxUnavailable, Refused
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import WHEN, house, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()
LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


class Liar:
    """A server before a Dovecot; ``drops`` are lines that it does not pass on, ``says`` what it makes of
    others.
    """

    def __init__(self) -> None:
        self.port = 0
        self.drops: re.Pattern[bytes] | None = None
        self.says: tuple[re.Pattern[bytes], bytes] | None = None
        self.dropped = 0

    async def serve(
        self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection."""
        behind, towards = await asyncio.open_connection(host, port, limit=2**26)
        forth = asyncio.create_task(self._pass(reader, towards, lies=False))
        try:
            await self._pass(behind, writer, lies=True)
        finally:
            forth.cancel()
            towards.close()
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, lies: bool) -> None:
        while line := await reader.readline():
            if lies and self.drops is not None and self.drops.search(line):
                self.dropped += 1
                while literal := LITERAL.search(line):
                    await reader.readexactly(int(literal[1]))
                    line = await reader.readline()
                continue
            if lies and self.says is not None:
                line = self.says[0].sub(self.says[1], line)
            writer.write(line)


@asynccontextmanager
async def liar(dovecot: Dovecot, host: str = "127.0.0.1") -> AsyncIterator[Liar]:
    """Such a server."""
    made = Liar()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await made.serve(host, dovecot.port, reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=2**26)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def filled(dovecot: Dovecot, number: int) -> str:
    user = dovecot.user()
    with dovecot.client(user) as client:
        for count in range(number):
            client.append("INBOX", simple(f"m{count}"), [], WHEN)
    return user


def test_what_vanished_without_a_word_is_found_by_the_count(dovecot: Dovecot) -> None:
    user = filled(dovecot, 12)

    async def work() -> None:
        async with liar(dovecot) as server, house(dovecot, user, port=server.port) as there:
            await there.bring()
            server.drops = re.compile(rb"^\* VANISHED")
            with dovecot.client(user, "INBOX") as client:
                client.delete_messages(client.search()[2:5])
                client.expunge()
                held = await there.bring()
                assert server.dropped
                assert as_mirrored(held) == as_it_is(client)

    run(work())


def test_changes_without_a_word_are_found_within_a_day(dovecot: Dovecot) -> None:
    user = filled(dovecot, 6)
    now = time.time()

    async def work() -> None:
        nonlocal now
        async with (
            liar(dovecot) as server,
            house(dovecot, user, port=server.port, clock=lambda: now) as there,
        ):
            await there.bring()
            server.drops = re.compile(rb"^\* \d+ FETCH .*MODSEQ")
            with dovecot.client(user, "INBOX") as client:
                client.add_flags(client.search()[:3], ["\\Seen"])
                await there.bring()
                assert server.dropped
                server.drops = None
                now += 86_401
                assert as_mirrored(await there.bring()) == as_it_is(client)

    run(work())


def test_a_modseq_that_runs_backwards_is_not_believed(dovecot: Dovecot) -> None:
    user = filled(dovecot, 6)

    async def work() -> None:
        async with liar(dovecot) as server, house(dovecot, user, port=server.port) as there:
            await there.bring()
            server.says = (re.compile(rb"\[HIGHESTMODSEQ \d+\]"), b"[HIGHESTMODSEQ 1]")
            with dovecot.client(user, "INBOX") as client:
                client.add_flags(client.search()[:3], ["\\Flagged"])
                assert as_mirrored(await there.bring()) == as_it_is(client)

    run(work())


def test_an_empty_answer_is_not_an_empty_mailbox(dovecot: Dovecot) -> None:
    user = filled(dovecot, 6)

    async def work() -> None:
        async with liar(dovecot) as server, house(dovecot, user, port=server.port) as there:
            before = await there.bring()
            server.says = (
                re.compile(rb"^(\w+) OK (Fetch|.*Search|.*FETCH)", re.IGNORECASE),
                rb"\1 NO [SERVERBUG] \2",
            )
            server.drops = re.compile(rb"^\* (\d+ FETCH|VANISHED|ESEARCH|SEARCH)")
            with dovecot.client(user, "INBOX") as client:
                client.add_flags(client.search()[:3], ["\\Flagged"])
            folder = there.folders["INBOX"]
            there.folders["INBOX"] = MirroredFolder("1", 1, "INBOX", folder.type)
            with pytest.raises(MailboxUnavailable):
                await there.bring()
            assert len(there.mirror.of(there.folders["INBOX"])) == len(before)

    run(work())


def damage(dovecot: Dovecot, user: str, uid: int, path: str = "INBOX") -> None:
    """Break the file of a message, at which Dovecot ends its connection."""
    [file] = dovecot.directory.glob(f"mails/{user}/**/{path}/**/u.{uid}")
    file.write_bytes(b"broken")


def test_a_message_that_the_server_cannot_show_becomes_a_stand_in(dovecot: Dovecot) -> None:
    user = filled(dovecot, 5)

    async def work() -> None:
        async with house(dovecot, user) as there:
            held = await there.bring()
            damage(dovecot, user, 3)
            await there.mirror.complete(there.backend, there.folders["INBOX"])
            assert subjects(held) == ["m0", "m1", UNREADABLE, "m3", "m4"]
            assert message_of(held[2]).date_received == WHEN

    run(work())


@pytest.mark.parametrize("new", [5, 30])
def test_a_message_that_is_broken_before_it_comes_holds_up_no_other(dovecot: Dovecot, new: int) -> None:
    user = filled(dovecot, 2)

    async def work() -> None:
        async with house(dovecot, user) as there:
            await there.bring(whole=True)
            with dovecot.client(user) as client:
                for count in range(2, new):
                    client.append("INBOX", simple(f"m{count}"), [], WHEN)
            damage(dovecot, user, 4)
            held = await there.bring(whole=True)
            expected = [f"m{count}" for count in range(new)]
            expected[3] = UNREADABLE
            assert subjects(held) == expected

    run(work())


def test_a_broken_note_holds_up_no_other(dovecot: Dovecot) -> None:
    user = with_notes(dovecot, *(apple_note(f"n{number}", "x", f"A-{number}") for number in range(4)))
    damage(dovecot, user, 2, "Notes")

    async def work() -> None:
        async with house(dovecot, user, MailOptions(names={Role.NOTES: "Notes"})) as there:
            assert [note_of(one).subject for one in await there.bring("Notes")] == ["n0", "n2", "n3"]

    run(work())


def test_a_message_without_a_file_is_gone(dovecot: Dovecot) -> None:
    user = filled(dovecot, 3)

    async def work() -> None:
        async with house(dovecot, user) as there:
            await there.bring()
            [file] = dovecot.directory.glob(f"mails/{user}/**/INBOX/**/u.2")
            file.unlink()
            await there.mirror.complete(there.backend, there.folders["INBOX"])
            assert subjects(await there.bring()) == ["m0", "m2"]

    run(work())


def test_a_server_that_is_away_is_unavailable_and_comes_back(dovecot: Dovecot) -> None:
    user = filled(dovecot, 2)

    async def work() -> None:
        async with house(dovecot, user) as there:
            await there.bring()
            await asyncio.to_thread(dovecot.kill)
            folder = there.folders["INBOX"]
            for attempt in (
                lambda: there.backend.changed([folder]),
                lambda: there.backend.pull(folder, there.mirror),
                there.backend.tree,
                there.backend.check,
            ):
                with pytest.raises(MailboxUnavailable):
                    await attempt()
            await asyncio.to_thread(dovecot.start)
            async with asyncio.timeout(20):
                while True:
                    try:
                        assert await there.backend.changed([folder]) == []
                    except MailboxUnavailable:
                        await asyncio.sleep(0.1)
                    else:
                        break

    run(work())


def test_what_a_server_says_ok_to_and_does_not_do_is_refused(dovecot: Dovecot) -> None:
    """Dovecot ignores a STORE for which there is no right; here it even says that there is one."""
    owner, user = filled(dovecot, 1), dovecot.user()
    path = dovecot.share(owner, "INBOX", user, "lr")

    async def work() -> None:
        async with liar(dovecot) as server, house(dovecot, user, port=server.port) as there:
            server.says = (
                re.compile(rb"PERMANENTFLAGS \([^)]*\)"),
                rb"PERMANENTFLAGS (\\Seen \\Flagged \\Deleted \\*)",
            )
            [held] = await there.bring(path, whole=True)
            folder, message = there.folders[path], message_of(held)
            for change in ({"read": True}, {"flag": FOLLOW_UP}, {"categories": ("Work",)}):
                other = msgspec.structs.replace(message, **change)
                with pytest.raises(Refused):
                    await there.backend.change(folder, held.known, message, other, uuid.uuid4().hex)
            with pytest.raises(Refused):
                await there.backend.remove(folder, held.known, uuid.uuid4().hex)
            answered = msgspec.structs.replace(message, last_verb_executed=1)
            stood = await there.backend.change(folder, held.known, message, answered, uuid.uuid4().hex)
            assert stood.tag == held.known.tag, "that is known here alone"

    run(work())
