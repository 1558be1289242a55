"""Bringing the tables of a PostgreSQL database up to date, or back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import asyncpg
from alembic import command
from sqlalchemy import Connection as SqlConnection
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from overair.storage.interface import DatabaseUnavailable
from overair.storage.migrate import config, leads_back
from overair.storage.postgresql_connection import Connection, unavailable
from overair.storage.url import described

T = TypeVar("T")
SETTINGS: Final = {"statement_timeout": "0"}
"""A revision of a large table may take its time."""
REVISION: Final = "SELECT to_regclass('alembic_version') IS NOT NULL"


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, in one transaction.

    Raises DatabaseUnavailable when another server has it, UnknownRevision where it or the one that is
    asked for is not known, and as Connection.connect does.
    """
    in_a_thread(lambda: _migrate(url, revision))


def is_new(url: str) -> bool:
    """Whether a database has none of the tables yet. Raises DatabaseUnavailable."""

    async def work() -> bool:
        connection = await Connection.connect(url)
        try:
            return await _revision(connection) is None
        finally:
            await connection.close()

    return in_a_thread(work)


async def _migrate(url: str, revision: str) -> None:
    connection = await Connection.connect(url, SETTINGS)
    try:
        if not await connection.take_server_lock():
            raise DatabaseUnavailable(f"{described(url)} is in use by another server")
        await _bring(connection, revision)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseUnavailable(f"{described(url)}: {unavailable(error)}") from error
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None else None
        raise DatabaseUnavailable(f"{described(url)}: {unavailable(cause or error)}") from error
    finally:
        await connection.close()


async def _bring(connection: Connection, revision: str) -> None:
    """Bring the database of a connection to a revision; uses the connection up."""
    current = await _revision(connection)
    back = leads_back(current, revision)
    if back is None:
        return

    async def lend() -> Any:
        return connection.raw

    engine = create_async_engine("postgresql+asyncpg://", async_creator=lend, poolclass=NullPool)
    engine.dialect.type_compiler_instance = _BytewiseText(engine.dialect)

    def run(sync: SqlConnection) -> None:
        (command.downgrade if back else command.upgrade)(config(sync), revision)

    async with engine.begin() as borrowed:
        await borrowed.run_sync(run)


class _BytewiseText(PGTypeCompiler):
    """Text columns compare and sort by their bytes, whatever the database's own collation is.

    So they do in SQLite, and an index is as good after the system's rules of sorting changed.
    """

    def visit_TEXT(self, type_: Any, **keywords: Any) -> str:  # noqa: N802  # SQLAlchemy's name
        return f'{super().visit_TEXT(type_, **keywords)} COLLATE "C"'


async def _revision(connection: Connection) -> str | None:
    if not await connection.raw.fetchval(REVISION):
        return None
    found = await connection.raw.fetchval("SELECT version_num FROM alembic_version")
    return None if found is None else str(found)


def in_a_thread(work: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine function to its end, whether or not this thread has an event loop that runs."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    async def wrapped() -> T:
        return await work()

    def run() -> None:
        try:
            outcome.append(asyncio.run(wrapped()))
        except BaseException as error:  # raised again where it was asked for
            failure.append(error)

    thread = threading.Thread(target=run, name="overair-open")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
