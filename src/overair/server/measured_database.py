"""A database whose transactions are timed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from overair.metrics import READ_SECONDS, WRITE_SECONDS
from overair.storage.interface import Database, MailboxChange, Transaction

T = TypeVar("T")


class MeasuredDatabase:
    """The Database that it is given, with the time that each transaction takes in the metrics."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def statements(self) -> int:
        """As the database's."""
        return self._database.statements

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """As the database's."""
        begun = time.perf_counter()
        try:
            return await self._database.write(work)
        finally:
            WRITE_SECONDS.observe(time.perf_counter() - begun)

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """As the database's."""
        begun = time.perf_counter()
        try:
            return await self._database.read(work)
        finally:
            READ_SECONDS.observe(time.perf_counter() - begun)

    def listen(self, listener: Callable[[MailboxChange], None]) -> None:
        """As the database's."""
        self._database.listen(listener)

    async def close(self) -> None:
        """As the database's."""
        await self._database.close()
