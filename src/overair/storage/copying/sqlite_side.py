"""A SQLite file as one end of a copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Table

from overair.storage.copying.side import BATCH, CopyRefused, names, numbering, selection
from overair.storage.interface import Transaction
from overair.storage.migrate import migrate
from overair.storage.sqlite_transaction import SqliteTransaction


class SqliteSide:
    """The file, with nobody else writing to it."""

    def __init__(self, path: Path) -> None:
        self._connection: Final = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = OFF")  # checked at the end
        self._connection.execute("BEGIN IMMEDIATE")

    @classmethod
    def open(cls, path: Path, *, empty: bool = False) -> Self:
        """The file, made (mode 0600) where there is none and brought up to date; emptied if asked for.

        Raises OSError, sqlite3.Error, UnknownRevision.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if empty:
            migrate(path, "base")
        migrate(path)
        return cls(path)

    async def count(self, table: Table) -> int:
        [number] = self._connection.execute(f'SELECT COUNT(*) FROM "{table.name}"').fetchone()  # noqa: S608
        return int(number)

    async def rows(self, table: Table) -> AsyncIterator[list[tuple[Any, ...]]]:
        cursor = self._connection.execute(selection(table))
        while batch := cursor.fetchmany(BATCH):
            yield batch

    async def put(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = ", ".join(f'"{name}"' for name in names(table))
        places = ", ".join("?" for _ in table.columns)
        sql = f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})'  # noqa: S608  # our own names
        self._connection.executemany(sql, rows)

    async def last_number(self, table: Table) -> int:
        column = numbering(table)
        given = None
        if table.dialect_options["sqlite"]["autoincrement"]:
            given = self._connection.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)
            ).fetchone()
        [highest] = self._connection.execute(f'SELECT MAX("{column}") FROM "{table.name}"').fetchone()  # noqa: S608
        return max(highest or 0, given[0] if given else 0)

    async def go_on_after(self, table: Table, number: int) -> None:
        if table.dialect_options["sqlite"]["autoincrement"]:
            self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            self._connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table.name, number))

    def transaction(self) -> Transaction:
        return SqliteTransaction(self._connection)

    async def finish(self) -> None:
        broken = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise CopyRefused(f"a row of {broken[0]} refers to one of {broken[2]} that is not there")
        self._connection.execute("COMMIT")

    async def close(self) -> None:
        self._connection.close()
