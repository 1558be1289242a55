"""The revisions give exactly what the rooms declare."""

from __future__ import annotations

import re
import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from overair.storage.interface import DatabaseUnavailable
from overair.storage.migrate import head, migrate
from overair.storage.migrations.__main__ import import_every_table
from overair.storage.schema import is_declared, metadata
from overair.storage.sqlite import SqliteDatabase

import_every_table()


def schema(path: Path) -> dict[str, str]:
    """The statements that SQLite keeps of its tables and indexes, without what is only layout."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
        )
        return {name: in_any_order(re.sub(r"\s+", " ", sql).replace('"', "")) for name, sql in rows}


def in_any_order(sql: str) -> str:
    """A statement with its columns and constraints sorted: one that is added stands behind the others."""
    head, _, rest = sql.partition("(")
    body, _, tail = rest.rpartition(")")
    parts = (part.strip() for part in re.split(r",(?![^(]*\))", body))
    return f"{head.strip()}({', '.join(sorted(parts))}){tail.strip()}"


def test_a_migrated_file_is_what_is_declared(tmp_path: Path) -> None:
    migrate(tmp_path / "migrated")
    engine = create_engine(f"sqlite:///{tmp_path / 'created'}")
    metadata.create_all(engine)
    engine.dispose()
    assert schema(tmp_path / "migrated") == schema(tmp_path / "created")
    with create_engine(f"sqlite:///{tmp_path / 'migrated'}").connect() as connection:
        assert (
            compare_metadata(
                MigrationContext.configure(connection, opts={"include_name": is_declared}), metadata
            )
            == []
        )


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    migrate(tmp_path / "db")
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("INSERT INTO mailboxes VALUES (1, 1)")
    connection.close()
    before = (tmp_path / "db").read_bytes()
    migrate(tmp_path / "db")
    assert (tmp_path / "db").read_bytes() == before


def test_several_may_migrate_at_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            migrate(tmp_path / "db")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with sqlite3.connect(tmp_path / "db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(head(),)]


def test_a_file_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    migrate(tmp_path / "db")
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnavailable, match="9999"):
        SqliteDatabase.open(tmp_path / "db")
