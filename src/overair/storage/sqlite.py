"""SQLite as the database: one thread that writes, a few that read.

Whoever writes puts the work of a whole transaction into a queue. The writing thread runs all that
is waiting inside one BEGIN and COMMIT, each in a savepoint of its own, so that the one wait for the
disk is shared and a transaction that fails takes no other with it. Nobody hears of a result before
that COMMIT.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Self, TypeVar

import structlog

from overair.storage.health import Health
from overair.storage.interface import DatabaseUnavailable, MailboxChange, Transaction
from overair.storage.migrate import UnknownRevision, migrate
from overair.storage.sqlite_transaction import DIALECT, SqliteTransaction, drive
from overair.storage.statement import Statement
from overair.storage.work import GROUP_LIMIT, GROUP_SECONDS, Work

T = TypeVar("T")
log = structlog.get_logger(__name__)

READERS: Final = 2
BUSY_SECONDS: Final = 10
"""How long to wait for another process that holds the file, such as a backup."""
BUSY_STEP: Final = 100
"""Milliseconds between two looks whether the database is to be closed meanwhile."""
CACHED_STATEMENTS: Final = 500
UNAVAILABLE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    }
)
"""SQLite's result codes that say something of the disk or the file and nothing of the statement."""
PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32000",
    "PRAGMA journal_size_limit = 67108864",
)


_Queue = SimpleQueue[Work | None]


