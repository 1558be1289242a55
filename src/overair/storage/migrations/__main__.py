"""Write the revision that leads from the newest one to the tables as they are declared now."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

import overair
from overair.storage.migrate import config, head, migrate


def import_every_table() -> None:
    """Import every module of the program that declares tables."""
    for module in pkgutil.walk_packages(overair.__path__, "overair."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)


def main() -> None:
    """Compare a migrated database with the declared tables and write what differs."""
    if len(sys.argv) != 2:
        sys.exit('usage: python -m overair.storage.migrations "What the revision changes"')
    import_every_table()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "empty.sqlite3"
        if head() is not None:
            migrate(path)
        with create_engine(f"sqlite:///{path}").connect() as connection:
            number = f"{int(head() or 0) + 1:04}"
            command.revision(config(connection), sys.argv[1], autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main()
