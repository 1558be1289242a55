"""The work of a transaction that waits for its turn in a group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from overair.storage.interface import MailboxChange, Transaction

GROUP_LIMIT: Final = 100
"""Transactions in one commit at most."""
GROUP_SECONDS: Final = 0.05
"""A commit waits no longer than this for the transactions that came together with its first."""


@dataclass(slots=True)
class Work:
    """A transaction that waits for its turn, and where its result goes."""

    run: Callable[[Transaction], Awaitable[Any]]
    future: asyncio.Future[Any]
    attempts: int = 0
    result: Any = None
    error: BaseException | None = None
    changes: list[MailboxChange] = field(default_factory=list)

    def settle(self) -> None:
        """Hand over the outcome; runs in the event loop of ``future``."""
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)
