"""Who may hold how many bytes, and who waits for them."""

from __future__ import annotations

import asyncio
import time

import pytest

from overair.server import budget
from overair.server.budget import SMALL, Budget, Claim
from overair.server.responses import HttpError
from support.asynchronous import run

EACH, WHOLE = 1_000_000, 2_500_000


@pytest.fixture
def counted() -> Budget:
    return Budget(WHOLE, EACH)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WAIT_SECONDS", 0.1)


def claim(counted: Budget, account_id: int) -> Claim:
    made = counted.claim()
    made.account_id = account_id
    return made


def test_an_account_holds_no_more_than_its_own(counted: Budget) -> None:
    async def work() -> None:
        with claim(counted, 1) as first, claim(counted, 1) as second, claim(counted, 2) as other:
            await first.hold(EACH)
            with pytest.raises(HttpError) as error:
                await second.take(1)
            assert (error.value.status, dict(error.value.headers)) == (503, {"Retry-After": "30"})
            await other.hold(EACH)
        assert counted.held == 0

    run(work())


def test_all_together_hold_no_more_than_there_is(counted: Budget) -> None:
    async def work() -> None:
        claims = [claim(counted, account_id) for account_id in range(3)]
        await claims[0].hold(EACH)
        await claims[1].hold(EACH)
        with pytest.raises(HttpError):
            await claims[2].hold(EACH)
        await claims[2].hold(WHOLE - 2 * EACH)
        assert counted.held == WHOLE

    run(work())


def test_whoever_waits_gets_it_in_its_turn(counted: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WAIT_SECONDS", 30.0)

    async def work() -> None:
        first, large, small = (claim(counted, 1) for _ in range(3))
        await first.hold(EACH // 2)
        waiting = [asyncio.create_task(large.hold(EACH)), asyncio.create_task(small.hold(SMALL + 1))]
        await asyncio.sleep(0.01)
        assert counted.held == EACH // 2  # the small one would fit, and does not overtake
        first.give_back(first.held)
        await waiting[0]
        assert (large.held, small.held) == (EACH, 0)
        large.give_back(EACH)
        await waiting[1]
        assert counted.held == small.held == SMALL + 1

    run(work())


def test_whoever_gives_up_lets_the_next_one_in(counted: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WAIT_SECONDS", 30.0)

    async def work() -> None:
        first, large, small = (claim(counted, 1) for _ in range(3))
        await first.hold(EACH // 2)
        gone = asyncio.create_task(large.hold(EACH))
        waiting = asyncio.create_task(small.hold(SMALL + 1))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.wait_for(waiting, 5)
        assert counted.held == EACH // 2 + SMALL + 1

    run(work())


def test_whoever_holds_alone_may_hold_what_it_takes(counted: Budget) -> None:
    async def work() -> None:
        with claim(counted, 1) as alone:
            await alone.hold(3 * EACH)
            await alone.take(EACH)
            assert counted.held == 4 * EACH
        assert counted.held == 0

    run(work())


def test_what_is_there_already_waits_for_nobody(counted: Budget) -> None:
    async def work() -> None:
        with claim(counted, 1) as first, claim(counted, 1) as second:
            first.hold_now(EACH // 2)
            second.hold_now(EACH // 2)
            with pytest.raises(HttpError):
                second.hold_now(EACH)
            second.hold_now(SMALL)
            first.hold_now(EACH)
            assert (first.held, second.held) == (EACH, 0)

    run(work())


def test_two_never_wait_for_each_other(counted: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WAIT_SECONDS", 30.0)

    async def work() -> None:
        begun = time.monotonic()
        with claim(counted, 1) as first, claim(counted, 1) as second:
            await first.hold(EACH // 2)
            await second.hold(EACH // 2)
            with pytest.raises(HttpError):
                await second.take(EACH // 4)
        assert time.monotonic() - begun < 5

    run(work())


def test_what_is_small_is_not_counted(counted: Budget) -> None:
    async def work() -> None:
        with claim(counted, 1) as one:
            await one.hold(SMALL)
            assert counted.held == 0
            await one.hold(2 * SMALL)
            assert counted.held == 2 * SMALL
            await one.hold(SMALL)
            assert counted.held == 0

    run(work())


def test_few_wait_and_others_hear_at_once(counted: Budget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WAIT_SECONDS", 1.0)

    async def visit(account_id: int) -> float:
        begun = time.monotonic()
        with claim(counted, account_id) as one, pytest.raises(HttpError):
            await one.hold(EACH)
        return time.monotonic() - begun

    async def waited(accounts: list[int]) -> int:
        """How many of the requests waited for room."""
        with claim(counted, 0) as first:
            await first.hold(WHOLE)
            return sum(seconds > 0.9 for seconds in await asyncio.gather(*map(visit, accounts)))

    assert run(waited([1] * 1000)) == budget.WAITING_OF_ACCOUNT
    assert run(waited(list(range(1, 1001)))) == budget.WAITING
