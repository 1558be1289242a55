"""How many bytes of large bodies and answers are held at once, for each account and in all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Final, Self

from overair.protocol.http import HttpStatus
from overair.server.responses import HttpError

SMALL: Final = 64 * 1024
"""Bytes of a body or an answer that are not counted: a connection may buffer as many anyhow."""
WAIT_SECONDS: Final = 10.0
"""How long a request waits for room before it is told to come later."""
WAITING: Final = 200
"""How many requests wait for room; more are told to come later at once."""
WAITING_OF_ACCOUNT: Final = 10
READ_AT_ONCE: Final = 2
"""Bodies that are read beside the event loop, each of which may become 20 MB of elements."""
COME_LATER: Final = (("Retry-After", "30"),)
TOO_MUCH: Final = "too many bytes of bodies and answers at once"


class Budget:
    """Who holds how much: ``whole`` bytes for all accounts, ``each`` for one of them.

    Whoever alone holds anything is not refused, or what is larger than the budget would never pass.
    """

    def __init__(self, whole: int, each: int) -> None:
        self._whole = whole
        self._each = each
        self._held = 0
        self._of_account: dict[int, int] = {}
        self._waiting: dict[asyncio.Future[None], Claim] = {}
        """Those who wait for room, in their order."""
        self.reading: Final = asyncio.Semaphore(READ_AT_ONCE)
        """Held while a body is read beside the event loop."""

    @property
    def held(self) -> int:
        """Bytes that are counted now."""
        return self._held

    def claim(self) -> Claim:
        """A request's claim, which holds nothing yet: ``with budget.claim() as claim``."""
        return Claim(self)

    def _fits(self, claim: Claim, more: int) -> bool:
        by_account = self._of_account.get(claim.account_id, 0)
        return (by_account + more <= self._each or by_account == claim.held) and (
            self._held + more <= self._whole or self._held == claim.held
        )

    def take_now(self, claim: Claim, more: int) -> None:
        """Let a claim hold ``more`` bytes. Raises HttpError (503) where there is no room."""
        if not self._fits(claim, more):
            raise HttpError(HttpStatus.SERVICE_UNAVAILABLE, TOO_MUCH, COME_LATER)
        self._add(claim, more)

    async def take(self, claim: Claim, more: int) -> None:
        """Let a claim hold ``more`` bytes; waits for room. Raises HttpError (503) where none comes.

        Only a claim that holds nothing waits, or two would wait for each other.
        """
        if claim.held:
            self.take_now(claim, more)
            return
        # Whoever waits is not overtaken by its own account.
        before = sum(other.account_id == claim.account_id for other in self._waiting.values())
        if before or not self._fits(claim, more):
            if before >= WAITING_OF_ACCOUNT or len(self._waiting) >= WAITING:
                raise HttpError(HttpStatus.SERVICE_UNAVAILABLE, TOO_MUCH, COME_LATER)
            claim.wanted = more
            turn = asyncio.get_running_loop().create_future()
            self._waiting[turn] = claim
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await turn
            except TimeoutError:
                raise HttpError(HttpStatus.SERVICE_UNAVAILABLE, TOO_MUCH, COME_LATER) from None
            finally:
                # Whoever got its turn and was cancelled in the same moment gives back with its claim.
                if self._waiting.pop(turn, None) is not None:
                    self._let_in()
            return
        self._add(claim, more)

    def give_back(self, claim: Claim, size: int) -> None:
        """Hold so many bytes less."""
        if size:
            self._add(claim, -size)
            self._let_in()

    def _add(self, claim: Claim, size: int) -> None:
        claim.held += size
        self._held += size
        left = self._of_account.get(claim.account_id, 0) + size
        if left:
            self._of_account[claim.account_id] = left
        else:
            self._of_account.pop(claim.account_id, None)

    def _let_in(self) -> None:
        """Give their turns to those for whom there is room now."""
        passed_over: set[int] = set()
        for turn, claim in list(self._waiting.items()):
            if turn.done():
                continue
            if claim.account_id in passed_over or not self._fits(claim, claim.wanted):
                passed_over.add(claim.account_id)
                continue
            del self._waiting[turn]
            self._add(claim, claim.wanted)
            turn.set_result(None)


class Claim:
    """What one request holds, until the block ends."""

    __slots__ = ("_budget", "account_id", "held", "wanted")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.account_id = 0
        """Whose request it is, which is known before it holds anything."""
        self.held = 0
        """Bytes."""
        self.wanted = 0
        """Bytes that it waits for."""

    async def take(self, size: int) -> None:
        """Hold so many bytes more, before they are there. Raises HttpError (503)."""
        await self._budget.take(self, size)

    async def take_large(self, size: int) -> None:
        """``take``, unless it is small."""
        if size > SMALL:
            await self.take(size)

    @contextlib.asynccontextmanager
    async def for_now(self, size: int) -> AsyncIterator[None]:
        """Hold so many bytes more until the block ends. Raises HttpError (503)."""
        await self.take(size)
        try:
            yield
        finally:
            self.give_back(size)

    async def hold(self, size: int) -> None:
        """Hold so many bytes in all, more or less than now; what is small is not counted.

        Raises HttpError (503).
        """
        size = size if size > SMALL else 0
        if size > self.held:
            await self.take(size - self.held)
        else:
            self.give_back(self.held - size)

    def hold_now(self, size: int) -> None:
        """``hold`` what is there already, without waiting: others may hold much and wait for this one."""
        size = size if size > SMALL else 0
        if size > self.held:
            self._budget.take_now(self, size - self.held)
        else:
            self.give_back(self.held - size)

    def give_back(self, size: int) -> None:
        """Hold so many bytes less."""
        self._budget.give_back(self, size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back(self.held)
