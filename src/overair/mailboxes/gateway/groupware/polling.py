"""Watches of DAV servers: one timer that asks the cheap question for each account in its turn.

An account that is watched is an entry in a heap, not a task; no connection is open between the questions.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Final

import structlog

from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.interface import MailboxError

INTERVAL: Final = 60.0
"""Seconds between two questions for one account."""
AT_ONCE: Final = 20
"""The most questions that run at a time."""
SLOWEST: Final = 900.0
"""Seconds between two questions to a server that fails."""
_log = structlog.get_logger(__name__)


class Poll:
    """One account that is watched."""

    def __init__(self, polls: Polls, ask: Callable[[], Awaitable[None]]) -> None:
        self._polls = polls
        self.ask = ask
        self.failures = 0
        self.closed = False

    def hears(self, _folder: MirroredFolder) -> bool:
        """Never: nothing is told between two questions."""
        return False

    async def close(self) -> None:
        """Ask no more."""
        self.closed = True
        self._polls.forget(self)


class Polls:
    """All watches of a process. Opens nothing, and runs nothing while nothing is watched."""

    def __init__(self, interval: float = INTERVAL) -> None:
        """``interval`` is in seconds."""
        self.interval = interval
        self._due: list[tuple[float, int, Poll]] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self._running: dict[Poll, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        """How many accounts are watched."""
        return len({poll for _, _, poll in self._due if not poll.closed} | set(self._running))

    def add(self, ask: Callable[[], Awaitable[None]]) -> Poll:
        """Watch another account: ask in an interval, and again after each."""
        poll = Poll(self, ask)
        self._put(poll, self.interval)
        return poll

    def forget(self, poll: Poll) -> None:
        """Ask for an account no more; a question that runs is broken off."""
        task = self._running.pop(poll, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        if len(self._due) > 64 and sum(one.closed for _, _, one in self._due) * 2 > len(self._due):
            self._due = [one for one in self._due if not one[2].closed]
            heapq.heapify(self._due)
        if all(one.closed for _, _, one in self._due[:1]) and self._timer is not None:
            self._arm()

    async def close(self) -> None:
        """End all of them."""
        for poll in [*(poll for _, _, poll in self._due), *self._running]:
            poll.closed = True
        self._due = []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _put(self, poll: Poll, after: float) -> None:
        now = asyncio.get_running_loop().time()
        heapq.heappush(self._due, (now + after, next(self._numbers), poll))
        self._arm()

    def _arm(self) -> None:
        """Set the timer to the first question that is due."""
        while self._due and self._due[0][2].closed:
            heapq.heappop(self._due)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due and len(self._running) < AT_ONCE:
            self._timer = asyncio.get_running_loop().call_at(self._due[0][0], self._ring)

    def _ring(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._due and self._due[0][0] <= loop.time() and len(self._running) < AT_ONCE:
            _, _, poll = heapq.heappop(self._due)
            if not poll.closed:
                self._running[poll] = loop.create_task(self._ask(poll))
        self._arm()

    async def _ask(self, poll: Poll) -> None:
        try:
            await poll.ask()
            poll.failures = 0
        except MailboxError as error:
            poll.failures += 1
            if poll.failures == 1:
                _log.warning("dav_watch_failed", reason=str(error))
        finally:
            self._running.pop(poll, None)
            if not poll.closed:
                self._put(poll, min(self.interval * 2 ** min(poll.failures, 10), max(SLOWEST, self.interval)))
