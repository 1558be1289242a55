"""How slow this machine is just now: bounds on CPU seconds are for one that does a known work in its time.

Processors differ, and a virtual machine whose neighbours are busy does less in a second than before.
"""

from __future__ import annotations

import time
from typing import Final

STEPS: Final = 200_000
NOMINAL: Final = 0.022
"""CPU seconds of the work on the machine for which the bounds are written."""


def pace() -> float:
    """How many times as long as there the work takes here now; never less than 1."""
    return max(1.0, slowness())


def slowness() -> float:
    """The same, less than 1 on a faster machine."""
    begun = time.thread_time()
    total, seen = 0, {}
    for step in range(STEPS):
        total += step * step
        seen[step & 255] = total
    return (time.thread_time() - begun) / NOMINAL
