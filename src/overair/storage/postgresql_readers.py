"""The connections on which transactions that only read are run, beside the writer.

All that is committed comes from the one writer of this process. So statements between whose first
and last nothing was committed see one moment without a transaction around them; that spares the
BEGIN and the COMMIT of nearly every read, which would cost as much as its statements. What did meet
a commit is run again in a transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from overair.storage.health import Health
from overair.storage.interface import DatabaseUnavailable, Transaction
from overair.storage.postgresql_connection import READING, Connection, translated, unavailable
from overair.storage.postgresql_transaction import PostgresTransaction

T = TypeVar("T")

READERS: Final = 4
READ_SECONDS: Final = 90.0
"""The longest that a transaction may take; the server itself ends a statement before."""


class Commits:
    """What the writer commits, as far as readers have to know."""

    __slots__ = ("begun", "expected")

    def __init__(self) -> None:
        self.begun = 0
        """How many were asked for."""
        self.expected = False
        """Whether one is under way or will be soon."""


class Readers:
    """A few connections, made when they are first needed; the one that was used last is used first."""

    def __init__(self, url: str, commits: Commits) -> None:
        self._url: Final = url
        self._commits: Final = commits
        self._free: Final[asyncio.LifoQueue[Connection | None]] = asyncio.LifoQueue()
        for _ in range(READERS):
            self._free.put_nowait(None)
        self._health: Final = Health("reads")
        self._closed = False
        self.statements = 0

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run a transaction on one of them. Raises DatabaseUnavailable."""
        if self._closed:
            raise DatabaseUnavailable("the database was closed")
        connection = await self._free.get()
        try:
            fresh = connection is None or connection.lost
            if connection is None or connection.lost:
                connection = await Connection.connect(self._url, READING)
            try:
                result = await self._run(connection, work)
            except _ConnectionLost:
                if fresh:
                    raise
                # The server was restarted since; what was only read can be read again.
                connection = await Connection.connect(self._url, READING)
                result = await self._run(connection, work)
        except DatabaseUnavailable as error:
            self._health.failed(str(error), 1)
            raise
        finally:
            self._free.put_nowait(None if connection is None or connection.lost else connection)
        self._health.worked()
        return result

    async def _run(self, connection: Connection, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Raises _ConnectionLost, DatabaseUnavailable, and what the work raises."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                if not self._commits.expected:
                    try:
                        return await self._undisturbed(connection, work)
                    except _Disturbed:
                        pass
                return await self._in_transaction(connection, work)
        except Exception as error:
            if isinstance(error, TimeoutError):
                connection.drop()
            if connection.lost:
                raise _ConnectionLost(str(unavailable(error))) from error
            found = translated(error)
            if found is error:
                raise
            raise found from error
        except BaseException:
            connection.drop()  # cancelled in the middle of a statement
            raise

    async def _undisturbed(self, connection: Connection, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Raises _Disturbed where something was committed between the statements."""
        before = self._commits.begun
        transaction = PostgresTransaction(connection)
        try:
            result = await work(transaction)
        except Exception:
            if self._commits.begun != before and not connection.lost:
                raise _Disturbed from None
            self.statements += transaction.statements
            raise
        if self._commits.begun != before and transaction.statements > 1:
            raise _Disturbed
        self.statements += transaction.statements
        return result

    async def _in_transaction(self, connection: Connection, work: Callable[[Transaction], Awaitable[T]]) -> T:
        transaction = PostgresTransaction(connection)
        await connection.run("BEGIN")
        try:
            result = await work(transaction)
        except Exception:
            if not connection.lost:
                await connection.run("ROLLBACK")
            raise
        finally:
            self.statements += transaction.statements
        await connection.run("COMMIT")
        return result

    async def close(self) -> None:
        """Close the connections, once those that are in use are free."""
        self._closed = True
        for _ in range(READERS):
            connection = await self._free.get()
            if connection is not None:
                await connection.close()


class _ConnectionLost(DatabaseUnavailable):
    """The connection ended in the middle of a transaction."""


class _Disturbed(Exception):
    """The statements may have seen two moments."""
