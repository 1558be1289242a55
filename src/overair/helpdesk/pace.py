"""How much may be begun within a time, by each and in all."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final


class TooMany(Exception):
    """Somebody has to wait; ``seconds`` say how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds: Final = max(1, math.ceil(seconds))


class Pace:
    """Remembers what was begun in the last ``seconds``: ``each`` by one at most, ``all_`` altogether."""

    def __init__(
        self, seconds: float, each: int, all_: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds: Final = seconds
        self._each: Final = each
        self._all: Final = all_
        self._clock: Final = clock
        self._begun: list[tuple[float, str]] = []
        """In their order."""

    def begin(self, whose: str) -> None:
        """Count one. Raises TooMany."""
        now = self._clock()
        self._begun = [one for one in self._begun if one[0] > now - self._seconds]
        own = [when for when, other in self._begun if other == whose]
        if len(own) >= self._each:
            raise TooMany(own[-self._each] + self._seconds - now)
        if len(self._begun) >= self._all:
            raise TooMany(self._begun[0][0] + self._seconds - now)
        self._begun.append((now, whose))

    def take_back(self, whose: str) -> None:
        """Do not count the first of somebody's."""
        place = next((place for place, one in enumerate(self._begun) if one[1] == whose), None)
        if place is not None:
            del self._begun[place]
