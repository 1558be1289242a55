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


class UnknownRevision(Exception):
    """The database, or who asks, names a revision that this Overair does not have: it is of a newer one."""


def migrate(path: Path, revision: str = "head") -> None:
    """Bring a SQLite file to a revision, in one transaction that keeps every other writer out.

    ``revision`` is a number such as "0003", "head" or "base". Raises sqlite3.Error, UnknownRevision.
    """
    back = leads_back(revision_of(path), revision)
    if back is None:
        return
    engine = _engine(path)
    try:
        with engine.begin() as connection:
            (command.downgrade if back else command.upgrade)(config(connection), revision)
    except DatabaseError as error:
        raise (error.orig if isinstance(error.orig, sqlite3.Error) else error) from error
    finally:
        engine.dispose()


@cache
def head() -> str | None:
    """The newest revision of this Overair."""
    return ScriptDirectory.from_config(config(None)).get_current_head()


def leads_back(current: str | None, wanted: str) -> bool | None:
    """Whether the way from a database's revision to another one leads back; None where there is none.

    Raises UnknownRevision.
    """
    known = _revisions()
    if current is not None and current not in known:
        raise UnknownRevision(f"its tables are of a newer Overair (revision {current}; known is {head()})")
    if wanted not in known | {"head", "base"}:
        raise UnknownRevision(f"there is no revision {wanted}; the newest is {head()}")
    target = {"head": head(), "base": None}.get(wanted, wanted)
    if current == target:
        return None
    return (current or "") > (target or "")


@cache
def _revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(config(None)).walk_revisions())


def config(connection: Connection | None) -> Config:
    """Alembic's configuration, without a file, for a connection whose transaction is under way."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def revision_of(path: Path) -> str | None:
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
