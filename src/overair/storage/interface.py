"""What a database is to the rest of the house: statements compiled once, and whole transactions.

A transaction is a coroutine function that awaits nothing but its Transaction. So one source
serves both kinds of driver: SQLite's writing thread drives the coroutine to its end without an
event loop (a whole transaction in one hop between threads, commits grouped), asyncpg awaits it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from overair.storage.statement import Row, Statement, Value

T = TypeVar("T")


class MailboxChange(msgspec.Struct, frozen=True):
    """Something changed in a mailbox; told after the commit. ``folder_id`` None is the hierarchy."""

    account_id: int
    folder_id: str | None


class Transaction(Protocol):
    """One transaction. Its work must await nothing else."""

    async def all(self, statement: Statement, **parameters: Value) -> list[Row]:
        """Every row of a query."""

    async def one(self, statement: Statement, **parameters: Value) -> Row | None:
        """The first row of a query, or None."""

    async def each(self, statement: Statement, rows: Sequence[dict[str, Value]]) -> list[Row | None]:
        """The first row of a query, or None, for each row of parameters: reads of single rows in one go."""

    async def execute(self, statement: Statement, **parameters: Value) -> int:
        """Run a statement; returns the number of rows it touched."""

    async def many(self, statement: Statement, rows: Sequence[dict[str, Value]]) -> None:
        """Run a statement once for each row of parameters."""

    def changed(self, account_id: int, folder_id: str | None) -> None:
        """Have a MailboxChange told to the database's listener after the commit."""


class Database(Protocol):
    """SQLite or PostgreSQL."""

    @property
    def statements(self) -> int:
        """How many statements were run since it was opened, for tests that count them."""

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run a transaction that may write; returns after its commit. Raises DatabaseUnavailable."""

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run a transaction that only reads, beside the writer."""

    def listen(self, listener: Callable[[MailboxChange], None]) -> None:
        """Call ``listener`` in the event loop for each change after its commit."""

    async def close(self) -> None:
        """Finish what runs and let go of the file or the pool."""


class DatabaseUnavailable(Exception):
    """The database is gone, locked or full; the request may be tried again later."""


class BlobStore(Protocol):
    """Message bytes, apart from the rows that a Sync reads. Keys are made from the content."""

    def put(self, data: bytes) -> str:
        """Bring bytes durably to disk, before the row that names them; returns their key.

        Raises OSError when the disk does not take them.
        """

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes, or a range of them.

        Raises KeyError for a key whose bytes are not to be had, OSError when none are, for now.
        """


__all__ = [
    "BlobStore",
    "Database",
    "DatabaseUnavailable",
    "MailboxChange",
    "Row",
    "Statement",
    "Transaction",
    "Value",
]