class SqliteDatabase:
    """A SQLite file as storage.interface.Database."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._listeners: list[Callable[[MailboxChange], None]] = []
        self._writes: _Queue = SimpleQueue()
        self._reads: _Queue = SimpleQueue()
        self._counts: dict[threading.Thread, int] = {}
        self._closed = False
        self._write_health, self._read_health = Health("writes"), Health("reads")
        writer = self._connect("rwc")
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute(f"PRAGMA busy_timeout = {BUSY_STEP}")
        self._file: Final = _identity(path)
        self._threads: list[threading.Thread] = []
        self._start(writer, [self._connect("ro") for _ in range(READERS)])

    def _start(self, writer: sqlite3.Connection, readers: Sequence[sqlite3.Connection]) -> None:
        """Give each connection to the thread that will own it."""
        self._threads.append(threading.Thread(target=self._write_loop, args=(writer,), name="overair-write"))
        for number, reader in enumerate(readers):
            self._threads.append(
                threading.Thread(target=self._read_loop, args=(reader,), name=f"overair-read-{number}")
            )
        for thread in self._threads:
            thread.daemon = True  # a forgotten close does not keep the process; a killed one is safe anyway
            self._counts[thread] = 0
            thread.start()

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a database file, creating it (mode 0600) and bringing its tables up to date.

        Raises DatabaseUnavailable when the file cannot be opened or is of a newer Overair.
        """
        path = Path(path)
        try:
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            migrate(path)
            Statement.compile_all(DIALECT)
            return cls(path)
        except (OSError, sqlite3.Error, UnknownRevision) as error:
            raise DatabaseUnavailable(f"{path}: {error}") from error

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # made here so that errors are raised here, then used by one thread
            cached_statements=CACHED_STATEMENTS,
        )
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    @property
    def statements(self) -> int:
        """How many statements were run since it was opened."""
        return sum(self._counts.values())

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run a transaction that may write; returns after its commit. Raises DatabaseUnavailable."""
        return await self._submit(self._writes, work)

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run a transaction that only reads, beside the writer. Raises DatabaseUnavailable."""
        return await self._submit(self._reads, work)

    def listen(self, listener: Callable[[MailboxChange], None]) -> None:
        """Call ``listener`` in the event loop of the writer for each change after its commit."""
        self._listeners.append(listener)

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        if not self._closed:
            self._closed = True
            writer, *readers = self._threads
            for _ in readers:
                self._reads.put(None)
            for thread in readers:
                await asyncio.to_thread(thread.join)
            # The last to close brings the write-ahead log home, which a reader may not.
            self._writes.put(None)
            await asyncio.to_thread(writer.join)

    async def _submit(self, queue: _Queue, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self._closed:
            raise DatabaseUnavailable("the database was closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        queue.put(Work(work, future))
        return await future

    def _write_loop(self, connection: sqlite3.Connection) -> None:
        while (first := self._writes.get()) is not None:
            self._write_group(connection, first)
        connection.close()

    def _write_group(self, connection: sqlite3.Connection, first: Work) -> None:
        """Run a transaction, and those that wait behind it, in one commit."""
        thread = threading.current_thread()
        group: list[Work] = []
        work: Work | None = first
        try:
            self._begin_writing(connection)
            deadline = time.monotonic() + GROUP_SECONDS
            while work is not None:
                group.append(work)
                self._counts[thread] += _run_in_savepoint(connection, work)
                full = len(group) >= GROUP_LIMIT or time.monotonic() >= deadline
                work = None if full else self._next_write()
            connection.execute("COMMIT")
        except (sqlite3.Error, DatabaseUnavailable) as error:
            _roll_back(connection)
            # Who else waits would only wait as long again, one after the other.
            group = group or [first, *self._waiting_writes()]
            failure = DatabaseUnavailable(str(error))
            for failed in group:
                failed.error, failed.changes = failed.error or failure, []
        _report(self._write_health, group)
        self._deliver(group)

    def _begin_writing(self, connection: sqlite3.Connection) -> None:
        """Begin when no other process writes. Raises sqlite3.Error, DatabaseUnavailable."""
        self._require_file()
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or self._closed or time.monotonic() >= deadline:
                    raise
            else:
                return

    def _require_file(self) -> None:
        """Raise DatabaseUnavailable where the open file is not the one that a next start would open.

        SQLite itself would go on, and what it acknowledges would be lost with the process.
        """
        if _identity(self.path) != self._file:
            raise DatabaseUnavailable(f"{self.path} was replaced; restart the server to open the new file")

    def _waiting_writes(self) -> list[Work]:
        found = []
        while (work := self._next_write()) is not None:
            found.append(work)
        return found

    def _next_write(self) -> Work | None:
        try:
            work = self._writes.get_nowait()
        except Empty:
            return None
        if work is None:
            self._writes.put(None)  # the end comes after this group
        return work

    def _read_loop(self, connection: sqlite3.Connection) -> None:
        while (work := self._reads.get()) is not None:
            self._read_one(connection, work)
        connection.close()

    def _read_one(self, connection: sqlite3.Connection, work: Work) -> None:
        transaction = SqliteTransaction(connection)
        try:
            self._require_file()
            connection.execute("BEGIN")
            work.result = drive(work.run, transaction)
        except BaseException as error:  # whatever it is belongs to whoever asked
            work.error = _translate(error)
        finally:
            _roll_back(connection)
        self._counts[threading.current_thread()] += transaction.statements
        _report(self._read_health, [work])
        self._deliver([work])

    def _deliver(self, group: list[Work]) -> None:
        """Settle the futures and tell the listeners, with one wake of each event loop."""
        for loop in {work.future.get_loop() for work in group}:
            mine = [work for work in group if work.future.get_loop() is loop]
            try:
                loop.call_soon_threadsafe(self._settle, mine)
            except RuntimeError:
                log.warning("the event loop ended before its transactions", transactions=len(mine))

    def _settle(self, group: list[Work]) -> None:
        for work in group:
            work.settle()
            for change in work.changes:
                for listener in self._listeners:
                    try:
                        listener(change)
                    except Exception:
                        log.exception("a listener for mailbox changes failed")


def _run_in_savepoint(connection: sqlite3.Connection, work: Work) -> int:
    """Run one transaction of a group; returns how many statements it ran.

    Raises sqlite3.Error when the group is lost with it, such as after a full disk.
    """
    if work.future.cancelled():
        return 0
    transaction = SqliteTransaction(connection)
    connection.execute("SAVEPOINT work")
    try:
        work.result = drive(work.run, transaction)
        work.changes = transaction.changes
    except BaseException as error:  # whatever it is belongs to whoever asked
        work.error = _translate(error)
        if not connection.in_transaction:
            raise sqlite3.OperationalError(f"the transaction was lost: {error}") from error
        connection.execute("ROLLBACK TO work")
    connection.execute("RELEASE work")
    return transaction.statements


def _roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction; one that cannot be ended fails the next, and the thread goes on."""
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        log.error("a transaction could not be rolled back", error=str(error))


def _report(health: Health, group: list[Work]) -> None:
    """Tell what became of transactions."""
    failures = [work.error for work in group if isinstance(work.error, DatabaseUnavailable)]
    if failures:
        health.failed(str(failures[0]), len(failures))
    else:
        health.worked()


def _identity(path: Path) -> tuple[int, int]:
    """What tells a file from others of its name. Raises DatabaseUnavailable where there is none."""
    try:
        found = path.stat()
    except OSError as error:
        raise DatabaseUnavailable(f"{path} is gone: {error.strerror}") from error
    return found.st_dev, found.st_ino


def _translate(error: BaseException) -> BaseException:
    """What the caller is told of an error in its work."""
    # What the driver itself refuses, such as a value of no type that SQLite has, carries no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    if isinstance(error, sqlite3.DatabaseError) and code & 0xFF in UNAVAILABLE:
        unavailable = DatabaseUnavailable(str(error))
        unavailable.__cause__ = error
        return unavailable
    return error
