"""The cases of the ward that a file of tests asks for, examined some at a time in the background."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Final

import pytest

from overair.ward.case import Case
from overair.ward.rounds import Visit, visit
from overair.ward.supplies import Supplies
from support.packages import needs

AT_ONCE: Final = 3
"""Many cases wait for what never comes."""
PATIENCE_SECONDS: Final = 110
SECOND_PATIENCE: Final = 6.0
"""On a machine so busy that a healthy server looks silent, a case is examined once more, and waited for."""
PROGRAMS: Final = {
    "nginx": ("nginx",),
    "HAProxy": ("haproxy",),
    "Apache": ("apache2",),
    "Knot": ("knotd", "nginx"),
    "Unbound": ("unbound", "knotd", "nginx"),
}
"""What the cases of a program need."""


class Rounds:
    """Visits by case id; begun all together, in an event loop of their own."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._visits: dict[str, Future[Visit]] = {case.id: Future() for case in cases}
        self._thread = threading.Thread(target=lambda: asyncio.run(self._go(cases)), name="rounds")
        self._stop = threading.Event()
        self._thread.start()

    def visit(self, case: Case) -> Visit:
        """What came of a case. Raises what it raised, TimeoutError."""
        return self._visits[case.id].result(PATIENCE_SECONDS)

    def end(self) -> None:
        """Begin no other case, and wait for those that run."""
        self._stop.set()
        self._thread.join(PATIENCE_SECONDS)

    async def _go(self, cases: Sequence[Case]) -> None:
        some = asyncio.Semaphore(AT_ONCE)
        async with Supplies() as supplies:
            await asyncio.gather(*(self._one(case, supplies, some) for case in cases))

    async def _one(self, case: Case, supplies: Supplies, some: asyncio.Semaphore) -> None:
        async with some:
            if self._stop.is_set():
                return
            future = self._visits[case.id]
            try:
                seen = await visit(case, supplies)
                future.set_result(seen if seen.right else await visit(case, supplies, SECOND_PATIENCE))
            except BaseException as error:
                future.set_exception(error)


def parameters(cases: Sequence[Case]) -> list[object]:
    """The cases as parameters of a test, skipped where a program is missing."""
    return [
        pytest.param(
            case,
            id=case.id,
            marks=[needs(*PROGRAMS[case.program])] if case.program in PROGRAMS else [],
        )
        for case in cases
    ]


def rounds_of(request: pytest.FixtureRequest) -> Iterator[Rounds]:
    """What a fixture of a module yields: the rounds of the cases that are asked for in it."""
    asked: dict[str, Case] = {}
    for item in request.session.items:
        case = item.callspec.params.get("case") if hasattr(item, "callspec") else None
        skipped = any(mark.args[0] for mark in item.iter_markers("skipif"))
        if isinstance(case, Case) and item.path == request.path and not skipped:
            asked[case.id] = case
    rounds = Rounds(list(asked.values()))
    yield rounds
    rounds.end()
