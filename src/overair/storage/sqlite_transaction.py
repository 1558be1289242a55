"""One transaction on a SQLite connection, driven to its end in the thread that owns the connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from overair.storage.interface import MailboxChange, Row, Statement, Transaction, Value

T = TypeVar("T")
DIALECT = "sqlite"


class TransactionSuspended(RuntimeError):
    """The work of a transaction awaited something other than its Transaction."""


class SqliteTransaction:
    """The Transaction that work is given. Nothing in it waits: every method is done when it returns."""

    __slots__ = ("changes", "connection", "statements")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.changes: list[MailboxChange] = []
        self.statements = 0

    async def all(self, statement: Statement, **parameters: Value) -> list[Row]:
        self.statements += 1
        compiled = statement.compiled(DIALECT)
        return self.connection.execute(compiled.sql, compiled.bind(parameters)).fetchall()

    async def one(self, statement: Statement, **parameters: Value) -> Row | None:
        return self._first(statement, parameters)

    async def each(self, statement: Statement, rows: Sequence[dict[str, Value]]) -> list[Row | None]:
        return [self._first(statement, row) for row in rows]

    def _first(self, statement: Statement, parameters: dict[str, Value]) -> Row | None:
        self.statements += 1
        compiled = statement.compiled(DIALECT)
        cursor = self.connection.execute(compiled.sql, compiled.bind(parameters))
        row: Row | None = cursor.fetchone()
        cursor.close()  # a statement that still has rows to give would hold the transaction open
        return row

    async def execute(self, statement: Statement, **parameters: Value) -> int:
        self.statements += 1
        compiled = statement.compiled(DIALECT)
        return self.connection.execute(compiled.sql, compiled.bind(parameters)).rowcount

    async def many(self, statement: Statement, rows: Sequence[dict[str, Value]]) -> None:
        self.statements += len(rows)
        compiled = statement.compiled(DIALECT)
        self.connection.executemany(compiled.sql, [compiled.bind(row) for row in rows])

    def changed(self, account_id: int, folder_id: str | None) -> None:
        change = MailboxChange(account_id, folder_id)
        if change not in self.changes:
            self.changes.append(change)


def drive(work: Callable[[Transaction], Awaitable[T]], transaction: Transaction) -> T:
    """Run work that awaits nothing but its transaction, without an event loop.

    Raises what the work raises, and TransactionSuspended when it awaits anything else.
    """
    steps = work(transaction).__await__()
    try:
        next(steps)
    except StopIteration as stop:
        result: T = stop.value
        return result
    steps.close()
    raise TransactionSuspended(f"{work!r} awaited something other than its transaction")
