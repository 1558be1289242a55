"""The file descriptors of this process: each connection takes one, and some are kept for the rest."""

from __future__ import annotations

import asyncio
import resource
import time
from enum import Enum, auto
from typing import Any, Final

import structlog

from overair.sockets import EXHAUSTED

RESERVED: Final = 128
"""Descriptors that connections leave to the store, to mail that comes in and to commands."""
REPEAT_SECONDS: Final = 60.0
"""How often it is said that there are too few."""

log = structlog.get_logger("overair.serving")


class Room(Enum):
    """What there is for a connection."""

    ENOUGH = auto()
    LITTLE = auto()
    """Its request is answered: come later."""
    NONE = auto()
    """It is closed: to answer it would take a descriptor until its request has come."""


class Descriptors:
    """Says whether there is room for another connection, and tells the administrator when not."""

    def __init__(self) -> None:
        self._said: float | None = None
        self._refused = 0

    def room_for(self, connections: int, most: int) -> Room:
        """Whether so many connections leave enough descriptors; ``most`` is what there may be anyhow."""
        left = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], most + RESERVED) - connections
        if left >= RESERVED:
            return Room.ENOUGH
        return Room.LITTLE if left >= RESERVED // 2 else Room.NONE

    def loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The event loop's exception handler: a connection could not be accepted, or anything else."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in EXHAUSTED:
            self.missing(None)
        else:
            loop.default_exception_handler(context)

    def missing(self, connections: int | None) -> None:
        """A connection found no room."""
        self._refused += 1
        now = time.monotonic()
        if self._said is None or now - self._said >= REPEAT_SECONDS:
            self._said = now
            log.error(
                "no more phones can connect: raise [limits] connections or LimitNOFILE (systemd)",
                limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
                connections=connections,
                refused=self._refused,
            )


DESCRIPTORS: Final = Descriptors()
"""There is one table of them in a process."""
