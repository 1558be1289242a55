"""The table of waiting requests."""

from __future__ import annotations

import asyncio
import gc
import time
import tracemalloc

import pytest

from overair.push.hub import WaitingRequest, WaitingTable
from overair.push.interface import Hub, ShuttingDown, Subscription, Superseded
from support.asynchronous import run


async def started(subscription: WaitingRequest, timeout: float = 5.0) -> asyncio.Task[bool]:
    task = asyncio.create_task(subscription.wait(timeout))
    await asyncio.sleep(0)
    return task


def test_serves_the_interface() -> None:
    hub: Hub = WaitingTable()
    subscription: Subscription = hub.subscribe(1, "d", ["1"])
    hub.publish(1, "1")
    assert run(subscription.wait(0)) is True


def test_a_change_wakes_only_who_waits_for_that_folder() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        inbox, sent, stranger = (
            await started(hub.subscribe(1, "a", ["1", "2"])),
            await started(hub.subscribe(1, "b", ["3"])),
            await started(hub.subscribe(2, "c", ["1"])),
        )
        hub.publish(1, "1")
        assert await inbox is True
        await asyncio.sleep(0)
        assert not sent.done()
        assert not stranger.done()
        hub.publish(1, "3")
        hub.publish(2, "1")
        assert (await sent, await stranger) == (True, True)

    run(scenario())


def test_the_hierarchy_wakes_every_device_of_the_account() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        first, second = await started(hub.subscribe(1, "a", ["1"])), await started(hub.subscribe(1, "b", []))
        stranger = await started(hub.subscribe(2, "c", ["1"]))
        hub.publish(1, None)
        assert (await first, await second) == (True, True)
        assert not stranger.done()
        stranger.cancel()

    run(scenario())


def test_a_change_between_subscribing_and_waiting_is_not_lost() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        subscription = hub.subscribe(1, "a", ["1"])
        hub.publish(1, "1")
        assert await subscription.wait(5) is True
        assert await subscription.wait(0.01) is False  # told once

    run(scenario())


def test_a_change_at_the_same_moment_as_the_time_limit_is_not_lost() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        subscription = hub.subscribe(1, "a", ["1"])
        waiting = await started(subscription, timeout=0.01)
        time.sleep(0.02)  # noqa: ASYNC251 - both the timer and the change are due in the next turn of the loop
        asyncio.get_running_loop().call_soon(hub.publish, 1, "1")
        assert (await waiting) or (await subscription.wait(0))

    run(scenario())


def test_the_time_limit_ends_the_wait_and_leaves_the_entry() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        subscription = hub.subscribe(1, "a", ["1"])
        begun = time.monotonic()
        assert await subscription.wait(0.05) is False
        assert 0.04 <= time.monotonic() - begun < 1
        assert len(hub) == 1
        hub.publish(1, "1")
        assert await subscription.wait(0.05) is True

    run(scenario())


def test_a_newer_request_of_the_device_ends_the_earlier_one() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        earlier = hub.subscribe(1, "a", ["1"])
        waiting = await started(earlier)
        newer = hub.subscribe(1, "a", ["1"])
        with pytest.raises(Superseded):
            await waiting
        earlier.close()  # does not take the newer one's place away
        assert len(hub) == 1
        hub.publish(1, "1")
        assert await newer.wait(1) is True
        with pytest.raises(Superseded):
            await earlier.wait(1)

    run(scenario())


def test_the_same_device_id_at_another_account_is_another_device() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        first = await started(hub.subscribe(1, "a", ["1"]))
        hub.subscribe(2, "a", ["1"])
        await asyncio.sleep(0)
        assert not first.done()
        first.cancel()

    run(scenario())


def test_ending_the_waits_of_one_account() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        ours, theirs = (
            await started(hub.subscribe(1, "a", ["1"])),
            await started(hub.subscribe(2, "b", ["1"])),
        )
        hub.end_waits(1)
        with pytest.raises(ShuttingDown):
            await ours
        assert not theirs.done()
        again = hub.subscribe(1, "a", ["1"])
        assert await again.wait(0.01) is False  # the account may wait again
        theirs.cancel()

    run(scenario())


def test_shutting_down_ends_every_wait_and_those_that_come_late() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        tasks = [await started(hub.subscribe(n, "a", ["1"])) for n in range(10)]
        hub.end_waits()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [ShuttingDown] * 10
        with pytest.raises(ShuttingDown):
            await hub.subscribe(99, "a", ["1"]).wait(5)

    run(scenario())


def test_a_cancelled_wait_leaves_no_timer_and_closing_no_entry() -> None:
    async def scenario() -> None:
        hub = WaitingTable()
        subscription = hub.subscribe(1, "a", ["1"])
        waiting = await started(subscription, timeout=3600)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        subscription.close()
        subscription.close()
        assert len(hub) == 0
        hub.publish(1, "1")

    run(scenario())


def test_closing_while_others_are_woken_does_not_disturb_them() -> None:
    async def scenario() -> None:
        hub = WaitingTable()

        async def request(device: str) -> bool:
            subscription = hub.subscribe(1, device, ["1"])
            try:
                return await subscription.wait(5)
            finally:
                subscription.close()

        tasks = [asyncio.create_task(request(str(n))) for n in range(100)]
        await asyncio.sleep(0)
        hub.publish(1, "1")
        assert all(await asyncio.gather(*tasks))
        assert len(hub) == 0

    run(scenario())


def test_an_entry_is_small() -> None:
    """A waiting request's share of the table, its timer and its future: under 2 KB, coroutine included."""

    async def scenario() -> float:
        hub = WaitingTable()
        folders = [str(number) for number in range(6)]
        number = 2000
        gc.collect()
        tracemalloc.start()
        waiting = [hub.subscribe(n, "device", folders).wait(3600) for n in range(number)]
        for coroutine in waiting:
            coroutine.send(None)
        taken = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        for coroutine in waiting:
            coroutine.close()
        return taken / number

    taken = run(scenario())
    assert taken < 2048, f"{taken:.0f} bytes"
