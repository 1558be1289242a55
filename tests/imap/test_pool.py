"""Connections are kept, shared and limited; what was lost or half used is never handed out again."""

from __future__ import annotations

import asyncio

import pytest

from imap.upstream import Upstream, fetched
from overair.credentials import Credentials
from overair.imap.errors import ConnectionLost, Crowded, LoginRefused
from overair.imap.pool import BackOff, Pool, PoolLimits
from overair.imap.session import Session
from support.asynchronous import run
from support.fake_imap import CUT, OK, TAG, FakeImap, fake_imap

USER = Credentials("u", "secret")
OTHER = Credentials("v", "secret")
QUICK = PoolLimits(of_user=2, of_server=3, wait_seconds=0.2, backoff_seconds=30)


def test_a_connection_is_used_again() -> None:
    """By the same log-in, with the mailbox that it has; its listeners are gone."""
    fake = FakeImap()

    async def work() -> None:
        async with fake_imap(fake):
            pool = Pool(fake.server())
            async with pool.session(USER) as first, pool.session(USER) as second:
                await first.select("INBOX")
                await second.select("Sent")
                first.on_event = print
            for mailbox, expected in (("Sent", second), ("INBOX", first)):
                async with pool.session(USER, mailbox) as again:
                    assert again is expected
                    assert again.on_event is None
            async with pool.session(Credentials("u", "another secret"), "INBOX") as stranger:
                assert stranger not in (first, second)
            assert fake.connections == 3
            pool.close_user("u")
            assert first.closed
            assert second.closed
            async with pool.session(USER) as fresh:
                pool.close()
                assert fresh.closed
            with pytest.raises(ConnectionLost):
                await pool.session(USER).__aenter__()

    run(work())


def test_what_is_not_whole_does_not_go_back() -> None:
    """Given up amid an answer, cut, in IDLE, changed by NOTIFY: the next one gets another."""
    capabilities = b"IMAP4rev1 AUTH=PLAIN SASL-IR IDLE NOTIFY"
    fake = FakeImap(
        {
            b"AUTHENTICATE": TAG + b" OK [CAPABILITY " + capabilities + b"] in\r\n",
            b"NOOP": b"* 1 FETCH (UID 1 BODY[] {10}\r\nhalf",
            b"LIST": CUT,
            b"IDLE": b"+ \r\n",
            b"NOTIFY": OK,
        },
        greeting=b"* OK [CAPABILITY " + capabilities + b"] hi\r\n",
    )

    async def give_up(session: Session) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await session.noop()

    async def be_cut(session: Session) -> None:
        with pytest.raises(ConnectionLost):
            await session.list()

    async def work() -> None:
        async with fake_imap(fake):
            pool = Pool(fake.server())
            for number, spoil in enumerate((give_up, be_cut, Session.idle, Session.notify), 1):
                async with pool.session(USER) as session:
                    await spoil(session)
                assert session.closed
                assert fake.connections == number
            async with pool.session(USER) as session:
                kept = session
            async with pool.session(USER) as session:
                assert session is kept

    run(work())


def test_limits_of_a_user_and_of_the_server() -> None:
    """Whoever comes too late waits, then is told; what nobody uses makes room."""
    fake = FakeImap()

    async def work() -> None:
        async with fake_imap(fake):
            pool = Pool(fake.server(), QUICK)
            async with pool.session(USER), pool.session(USER):
                with pytest.raises(Crowded):
                    await pool.session(USER).__aenter__()
                async with pool.session(OTHER):
                    with pytest.raises(Crowded):
                        await pool.session(Credentials("w", "secret")).__aenter__()
            async with pool.session(Credentials("w", "secret")) as third:
                assert not third.closed
            assert fake.connections == 4
            async with pool.session(Credentials("u", "new secret")) as fourth:
                assert not fourth.closed
            async with pool.session(USER), pool.session(USER) as last:
                assert not last.closed
            pool.close()

    run(work())


def test_a_waiter_gets_what_becomes_free() -> None:
    """In the order in which they came."""
    fake = FakeImap()
    order: list[int] = []

    async def use(pool: Pool, number: int) -> None:
        async with pool.session(USER) as session:
            order.append(number)
            await session.noop()

    async def work() -> None:
        async with fake_imap(fake):
            pool = Pool(fake.server(), PoolLimits(of_user=1))
            await asyncio.gather(*(use(pool, number) for number in range(5)))
            assert fake.connections == 1
            pool.close()

    run(work())
    assert order == [0, 1, 2, 3, 4]


def test_nobody_is_kept_for_long() -> None:
    """A connection that nobody uses is closed, and one that the server closes is forgotten."""
    fake = FakeImap()

    async def work() -> None:
        async with fake_imap(fake):
            pool = Pool(fake.server(), PoolLimits(idle_seconds=0.1))
            async with pool.session(USER) as session:
                pass
            assert session.usable
            await asyncio.sleep(0.3)
            assert session.closed
            async with pool.session(USER) as again:
                assert again is not session
            pool.close()

    run(work())


def test_a_server_that_is_away_is_not_asked_by_everybody() -> None:
    """After a failure nobody tries for a while; a wrong password is no failure of the server's."""
    fake = FakeImap(greeting=b"* BYE [UNAVAILABLE] busy\r\n")

    async def work() -> None:
        async with fake_imap(fake):
            pool = Pool(fake.server(), QUICK)
            for _ in range(3):
                with pytest.raises(ConnectionLost, match="want us"):
                    await pool.session(USER).__aenter__()
            assert fake.connections == 1
            refusing = FakeImap({b"AUTHENTICATE": TAG + b" NO [AUTHENTICATIONFAILED] x\r\n"})
            async with fake_imap(refusing):
                pool = Pool(refusing.server(), QUICK)
                for _ in range(3):
                    with pytest.raises(LoginRefused):
                        await pool.session(USER).__aenter__()
                assert refusing.connections == 3

    run(work())


def test_waiting_grows_to_a_limit() -> None:
    """By doubling, a little less by chance; from the start after a success."""
    back_off = BackOff(1, 10)
    waits = [back_off.failed() for _ in range(40)]
    for wait, longest in zip(waits, [1, 2, 4, 8, *[10] * 36], strict=True):
        assert 0.75 * longest <= wait <= longest
    back_off.succeeded()
    assert back_off.failed() <= 1


def test_a_server_that_was_restarted_is_found_again(upstream: Upstream) -> None:
    """With connections in the pool that are dead: the next use opens a new one."""
    user = upstream.real.user()
    upstream.real.deliver(user, b"Subject: x\r\n\r\n")

    async def work() -> None:
        pool = Pool(upstream.server(), PoolLimits(backoff_seconds=0.05, longest_backoff_seconds=0.05))
        credentials = upstream.credentials(user)
        async with pool.session(credentials) as session:
            await session.select("INBOX")
        upstream.real.kill()
        with pytest.raises(ConnectionLost):
            async with pool.session(credentials) as session:
                await session.noop()
        upstream.real.start()
        await asyncio.sleep(0.2)
        async with pool.session(credentials) as session:
            await session.select("INBOX")
            assert list(await fetched(session, "FLAGS")) == [1]
        pool.close()

    run(work())
