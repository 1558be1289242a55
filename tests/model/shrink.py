"""Finds the shortest story that breaks the same law."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from model.drive import Fate
from model.laws import Broken
from model.steps import AnyStep, Ask, Rest, Story

Try = Callable[[Story], Broken | None]
"""Tells a story; what broke."""
ATTEMPTS = 2_000
"""Tellings after which the shortest so far has to do."""
SECONDS = 90
"""Seconds after which it has to do as well."""


class Shrinker:
    """Takes steps out, and what is unusual out of steps, for as long as the same law breaks."""

    def __init__(
        self, attempt: Try, story: Story, broken: Broken, place: int, attempts: int = ATTEMPTS
    ) -> None:
        self._attempt = attempt
        self._law = broken.law
        self._left = attempts
        self._until = time.monotonic() + SECONDS
        self._best = story
        self.broken = broken
        # Nothing after the place where it broke mattered.
        self._fails(msgspec.structs.replace(story, steps=story.steps[: place + 1]))

    def shortest(self) -> Story:
        """The shortest story that was found."""
        before = None
        while before != self._best and self._left > 0:
            before = self._best
            self._take_out()
            self._simplify()
        return self._best

    def _fails(self, story: Story) -> bool:
        self._left = self._left - 1 if time.monotonic() < self._until else 0
        broken = self._attempt(story)
        if broken is None or broken.law is not self._law:
            return False
        self._best, self.broken = story, broken
        return True

    def _with(self, steps: Sequence[AnyStep]) -> Story:
        return msgspec.structs.replace(self._best, steps=tuple(steps))

    def _take_out(self) -> None:
        """Halves, quarters and so on down to single steps."""
        size = max(1, len(self._best.steps) // 2)
        while self._left > 0:
            start = 0
            while start < len(self._best.steps) and self._left > 0:
                steps = self._best.steps
                if not self._fails(self._with(steps[:start] + steps[start + size :])):
                    start += size
            if size == 1:
                return
            size //= 2

    def _simplify(self) -> None:
        for index in range(len(self._best.steps)):
            for simpler in _simpler(self._best.steps[index]):
                if self._left <= 0:
                    return
                steps = list(self._best.steps)
                steps[index] = simpler
                self._fails(self._with(steps))


def _simpler(step: AnyStep) -> list[AnyStep]:
    """The step with one unusual thing less."""
    if isinstance(step, Rest):
        return []
    found: list[AnyStep] = []
    plain = {"fate": Fate.GOOD, "at_once": False, "again": False, "window": None, "moment": 0}
    for name, value in plain.items():
        if isinstance(step, Ask) and getattr(step, name) != value:
            found.append(msgspec.structs.replace(step, **{name: value}))
    numbers = [name for name in ("folder", "choice", "amount") if getattr(step, name, 0)]
    return found + [msgspec.structs.replace(step, **{name: 0}) for name in numbers]
