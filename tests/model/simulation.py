"""An event loop whose time is simulated: nothing sleeps, and a story runs the same way every time.

The wall clock goes with the loop's, and jumps when it is told to; time.monotonic stays real, for the
loop has its own time and what else reads it only measures how long something took.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import time_machine

T = TypeVar("T")
BEGIN: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Stuck(AssertionError):
    """Everything waits for something that will never come."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """An event loop without files or threads: when nothing is ready, time moves to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self
        self._ready: Any
        self._now = 0.0
        self._travel = time_machine.travel(BEGIN, tick=False)
        self._wall = self._travel.start()

    def time(self) -> float:
        """The simulated time in seconds."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back, as NTP does; the loop's own time goes on."""
        self._wall.shift(seconds)

    @property
    def idle(self) -> bool:
        """Whether nothing but timers is left, seen from the callback that runs now."""
        return not self._ready

    def select(self, timeout: float | None) -> list[object]:
        """The selector of BaseEventLoop: there are no files, so only time passes."""
        if timeout is None:
            raise Stuck("nothing is left that could happen")
        if timeout > 0:
            self._now += timeout
            self._wall.shift(timeout)
        return []

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., T], *args: object
    ) -> asyncio.Future[T]:
        """Run the function at once; its result is there in the next round of the loop."""
        future: asyncio.Future[T] = self.create_future()

        def work() -> None:
            if future.cancelled():
                return
            try:
                future.set_result(func(*args))
            except Exception as error:  # it belongs to whoever awaits the future
                future.set_exception(error)

        self.call_soon(work)
        return future

    def _process_events(self, events: list[object]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""

    def close(self) -> None:
        """End the loop and let the wall clock be the real one again."""
        if not self.is_closed():
            self._travel.stop()
        super().close()
