"""The rows of the database that are one account's."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Column, Table

from overair.storage.migrations.__main__ import import_every_table
from overair.storage.schema import metadata
from support.databases import outside

import_every_table()

ACCOUNT: Final = "account_id"
NOBODYS: Final = frozenset({"search_backlog"})
"""Tables whose rows belong to no account."""

Rows = dict[str, list[tuple[object, ...]]]


def owner_columns(table: Table) -> tuple[Column[object], ...] | None:
    """The columns that lead from a row to its account; None where there are none.

    The last is an ``account_id``, those before it refer to a row that leads on.
    """
    if table.name in NOBODYS:
        return ()
    if ACCOUNT in table.c:
        return (table.c[ACCOUNT],)
    for column in table.c:
        for key in column.foreign_keys:
            further = owner_columns(key.column.table)
            if further:
                return (column, *further)
    return None


def rows_of(data_dir: Path, account_id: int) -> Rows:
    """Every row of every table that is an account's."""
    with outside(data_dir) as database:
        return {
            table.name: sorted(database.rows(_selection(table), account_id), key=repr)
            for table in metadata.tables.values()
            if owner_columns(table)
        }


def _selection(table: Table) -> str:
    columns = owner_columns(table)
    assert columns
    condition = f"{columns[-1].name} = ?"
    for column in reversed(columns[:-1]):
        (key,) = column.foreign_keys
        parent = key.column.table.name
        condition = f'{column.name} IN (SELECT {key.column.name} FROM "{parent}" WHERE {condition})'
    return f'SELECT * FROM "{table.name}" WHERE {condition}'
