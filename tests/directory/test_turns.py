"""Who is checked first where more log in than can be checked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from overair.directory import logins, passwords
from overair.directory.interface import LoginHeldUp
from overair.directory.throttle import Caller
from overair.directory.turns import NoTurn, Turns
from support import hashing
from support.asynchronous import run
from support.directories import World


def test_lower_ranks_go_first_and_equals_in_turn() -> None:
    async def work() -> list[str]:
        turns, order = Turns(1, 10), []

        async def have(name: str, rank: int) -> None:
            async with turns.turn(rank):
                order.append(name)
                await asyncio.sleep(0)

        async with turns.turn(5):
            tasks = [asyncio.create_task(have(name, int(name[0]))) for name in ("2a", "1a", "3a", "1b", "0a")]
            await asyncio.sleep(0)
            tasks[2].cancel()
            await asyncio.sleep(0)
            assert len(turns) == 4
        await asyncio.gather(*tasks, return_exceptions=True)
        assert len(turns) == 0
        async with turns.turn(0):
            return order

    assert run(work()) == ["0a", "1a", "1b", "2a"]


def test_where_too_many_wait_the_most_suspect_go() -> None:
    async def work() -> list[object]:
        turns = Turns(1, 2)

        async def have(rank: int) -> int:
            async with turns.turn(rank):
                return rank

        async with turns.turn(0):
            tasks = [asyncio.create_task(have(rank)) for rank in (3, 4, 4, 1, 2)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    outcomes = run(work())
    assert [type(one) for one in outcomes] == [NoTurn, NoTurn, NoTurn, int, int]


def test_whoever_gives_up_at_the_moment_of_the_turn_passes_it_on() -> None:
    async def work() -> None:
        turns = Turns(1, 10)

        async def have() -> None:
            async with turns.turn(1):
                pass

        async with turns.turn(1):
            first, second = asyncio.create_task(have()), asyncio.create_task(have())
            await asyncio.sleep(0)
        first.cancel()  # its turn has come, but it has not run yet
        await asyncio.wait_for(second, 1)
        assert first.cancelled() or first.done()
        await asyncio.wait_for(have(), 1)

    run(work())


@hashing.true()
def test_known_phones_and_new_ones_get_in_during_a_flood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """600 guesses at once from as many networks at as many accounts: the queue is full."""
    world = World(tmp_path / "data")
    anna, ben = world.add("anna@example.org"), world.add("ben@example.org")
    assert world.login("ben", b"secret", "192.0.2.2", "REMEMBERED") == ben
    carl = world.add("carl@example.org")
    world.pair(anna, "PHONE")
    hashed: list[str] = []
    real = passwords._matches

    def matches(kept: str, text: str) -> bool:
        hashed.append(text)
        return real(kept, text)

    monkeypatch.setattr(passwords, "_matches", matches)
    authenticate = world.directory.authenticate

    async def work() -> tuple[int, int, int, int]:
        for n in range(600):  # these networks have a wrong password each
            world.directory._logins._throttle.begin(
                Caller(f"seen {n}", f"10.1.{n >> 8}.{n & 255}", "")
            ).wrong = True
        bots = [
            asyncio.create_task(authenticate(f"user{n}", b"winter", f"10.1.{n >> 8}.{n & 255}", f"B{n}"))
            for n in range(600)
        ]
        for _ in range(1000):
            if len(world.directory._logins._turns) == logins.WAITING_LIMIT:
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("the queue did not fill")
        before = len(hashed)
        assert await authenticate("ben", b"secret", "192.0.2.2", "REMEMBERED") == ben
        remembered = len(hashed) - before
        assert await authenticate("anna", b"secret", "192.0.2.1", "PHONE") == anna
        known = len(hashed) - before
        assert await authenticate("carl", b"secret", "192.0.2.3", "NEW") == carl
        new = len(hashed) - before
        for bot in bots:
            bot.cancel()
        outcomes = await asyncio.gather(*bots, return_exceptions=True)
        held = [one.retry_after for one in outcomes if isinstance(one, LoginHeldUp)]
        assert set(held) <= {logins.BUSY_SECONDS}
        return remembered, known, new, len(held)

    remembered, known, new, held = world.runner.run(work())
    assert remembered == 0
    assert known <= 2 + passwords.WORKERS, "a known phone goes before all that wait"
    assert new <= known + 2 + passwords.WORKERS, "so does who comes from a network without wrong passwords"
    assert held >= 90
    world.close()
