"""How many examinations may be begun in a minute, by each client and in all."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from overair.directory.throttle import network_of

WINDOW_SECONDS: Final = 60.0


class TooMany(Exception):
    """Somebody has to wait; ``seconds`` say how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds: Final = max(1, math.ceil(seconds))


class Pace:
    """Remembers what the last minute has brought, which is no more than it may bring."""

    def __init__(self, each: int, all_: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._each: Final = each
        self._all: Final = all_
        self._clock: Final = clock
        self._begun: Final[deque[tuple[float, str]]] = deque()

    def begin(self, client_address: str) -> None:
        """Count one by a client. Raises TooMany."""
        now, network = self._clock(), network_of(client_address)
        while self._begun and self._begun[0][0] <= now - WINDOW_SECONDS:
            self._begun.popleft()
        own = [when for when, whose in self._begun if whose == network]
        if len(own) >= self._each:
            raise TooMany(own[-self._each] + WINDOW_SECONDS - now)
        if len(self._begun) >= self._all:
            raise TooMany(self._begun[0][0] + WINDOW_SECONDS - now)
        self._begun.append((now, network))
