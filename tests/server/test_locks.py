"""The lock of a device, and the states of its hierarchy."""

from __future__ import annotations

import asyncio

import pytest

from overair.devices.hierarchy import Hierarchy, Place
from overair.server.locks import DeviceLocks
from support.asynchronous import run


def test_one_request_of_a_device_at_a_time() -> None:
    locks = DeviceLocks()
    order: list[str] = []

    async def request(name: str, device_key: int, seconds: float) -> None:
        async with locks.hold(device_key):
            order.append(f"{name} in")
            await asyncio.sleep(seconds)
            order.append(f"{name} out")

    async def work() -> None:
        await asyncio.gather(request("a", 1, 0.02), request("b", 1, 0), request("c", 2, 0))

    run(work())
    assert order.index("b in") == order.index("a out") + 1
    assert order.index("c out") < order.index("a out")
    assert len(locks) == 0


def test_a_waiting_request_holds_no_lock() -> None:
    locks = DeviceLocks()
    order: list[str] = []

    async def waiting(woken: asyncio.Event) -> None:
        async with locks.hold(1) as held:
            order.append("waits")
            async with held.released():
                await woken.wait()
            order.append("goes on")

    async def other(woken: asyncio.Event) -> None:
        async with locks.hold(1):
            order.append("other")
            woken.set()
            await asyncio.sleep(0.01)
            order.append("other is done")

    async def work() -> None:
        woken = asyncio.Event()
        await asyncio.gather(waiting(woken), other(woken))

    run(work())
    assert order == ["waits", "other", "other is done", "goes on"]
    assert len(locks) == 0


def test_a_request_that_is_cancelled_leaves_the_lock_as_it_should_be() -> None:
    locks = DeviceLocks()

    async def waiting() -> None:
        async with locks.hold(1) as held, held.released():
            await asyncio.sleep(60)

    async def work() -> None:
        task = asyncio.create_task(waiting())
        await asyncio.sleep(0)
        async with locks.hold(1):
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()  # while it waits to get the lock back
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(locks) == 1
        async with locks.hold(1):
            assert len(locks) == 1
        assert len(locks) == 0

    run(work())


def test_states_of_a_hierarchy() -> None:
    hierarchy = Hierarchy()
    assert hierarchy.acknowledge("1") is None
    first = hierarchy.restart("t1")
    assert hierarchy.acknowledge(first.key) == first
    made = hierarchy.apply(first, "create x", {"7": Place("0", "x")}, "7")
    assert hierarchy.repeated(first, "create x") is made
    assert hierarchy.repeated(first, "create y") is None
    assert hierarchy.acknowledge(made.key) == made
    assert hierarchy.acknowledge(first.key) is None
    assert hierarchy.repeated(made, "create x") is None
    second = hierarchy.apply(made, "delete 7", {"7": None})
    assert second.own == {"7": None}
    again = hierarchy.restart("t2")
    assert hierarchy.acknowledge(made.key) == made
    assert hierarchy.acknowledge(again.key) == again
    assert hierarchy.acknowledge(second.key) is None
