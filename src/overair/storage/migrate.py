"""Bringing a database's tables up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine

from overair.storage.schema import metadata


def migrate(path: Path) -> None:
    """Create in a SQLite file the tables that it lacks."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        metadata.create_all(engine)
    finally:
        engine.dispose()
