"""A PostgreSQL database as one end of a copy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Self

from sqlalchemy import Table

from overair.storage.copying.side import BATCH, CopyRefused, names, numbering, selection
from overair.storage.interface import DatabaseUnavailable, Transaction
from overair.storage.postgresql_connection import Connection
from overair.storage.postgresql_migrate import migrate
from overair.storage.postgresql_transaction import PostgresTransaction
from overair.storage.url import described


class PostgresSide:
    """The database, with no server on it."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection

    @classmethod
    async def open(cls, url: str, *, empty: bool = False) -> Self:
        """The database brought up to date; emptied if asked for.

        Raises DatabaseUnavailable, UnknownRevision.
        """
        if empty:
            migrate(url, "base")
        migrate(url)
        connection = await Connection.connect(url, {"statement_timeout": "0"})
        if not await connection.take_server_lock():
            await connection.close()
            raise DatabaseUnavailable(f"{described(url)} is in use by another server")
        await connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        return cls(connection)

    async def count(self, table: Table) -> int:
        return int(await self._connection.raw.fetchval(f'SELECT COUNT(*) FROM "{table.name}"'))  # noqa: S608

    async def rows(self, table: Table) -> AsyncIterator[list[tuple[Any, ...]]]:
        batch = []
        async for row in self._connection.raw.cursor(selection(table), prefetch=BATCH):
            batch.append(tuple(row))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    async def put(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        await self._connection.raw.copy_records_to_table(table.name, records=rows, columns=names(table))

    async def last_number(self, table: Table) -> int:
        column = numbering(table)
        highest = await self._connection.raw.fetchval(f'SELECT MAX("{column}") FROM "{table.name}"')  # noqa: S608
        sequence = await self._sequence(table)
        given = 0
        if sequence is not None:
            query = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608
            given = int(await self._connection.raw.fetchval(query))
        return max(highest or 0, given)

    async def go_on_after(self, table: Table, number: int) -> None:
        sequence = await self._sequence(table)
        if sequence is not None and number:
            await self._connection.raw.execute("SELECT setval($1::text::regclass, $2)", sequence, number)

    async def _sequence(self, table: Table) -> str | None:
        found = await self._connection.raw.fetchval(
            "SELECT pg_get_serial_sequence($1, $2)", f'"{table.name}"', numbering(table)
        )
        return None if found is None else str(found)

    def transaction(self) -> Transaction:
        return PostgresTransaction(self._connection)

    async def finish(self) -> None:
        tag = await self._connection.run("COMMIT")  # foreign keys were checked with each row
        if tag != "COMMIT":
            raise CopyRefused("the database did not keep the copy")
        await self._connection.run("ANALYZE")

    async def close(self) -> None:
        await self._connection.close()
