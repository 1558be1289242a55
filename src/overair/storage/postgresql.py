"""PostgreSQL as the database: one connection that writes, a few that read.

All transactions that write go through one connection, one after the other, as they do in SQLite.
So work that was written for a single writer has the same guarantees here without a proof of its
own: no transaction ever meets the rows of another that is under way, ids are committed in the order
in which they were given, and every snapshot that a reader sees lies between two whole transactions.
That connection holds the database's server lock; when it is lost, so is the right to write, and a
second server can never write beside this one.

What waits together is run in one transaction, each in a savepoint of its own, so that the one wait
for the disk is shared. Nobody hears of a result before the COMMIT.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Self, TypeVar

import asyncpg
import structlog

from overair.storage.health import Health
from overair.storage.interface import DatabaseUnavailable, MailboxChange, Transaction
from overair.storage.migrate import UnknownRevision
from overair.storage.postgresql_connection import (
    AGAIN,
    DIALECT,
    Connection,
    translated,
    unavailable,
)
from overair.storage.postgresql_migrate import migrate
from overair.storage.postgresql_readers import Commits, Readers
from overair.storage.postgresql_transaction import PostgresTransaction
from overair.storage.statement import Statement
from overair.storage.url import described
from overair.storage.work import GROUP_LIMIT, GROUP_SECONDS, Work

T = TypeVar("T")
log = structlog.get_logger(__name__)

WRITE_SECONDS: Final = 90.0
"""The longest that a group may take; the server itself ends a statement before."""
CLOSE_SECONDS: Final = 1.0
"""How long a group may still take when the server leaves, which has to have left within five seconds."""
ATTEMPTS: Final = 5
"""How often work is run that meets others, or whose connection is lost before its COMMIT."""


class _Lost(Exception):
    """The transaction is lost with all work in it. ``again``: it left no trace and may be run again."""

    def __init__(self, error: BaseException, *, again: bool) -> None:
        super().__init__(str(error))
        self.error: Final = error
        self.again: Final = again


class PostgresDatabase:
    """A PostgreSQL database as storage.interface.Database, for one event loop."""

    def __init__(self, url: str) -> None:
        self.url: Final = url
        self._listeners: list[Callable[[MailboxChange], None]] = []
        self._waiting: deque[Work] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._writer: Connection | None = None
        self._commits: Final = Commits()
        self._readers: Final = Readers(url, self._commits)
        self._written = 0
        self._closed = False
        self._health: Final = Health("writes")

    @classmethod
    def open(cls, url: str) -> Self:
        """Bring a database's tables up to date. Connections are made when they are first needed.

        Raises DatabaseUnavailable when the server, the database or the right to use them is not
        there, another server has it, or it is of a newer Overair.
        """
        try:
            migrate(url)
        except UnknownRevision as error:
            raise DatabaseUnavailable(f"{described(url)}: {error}") from error
        Statement.compile_all(DIALECT)
        return cls(url)

    @property
    def statements(self) -> int:
        """How many statements were run since it was opened."""
        return self._written + self._readers.statements

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run a transaction that may write; returns after its commit. Raises DatabaseUnavailable."""
        if self._closed:
            raise DatabaseUnavailable("the database was closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append(Work(work, future))
        if self._writing is None or self._writing.done():
            # It writes for everybody: what it logs is not of the request that happened to begin it.
            context = contextvars.Context()
            self._writing = loop.create_task(self._write_waiting(), name="overair-write", context=context)
        return await future

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run a transaction that only reads, beside the writer. Raises DatabaseUnavailable."""
        return await self._readers.read(work)

    def listen(self, listener: Callable[[MailboxChange], None]) -> None:
        """Call ``listener`` for each change after its commit."""
        self._listeners.append(listener)

    async def close(self) -> None:
        """Finish what is queued, if it does not take long, and close the connections."""
        if self._closed:
            return
        self._closed = True
        if self._writing is not None:
            # Who waits for an administrator's lock, or for a server that hangs, is told to come again.
            _, pending = await asyncio.wait([self._writing], timeout=CLOSE_SECONDS)
            for task in pending:
                task.cancel()
                await asyncio.wait([task])
        await self._readers.close()
        if self._writer is not None:
            await self._writer.close()
            self._writer = None

    async def _write_waiting(self) -> None:
        """Run what waits, until nothing does."""
        self._commits.expected = True
        try:
            while self._waiting:
                group: list[Work] = []
                try:
                    async with asyncio.timeout(WRITE_SECONDS):
                        await self._write_group(group)
                except _Lost as lost:
                    self._lose(group, lost)
                except TimeoutError as error:
                    self._drop_writer()
                    self._lose(group, _Lost(unavailable(error), again=False))
                except BaseException as error:
                    self._drop_writer()
                    group.extend(self._take_waiting())
                    cancelled = isinstance(error, asyncio.CancelledError)
                    closed = DatabaseUnavailable("the database was closed")
                    self._lose(group, _Lost(closed if cancelled else error, again=False))
                    raise
                finally:
                    self._deliver(group)
        finally:
            self._commits.expected = False

    async def _write_group(self, group: list[Work]) -> None:
        """Run a transaction, and those that wait behind it, in one commit. Raises _Lost."""
        connection = await self._connected(group)
        await self._command(connection, "BEGIN")
        deadline = time.monotonic() + GROUP_SECONDS
        savepoint = False
        while self._waiting:
            work = self._waiting.popleft()
            if work.future.cancelled():
                continue
            group.append(work)  # at once, or nobody would know of it if the connection were lost now
            # A savepoint is for the sake of the work before it.
            if len(group) > 1 and not (savepoint and group[-2].error is not None):
                await self._command(connection, f"{'RELEASE w; ' if savepoint else ''}SAVEPOINT w")
                savepoint = True
            await self._run(connection, work)
            if work.error is not None:
                await self._command(connection, "ROLLBACK TO w" if savepoint else "ROLLBACK")
                if not savepoint:
                    return
            if len(group) >= GROUP_LIMIT or time.monotonic() >= deadline:
                break
        await self._commit(connection)

    async def _connected(self, group: list[Work]) -> Connection:
        """The writing connection with the server's lock. Raises _Lost, with all that waits in ``group``."""
        if self._writer is not None and not self._writer.lost:
            return self._writer
        self._drop_writer()
        try:
            connection = await Connection.connect(self.url, {})
            if not await connection.take_server_lock():
                connection.drop()
                raise DatabaseUnavailable(f"{described(self.url)} is in use by another server")
        except DatabaseUnavailable as error:
            # Who else waits would only wait as long again, one after the other.
            group.extend(self._take_waiting())
            raise _Lost(error, again=False) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            group.extend(self._take_waiting())
            raise _Lost(unavailable(error), again=False) from error
        self._writer = connection
        return connection

    async def _command(self, connection: Connection, sql: str) -> None:
        """Run BEGIN and its like. Raises _Lost."""
        try:
            await connection.run(sql)
        except Exception as error:
            connection.drop()
            raise _Lost(unavailable(error), again=True) from error

    async def _run(self, connection: Connection, work: Work) -> None:
        """Run one transaction of a group. Raises _Lost when the group is lost with it."""
        transaction = PostgresTransaction(connection)
        work.attempts += 1
        try:
            work.result = await work.run(transaction)
            work.changes = transaction.changes
        except Exception as error:
            if connection.lost:
                raise _Lost(unavailable(error), again=True) from error
            if isinstance(error, asyncpg.PostgresError) and error.sqlstate in AGAIN:
                await self._command(connection, "ROLLBACK")
                raise _Lost(unavailable(error), again=True) from error
            work.error = translated(error)
        finally:
            self._written += transaction.statements

    async def _commit(self, connection: Connection) -> None:
        """Commit. Raises _Lost; whether it was committed is not known when the connection is lost."""
        self._commits.begun += 1
        try:
            tag = await connection.run("COMMIT")
        except Exception as error:
            state = error.sqlstate if isinstance(error, asyncpg.PostgresError) else None
            again = state in AGAIN and not connection.lost
            if not again:
                connection.drop()
            raise _Lost(unavailable(error), again=again) from error
        if tag != "COMMIT":
            # PostgreSQL ends a transaction so in which work went on after a statement had failed.
            raise _Lost(RuntimeError("work went on after a statement of it had failed"), again=False)

    def _lose(self, group: list[Work], lost: _Lost) -> None:
        """Put what may be run again back to the queue's front; what has failed stays in the group."""
        if self._writer is not None and self._writer.lost:
            self._drop_writer()
        again = [work for work in group if lost.again and work.attempts < ATTEMPTS]
        for work in group:
            work.result, work.error, work.changes = None, None if work in again else lost.error, []
        group[:] = [work for work in group if work not in again]
        self._waiting.extendleft(reversed(again))

    def _take_waiting(self) -> list[Work]:
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def _drop_writer(self) -> None:
        if self._writer is not None:
            self._writer.drop()
            self._writer = None

    def _deliver(self, group: list[Work]) -> None:
        """Hand over the outcomes and tell the listeners."""
        failures = [work.error for work in group if isinstance(work.error, DatabaseUnavailable)]
        if failures:
            self._health.failed(str(failures[0]), len(failures))
        elif group:
            self._health.worked()
        for work in group:
            work.settle()
            for change in work.changes:
                for listener in self._listeners:
                    try:
                        listener(change)
                    except Exception:
                        log.exception("a listener for mailbox changes failed")
