"""The one description of the database's tables.

Each room declares its tables in its own ``tables.py`` with this MetaData. Hot tables, those on the
way of a Sync, hold only Integer, BigInteger, Text and LargeBinary, so that no driver needs a value
converted on the way in or out.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Integer, MetaData

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RowNumber: Final = BigInteger().with_variant(Integer(), "sqlite")
"""The type of a generated primary key: 64 bits everywhere; only INTEGER numbers itself in SQLite."""

INDEX_TABLES: Final = "full_text"
"""How the tables begin that are each database's own, for which SQLAlchemy has no word."""


def is_declared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table of a database is one of those that are declared (Alembic's ``include_name``)."""
    return kind != "table" or not (name or "").startswith(INDEX_TABLES)
