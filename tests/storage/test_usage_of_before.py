"""A store that counted nothing and found no contacts by their addresses does so after its migration."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from mailboxes.test_usage import contact, draft, event, letter
from overair.items import Contact, Item
from overair.mailboxes.embedded import EmbeddedMailbox, create_mailbox
from overair.mailboxes.embedded.tables import item_keys, items
from overair.mailboxes.embedded.usage import usages
from overair.mailboxes.interface import FolderType, Session
from overair.storage.blobs import FileBlobStore
from overair.storage.interface import Row, Statement, Transaction
from overair.storage.migrate import migrate
from overair.storage.open import DATABASE_FILE, database_of
from overair.storage.postgresql_migrate import migrate as migrate_postgresql
from overair.storage.url import SQLITE
from support.asynchronous import run
from support.databases import KINDS, open_database

KEPT = [letter(1234), letter(5), draft(77), contact(300), event(4000), Contact(email1_address="no address")]
PEOPLE = [
    Contact(email1_address="Ada@Example.NET", email3_address='"Ada" <ada@home.example>'),
    Contact(email2_address="ada@example.net", email3_address="ADA@EXAMPLE.NET"),
]
SIZES = Statement(select(items.c.id, items.c.size).order_by(items.c.id))
KEYS = Statement(
    select(item_keys.c.name, item_keys.c.item_id).order_by(item_keys.c.name, item_keys.c.item_id)
)


async def seen(directory: Path, kind: str, fill: bool) -> tuple[object, list[Row], list[Row]]:
    """What every mailbox holds, what each item counts, and the contacts' keys."""
    database = open_database(directory, kind)

    async def add(session: Session) -> None:
        folder = await session.folder_of_type(FolderType.CONTACTS)
        everything: list[Item] = [*KEPT, *PEOPLE]
        for item in everything:
            await session.add(folder.folder_id, item)

    async def look(transaction: Transaction) -> tuple[object, list[Row], list[Row]]:
        keys = [row for row in await transaction.all(KEYS) if row[0].startswith("email:")]
        return await usages(transaction), await transaction.all(SIZES), keys

    try:
        if fill:
            for account in (1, 2):
                await database.write(lambda transaction, one=account: create_mailbox(transaction, one))  # type: ignore[misc]
            mailbox = EmbeddedMailbox(1, database, FileBlobStore(directory / "blobs"))
            await mailbox.transact(add)
        return await database.read(look)
    finally:
        await database.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_there_is_counted_and_found(tmp_path: Path, kind: str) -> None:
    before = run(seen(tmp_path, kind, fill=True))
    assert [name for name, _ in before[2]] == [
        "email:ada@example.net",
        "email:ada@example.net",
        "email:ada@home.example",
    ]
    if database_of(tmp_path) == SQLITE:
        migrate(tmp_path / DATABASE_FILE, "0005")
    else:
        migrate_postgresql(database_of(tmp_path), "0005")
    assert run(seen(tmp_path, kind, fill=False)) == before
