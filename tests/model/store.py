"""The database of the model: the server's own SQLite database, run in the event loop, with faults.

A transaction is what it is in the server, on a real file; only the threads are left out, so that it
is the story which decides when each one runs and what else happens before.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar, cast

from overair.storage.interface import DatabaseUnavailable, Transaction
from overair.storage.sqlite import SqliteDatabase, _Queue
from overair.storage.work import Work

T = TypeVar("T")

LATENCY: Final = 0.01
"""Simulated seconds that a transaction may take at most, while nothing slows the disk."""
AT_ONCE: Final = 0.7
"""How many transactions take no time at all, so that nothing comes between."""
PAGES: Final = 1_000_000


class _FullAtCommit:
    """A connection to a disk that takes everything but the commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("database or disk is full")
        return self._connection.execute(sql, parameters)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


class InlineDatabase(SqliteDatabase):
    """SqliteDatabase without threads. ``busy`` and ``full`` count the commits that will fail so."""

    def _start(self, writer: sqlite3.Connection, readers: Sequence[sqlite3.Connection]) -> None:
        self._writer = writer
        self._reader, *others = readers
        for connection in others:
            connection.close()
        for connection in (self._writer, self._reader):
            connection.execute("PRAGMA synchronous = OFF")  # no machine loses its power here
            connection.execute("PRAGMA busy_timeout = 0")
        self._counts[threading.current_thread()] = 0
        self.moments = random.Random(0)
        self.outstanding = 0
        self.busy = 0
        self.full = 0
        self.slowness = 0.0
        """Simulated seconds that every transaction takes longer."""
        self._progress: asyncio.Future[None] | None = None

    async def progress(self) -> None:
        """Wait until one of the transactions that are outstanding has run."""
        self._progress = asyncio.get_running_loop().create_future()
        await self._progress

    def _went_on(self) -> None:
        self.outstanding -= 1
        if self._progress is not None and not self._progress.done():
            self._progress.set_result(None)

    def _begin_writing(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")  # nobody waits for another process in real time

    async def _submit(self, queue: _Queue, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self._closed:
            raise DatabaseUnavailable("the database was closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        item = Work(work, future)
        if not self.slowness and self.moments.random() < AT_ONCE:
            if queue is self._writes:
                self._writes.put(item)
                self._run_writes()
            else:
                self._read_one(self._reader, item)
        else:
            delay = self.slowness + self.moments.random() * LATENCY
            self.outstanding += 1
            if queue is self._writes:
                self._writes.put(item)
                loop.call_later(delay, self._write)
            else:
                loop.call_later(delay, self._read, item)
        return await future

    def _deliver(self, group: list[Work]) -> None:
        self._settle(group)

    def _write(self) -> None:
        self._went_on()
        if not self._closed:
            self._run_writes()

    def _run_writes(self) -> None:
        """All that waits, in one commit."""
        first = self._next_write()
        if first is None:
            return  # run in the commit of another
        if self.busy:
            self.busy -= 1
            blocker = sqlite3.connect(self.path, isolation_level=None)
            blocker.execute("BEGIN IMMEDIATE")
            self._write_group(self._writer, first)
            blocker.close()
        elif self.full % 2:
            self.full -= 1
            self._write_group(cast("sqlite3.Connection", _FullAtCommit(self._writer)), first)
        elif self.full:
            self.full -= 1
            [pages] = self._writer.execute("PRAGMA page_count").fetchone()
            self._writer.execute(f"PRAGMA max_page_count = {pages}")
            self._write_group(self._writer, first)
            self._writer.execute(f"PRAGMA max_page_count = {PAGES}")
        else:
            self._write_group(self._writer, first)

    def _read(self, item: Work) -> None:
        self._went_on()
        if not self._closed:
            self._read_one(self._reader, item)

    def kill(self) -> None:
        """End as the process does at SIGKILL: what was not committed has never been."""
        self._closed = True
        self._writer.close()
        self._reader.close()

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        while self.outstanding:
            await self.progress()
        if not self._closed:
            self.kill()
