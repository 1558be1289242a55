"""A server that refuses to tell of messages for a while: nothing looks deleted, and nothing is missed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.test_mail_liars import Liar, filled, liar
from gateway.test_mail_pulling import as_it_is, as_mirrored, message_of, subjects
from overair.mailboxes.interface import MailboxUnavailable
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import FULL, NO_QRESYNC, SERVERS, WHEN, House, house, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture(extra=SERVERS)
CODES = pytest.mark.parametrize("code", [b"", b"[SERVERBUG] ", b"[UNAVAILABLE] "])


@asynccontextmanager
async def behind(dovecot: Dovecot, user: str, host: str = FULL) -> AsyncIterator[tuple[Liar, House]]:
    """A mirror of a server whose answers are passed on as a test wants."""
    async with liar(dovecot, host) as server, house(dovecot, user, port=server.port) as there:
        yield server, there


def refuse(server: Liar, code: bytes) -> None:
    """Have every FETCH end with NO and say nothing."""
    server.drops = re.compile(rb"^\* \d+ FETCH")
    server.says = (re.compile(rb"^(\w+) OK (\[[^]]*\] )?Fetch", re.IGNORECASE), rb"\1 NO " + code + b"Fetch")


def relent(server: Liar) -> None:
    """Have it be well again."""
    server.drops = server.says = None


@CODES
def test_messages_that_are_refused_are_not_gone(dovecot: Dovecot, code: bytes) -> None:
    user = filled(dovecot, 3)

    async def work() -> None:
        async with behind(dovecot, user) as (server, there):
            await there.bring()
            refuse(server, code)
            folder = there.folders["INBOX"]
            with pytest.raises(MailboxUnavailable):
                await there.mirror.complete(there.backend, folder)
            relent(server)
            assert subjects(await there.bring(whole=True)) == ["m0", "m1", "m2"]

    run(work())


@CODES
@pytest.mark.parametrize("host", [FULL, NO_QRESYNC])
def test_what_comes_and_changes_while_it_is_refused_is_told_afterwards(
    dovecot: Dovecot, code: bytes, host: str
) -> None:
    user = filled(dovecot, 4)

    async def work() -> None:
        async with behind(dovecot, user, host) as (server, there):
            await there.bring(whole=True)
            with dovecot.client(user, "INBOX") as client:
                client.add_flags(client.search()[:2], ["\\Seen"])
                client.append("INBOX", simple("new"), [], WHEN)
                refuse(server, code)
                with pytest.raises(MailboxUnavailable):
                    await there.bring()
                relent(server)
                folder = there.folders["INBOX"]
                assert await there.backend.changed([folder]) == [folder]
                held = await there.bring(whole=True)
                assert as_mirrored(held) == as_it_is(client)
            assert subjects(held) == ["m0", "m1", "m2", "m3", "new"]

    run(work())


def test_a_change_is_not_taken_for_made_where_flags_are_refused(dovecot: Dovecot) -> None:
    user = filled(dovecot, 1)

    async def work() -> None:
        async with behind(dovecot, user) as (server, there):
            [held] = await there.bring(whole=True)
            folder = there.folders["INBOX"]
            refuse(server, b"")
            with pytest.raises(MailboxUnavailable):
                await there.backend.move(folder, held.known, folder, message_of(held), "0" * 32)
            relent(server)
            assert subjects(await there.bring(whole=True)) == ["m0"]

    run(work())
