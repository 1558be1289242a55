"""Every revision, back and forward, on both databases, with rows in every table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, LargeBinary, Table

from overair.items import Contact
from overair.mailboxes.interface import FolderType
from overair.server.store_copy import migrate_store, place_of
from overair.storage.migrate import head
from overair.storage.migrations.__main__ import import_every_table
from overair.storage.open import open_storage
from overair.storage.schema import metadata
from support.asynchronous import run
from support.databases import KINDS, Outside, outside, prepare
from sync.world import mime, world

import_every_table()

FIRST = 1
ADDRESS = "ada@example.net"
LOST = {
    "intents",
    "invitations",
    "upstream_folders",
    "upstream_items",
    "automatic_reply",
    "conversation_rules",
    "out_of_office",
    "out_of_office_told",
    "send_rights",
    "sent_mail",
    "search_documents",
    "search_terms",
    "search_backlog",
}
"""Tables for which the first revision has no place; those of search are filled again by the server."""
CHANGED = {("mailbox_usage", "quota")} | {
    ("outgoing_recipient", name) for name in ("number", "status", "answer")
}
"""Columns of the others for which it has none."""


@pytest.fixture(params=KINDS)
def directory(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A store with accounts, a device, mail and contacts, and something in every other table, too."""
    directory = tmp_path / "data"
    prepare(directory, request.param)

    async def work() -> None:
        async with world(directory, listed=True) as there:
            contacts = await there.folder(FolderType.CONTACTS)
            for name in ("Ada", "Zoë\x00"):
                await there.add(contacts, Contact(file_as=name, email1_address=f"{name} <{ADDRESS}>"))
            await there.partner()
            for number in range(2):
                await there.deliver(mime(f"letter {number}"))

    run(work())
    with outside(directory) as database:
        for table in metadata.sorted_tables:
            if not database.rows(f'SELECT 1 FROM "{table.name}" LIMIT 1'):
                fill(database, table)
    return directory


def fill(database: Outside, table: Table) -> None:
    """Put one row into a table whose columns need not mean anything."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.foreign_keys:
            [key] = column.foreign_keys
            [(row[column.name],)] = database.rows(
                f'SELECT min("{key.column.name}") FROM "{key.column.table.name}"'
            )
        elif isinstance(column.type, Integer):
            row[column.name] = int(column.primary_key)
        else:
            row[column.name] = b"{}" if isinstance(column.type, LargeBinary) else "x"
    names = ", ".join(f'"{name}"' for name in row)
    database.rows(f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(row))})', *row.values())


def rows(directory: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a store holds and an older one can hold, too."""
    with outside(directory) as database:
        found = {}
        for name, table in metadata.tables.items():
            columns = [f'"{column.name}"' for column in table.columns if (name, column.name) not in CHANGED]
            kept = database.rows(f'SELECT {", ".join(columns)} FROM "{name}"')
            assert kept or name in LOST, f"{name} is empty"
            if name not in LOST:
                found[name] = sorted(kept, key=repr)
        return found


def test_every_revision_keeps_what_it_has_a_place_for(directory: Path) -> None:
    before = rows(directory)
    place = place_of(str(directory), directory)
    last = int(head() or 0)
    for number in (*range(last - 1, FIRST - 1, -1), *range(FIRST + 1, last + 1)):
        migrate_store(place, f"{number:04}")
    assert rows(directory) == before


def test_a_store_of_the_first_release_is_opened(directory: Path) -> None:
    before = rows(directory)
    migrate_store(place_of(str(directory), directory), f"{FIRST:04}")
    run(open_storage(directory).close())
    assert rows(directory) == before
