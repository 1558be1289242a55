"""Turns at something that few may do at once: the least suspect go first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final


class NoTurn(Exception):
    """Too many wait, none of them more suspect."""


class Turns:
    """Lets ``at_once`` work and ``waiting`` wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._limit: Final = waiting
        self._queues: dict[int, deque[asyncio.Future[None]]] = {}
        """Those who wait, by rank, in the order in which they came."""

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._queues.values()))

    @asynccontextmanager
    async def turn(self, rank: int) -> AsyncIterator[None]:
        """Wait for a turn and have it; a lower rank goes first.

        Raises NoTurn where too many wait; then, and later, whoever came last of the highest rank.
        """
        if self._free:
            self._free -= 1
        else:
            await self._wait(rank)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, rank: int) -> None:
        if len(self) >= self._limit:
            worst = max(self._queues)
            if rank >= worst:
                raise NoTurn
            self._take(worst, -1).set_exception(NoTurn())
        future = asyncio.get_running_loop().create_future()
        self._queues.setdefault(rank, deque()).append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self._pass_on()
            elif future in self._queues.get(rank, ()):
                self._queues[rank].remove(future)
                self._tidy(rank)
            raise

    def _pass_on(self) -> None:
        if self._queues:
            self._take(min(self._queues), 0).set_result(None)
        else:
            self._free += 1

    def _take(self, rank: int, index: int) -> asyncio.Future[None]:
        queue = self._queues[rank]
        future = queue.popleft() if index == 0 else queue.pop()
        self._tidy(rank)
        return future

    def _tidy(self, rank: int) -> None:
        if not self._queues[rank]:
            del self._queues[rank]
