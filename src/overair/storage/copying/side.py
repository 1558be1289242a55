"""What one end of a copy can do, whichever database it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Table

from overair.storage.interface import Transaction

BATCH: Final = 500
"""Rows on their way at a time; a row may hold a large item."""


class CopyRefused(Exception):
    """The copy cannot be made, or was not what it was copied from; the message is one line."""


class Side(Protocol):
    """A database in one transaction, from the opening to ``finish`` or ``close``."""

    async def count(self, table: Table) -> int:
        """How many rows a table has."""

    def rows(self, table: Table) -> AsyncIterator[list[tuple[Any, ...]]]:
        """All rows of a table, in batches, with their columns in the order of the declaration."""

    async def put(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows."""

    async def last_number(self, table: Table) -> int:
        """The highest number that a numbered table has given to a row, also to one that is gone."""

    async def go_on_after(self, table: Table, number: int) -> None:
        """Have the next row of a numbered table get a higher number."""

    def transaction(self) -> Transaction:
        """The transaction that is under way, for work of other rooms in it."""

    async def finish(self) -> None:
        """Commit. Raises CopyRefused where a row refers to one that is not there."""

    async def close(self) -> None:
        """Let go of the database; what was not finished is undone."""


def names(table: Table) -> list[str]:
    """The columns of a table as they are copied."""
    return [column.name for column in table.columns]


def selection(table: Table) -> str:
    """The query for all rows."""
    columns = ", ".join(f'"{name}"' for name in names(table))
    return f'SELECT {columns} FROM "{table.name}"'  # noqa: S608  # names of our own


def numbering(table: Table) -> str | None:
    """The column by which the database numbers a table's rows; None for a table that it does not number."""
    column = table.autoincrement_column
    return None if column is None else column.name
