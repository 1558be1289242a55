"""Sync keys: a random number for each life of a collection's state, and a counter within it."""

from __future__ import annotations

import secrets
from typing import Final

UNPRIMED: Final = "0"
"""The key of a client that knows nothing of the collection yet (MS-ASCMD_R4598)."""

_LEAST: Final = 100_000_000
_COUNT: Final = 900_000_000


def new_generation() -> int:
    """The number of a new life: nine digits, so that keys of different lives do not meet."""
    return _LEAST + secrets.randbelow(_COUNT)


def sync_key(generation: int, counter: int) -> str:
    """The key of one state, decimal digits only; clients keep it as an opaque text of up to 64."""
    return f"{generation}{counter:06d}"
