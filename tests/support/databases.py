"""Which database the tests use, and a hand in it from outside.

``OVERAIR_TEST_DATABASE=postgresql`` (`make test-postgresql`) gives every data directory that a test
opens a PostgreSQL database of its own; otherwise it is SQLite, and the tests that ask for both name
them by ``KINDS``.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol
from unittest import mock

import asyncpg
import pytest

from overair.storage import open as storage_open
from overair.storage import sqlite
from overair.storage.interface import Database
from overair.storage.migrate import migrate
from overair.storage.open import DATABASE_FILE, DATABASE_NOTE, database_of
from overair.storage.url import SQLITE
from support.postgresql import cluster, needs_postgresql

DEFAULT: Final = os.environ.get("OVERAIR_TEST_DATABASE", "sqlite")
POSTGRESQL: Final = "postgresql"
KINDS: Final = ("sqlite", pytest.param(POSTGRESQL, marks=needs_postgresql))
"""For ``pytest.fixture(params=KINDS)`` and ``pytest.mark.parametrize``."""
of_a_file: Final = pytest.mark.skipif(
    DEFAULT == POSTGRESQL, reason="about SQLite's file; tests/storage and tests/house have PostgreSQL's own"
)
"""For a test that takes the file away, looks into it or is otherwise about it."""
Row = tuple[Any, ...]


def prepare(directory: Path, kind: str = DEFAULT) -> None:
    """See that a data directory will be opened on a kind of database; one that was used stays as it is."""
    if kind == "sqlite" or (directory / DATABASE_NOTE).exists() or (directory / DATABASE_FILE).exists():
        return
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = directory / DATABASE_NOTE
    note.touch(mode=0o600)
    note.write_text(f"{cluster().database()}\n", encoding="utf-8")


def copied(directory: Path, target: Path) -> Path:
    """A copy of a data directory that nobody uses, with a database of its own."""
    shutil.copytree(directory, target)
    note = target / DATABASE_NOTE
    if note.exists():
        note.write_text(f"{cluster().database(template=database_of(directory))}\n", encoding="utf-8")
    return target


def open_database(directory: Path, kind: str = DEFAULT) -> Database:
    """The database of a directory alone, without blobs or a lock."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepare(directory, kind)
    return storage_open._open_database(directory, database_of(directory))


def prepare_every_directory() -> None:
    """Have whatever this process opens prepared."""
    original = storage_open.database_of

    def prepared(directory: Path) -> str:
        prepare(directory)
        return original(directory)

    storage_open.database_of = prepared


@cache
def migrated_file() -> bytes:
    """A SQLite file with all tables and no rows."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / DATABASE_FILE
        migrate(path)
        return path.read_bytes()


def copy_new_files() -> None:
    """Have what this process opens for the first time begin as a copy: a tenth of a second less each time."""

    def copied(path: Path) -> None:
        if path.stat().st_size:
            migrate(path)
        else:
            path.write_bytes(migrated_file())

    mock.patch.object(sqlite, "migrate", copied).start()


class Outside(Protocol):
    """A connection to a server's database past the server."""

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """One statement with a ? for each parameter, committed; its rows."""

    def version(self) -> object:
        """What differs once somebody else has committed something."""

    def moment(self) -> contextlib.AbstractContextManager[None]:
        """All that is read inside is of one moment."""

    def tables(self) -> list[str]:
        """The names of all tables that hold rows."""

    def close(self) -> None:
        """Let go of it."""


class OutsideSqlite:
    """The file of a data directory."""

    def __init__(self, path: Path) -> None:
        self._connection: Final = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None
        )

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        return self._connection.execute(sql, parameters).fetchall()

    def version(self) -> object:
        return self.rows("PRAGMA data_version")[0][0]

    @contextlib.contextmanager
    def moment(self) -> Iterator[None]:
        self.rows("BEGIN")
        try:
            yield
        finally:
            self.rows("ROLLBACK")

    def tables(self) -> list[str]:
        return [
            name
            for (name,) in self.rows(
                # A virtual table has its rows in others; that of the words cannot be read whole.
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
        ]

    def close(self) -> None:
        self._connection.close()


class OutsidePostgres:
    """A connection with an event loop of its own, so that any test may wait for it."""

    def __init__(self, url: str) -> None:
        self._loop: Final = asyncio.new_event_loop()
        self._thread: Final = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection[asyncpg.Record] = self._wait(
            asyncpg.connect(url, timeout=10, statement_cache_size=0)
        )

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        numbers = itertools.count(1)
        numbered = re.sub(r"\?", lambda _: f"${next(numbers)}", sql)
        return [tuple(row) for row in self._wait(self._connection.fetch(numbered, *parameters))]

    def version(self) -> object:
        return self.rows("SELECT pg_current_wal_insert_lsn()::text")[0][0]

    @contextlib.contextmanager
    def moment(self) -> Iterator[None]:
        self.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            self.rows("ROLLBACK")

    def tables(self) -> list[str]:
        return [name for (name,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]

    def close(self) -> None:
        self._wait(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def connected(directory: Path) -> Outside:
    """A connection to the database of a data directory."""
    url = database_of(directory)
    return OutsideSqlite(directory / DATABASE_FILE) if url == SQLITE else OutsidePostgres(url)


@contextlib.contextmanager
def outside(directory: Path) -> Iterator[Outside]:
    """A connection for a moment."""
    with contextlib.closing(connected(directory)) as database:
        yield database


def execute(directory: Path, sql: str, *parameters: object) -> list[Row]:
    """One statement by hand, a ? for each parameter; its rows."""
    with outside(directory) as database:
        return database.rows(sql, *parameters)


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Somebody else writes all the while, so that a server can only read."""
    with outside(directory) as database:
        if isinstance(database, OutsideSqlite):
            database.rows("BEGIN IMMEDIATE")
        else:
            database.rows("BEGIN")
            database.rows(f"LOCK TABLE {', '.join(database.tables())} IN SHARE MODE")
        yield
        database.rows("ROLLBACK")


@contextlib.contextmanager
def refusing_updates(directory: Path, table: str) -> Iterator[type[Exception]]:
    """A table whose rows cannot be updated for a moment; gives what is raised in the transaction."""
    with outside(directory) as database:
        if isinstance(database, OutsideSqlite):
            database.rows(f"CREATE TRIGGER t BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END")
            refusal: type[Exception] = sqlite3.IntegrityError
            undo = ["DROP TRIGGER t"]
        else:
            database.rows(
                "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$"
            )
            database.rows(f"CREATE TRIGGER t BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION t()")
            refusal = asyncpg.RaiseError
            undo = [f"DROP TRIGGER t ON {table}", "DROP FUNCTION t"]
        yield refusal
        for sql in undo:
            database.rows(sql)
