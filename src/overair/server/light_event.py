"""asyncio.Event for one waiter, in a tenth of the memory: each waiting phone has two."""

from __future__ import annotations

import asyncio
from typing import Literal


class LightEvent(asyncio.Event):
    """As asyncio.Event, whose queue of waiters alone takes 700 bytes; only one task may wait at a time."""

    __slots__ = ("_is_set", "_waiter")

    def __init__(self, *, is_set: bool = False) -> None:
        # Not the base's: it makes the queue.
        self._is_set = is_set
        self._waiter: asyncio.Future[None] | None = None

    def __repr__(self) -> str:
        return f"<LightEvent {'set' if self._is_set else 'unset'}>"

    def is_set(self) -> bool:
        """Whether ``wait`` returns at once."""
        return self._is_set

    def set(self) -> None:
        """Wake the waiter, and let every later ``wait`` return at once."""
        self._is_set = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def clear(self) -> None:
        """Let ``wait`` wait again."""
        self._is_set = False

    async def wait(self) -> Literal[True]:
        """Wait until the event is set. Raises RuntimeError when somebody waits already."""
        if not self._is_set:
            if self._waiter is not None:
                raise RuntimeError("a LightEvent has one waiter")
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return True
