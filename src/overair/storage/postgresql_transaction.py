"""One transaction on a PostgreSQL connection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from overair.storage.interface import MailboxChange, Row, Statement, Value
from overair.storage.postgresql_connection import DIALECT, Connection
from overair.storage.statement import Compiled

PLACEHOLDER: Final = re.compile(r"\$(\d+)::(BIGINT|INTEGER|SMALLINT|VARCHAR|TEXT|BYTEA)\b")
"""A parameter as SQLAlchemy writes it for asyncpg, with its type."""


class PostgresTransaction:
    """The Transaction that work is given, between BEGIN and COMMIT."""

    __slots__ = ("_connection", "changes", "statements")

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection
        self.changes: list[MailboxChange] = []
        self.statements = 0

    async def all(self, statement: Statement, **parameters: Value) -> list[Row]:
        self.statements += 1
        compiled = statement.compiled(DIALECT)
        prepared = await self._connection.prepared(compiled, compiled.sql)
        return [tuple(record) for record in await prepared.fetch(*compiled.bind(parameters))]

    async def one(self, statement: Statement, **parameters: Value) -> Row | None:
        self.statements += 1
        compiled = statement.compiled(DIALECT)
        prepared = await self._connection.prepared(compiled, compiled.sql)
        record = await prepared.fetchrow(*compiled.bind(parameters))
        return None if record is None else tuple(record)

    async def each(self, statement: Statement, rows: Sequence[dict[str, Value]]) -> list[Row | None]:
        if len(rows) <= 1:
            return [await self.one(statement, **row) for row in rows]
        self.statements += len(rows)
        compiled = statement.compiled(DIALECT)
        sql = for_each(compiled)
        prepared = await self._connection.prepared(compiled, sql)
        columns = zip(*(compiled.bind(row) for row in rows), strict=True)
        found: list[Row | None] = [None] * len(rows)
        for place, *values in await prepared.fetch(*map(list, columns)):
            found[place - 1] = tuple(values)
        return found

    async def execute(self, statement: Statement, **parameters: Value) -> int:
        self.statements += 1
        compiled = statement.compiled(DIALECT)
        prepared = await self._connection.prepared(compiled, compiled.sql)
        await prepared.fetch(*compiled.bind(parameters))
        # The tag's last word: "UPDATE 3", "INSERT 0 1".
        return int(prepared.get_statusmsg().rpartition(" ")[2])

    async def many(self, statement: Statement, rows: Sequence[dict[str, Value]]) -> None:
        if not rows:
            return
        self.statements += len(rows)
        compiled = statement.compiled(DIALECT)
        prepared = await self._connection.prepared(compiled, compiled.sql)
        await prepared.executemany([compiled.bind(row) for row in rows])

    def changed(self, account_id: int, folder_id: str | None) -> None:
        change = MailboxChange(account_id, folder_id)
        if change not in self.changes:
            self.changes.append(change)


@cache
def for_each(compiled: Compiled) -> str:
    """A query that runs another one for each row of parameters, which come as one array a parameter.

    Its first column says for which of them, from 1, a row was found.
    """
    kinds: dict[int, str] = {}

    def parameter(found: re.Match[str]) -> str:
        kinds[int(found[1])] = found[2]
        return f"each.p{found[1]}"

    query = PLACEHOLDER.sub(parameter, compiled.sql)
    numbers = sorted(kinds)
    arrays = ", ".join(f"${number}::{kinds[number]}[]" for number in numbers)
    names = ", ".join(f"p{number}" for number in numbers)
    return (
        f"SELECT each.place, found.* FROM unnest({arrays}) WITH ORDINALITY AS each({names}, place) "  # noqa: S608  # our own SQL
        f"CROSS JOIN LATERAL (SELECT * FROM ({query}) AS every LIMIT 1) AS found"
    )
