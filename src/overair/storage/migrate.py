"""Bringing a database's tables up to date with Alembic.

The revisions are in ``migrations/versions``. A test asserts that they give exactly what the rooms'
``tables.py`` declare; ``python -m overair.storage.migrations "What changes"`` writes the next one.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

BUSY_SECONDS = 60
"""How long a process waits for another one that is migrating the same file."""


def migrate(path: Path) -> None:
    """Bring a SQLite file up to date, in one transaction that keeps every other writer out.

    Raises sqlite3.Error, and alembic's CommandError for a file of a newer Overair.
    """
    if _revision(path) == head():
        return
    engine = _engine(path)
    try:
        with engine.begin() as connection:
            command.upgrade(config(connection), "head")
    except DatabaseError as error:
        raise (error.orig if isinstance(error.orig, sqlite3.Error) else error) from error
    finally:
        engine.dispose()


@cache
def head() -> str | None:
    """The newest revision of this Overair."""
    return ScriptDirectory.from_config(config(None)).get_current_head()


def config(connection: Connection | None) -> Config:
    """Alembic's configuration, without a file, for a connection whose transaction is under way."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _revision(path: Path) -> str | None:
    """The revision of a file; None for an empty one."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        row = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        if row is None:
            return None
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(version[0]) if version else None
    finally:
        connection.close()


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        # The driver would begin transactions by itself, and none before CREATE TABLE.
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
