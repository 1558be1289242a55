"""An event for one waiter."""

from __future__ import annotations

import asyncio

import pytest

from overair.server.light_event import LightEvent
from support.asynchronous import run


def test_it_wakes_its_waiter_even_when_cleared_at_once() -> None:
    async def scenario() -> None:
        event = LightEvent()
        waiting = asyncio.create_task(event.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        event.set()
        event.clear()
        assert await asyncio.wait_for(waiting, 1) is True
        assert not event.is_set()

    run(scenario())


def test_a_set_event_does_not_wait() -> None:
    async def scenario() -> None:
        event = LightEvent(is_set=True)
        assert await asyncio.wait_for(event.wait(), 1) is True
        event.clear()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(event.wait(), 0.01)

    run(scenario())


def test_a_cancelled_waiter_makes_room_and_a_second_one_is_refused() -> None:
    async def scenario() -> None:
        event = LightEvent()
        first = asyncio.create_task(event.wait())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError):
            await event.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        event.set()
        assert await event.wait() is True

    run(scenario())
