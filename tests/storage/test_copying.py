"""`overair store copy` and `overair store migrate`: the same store in another database, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from overair.directory.tables import users
from overair.mailboxes.embedded import EmbeddedMailbox
from overair.mailboxes.interface import FolderType, Session
from overair.server.store_copy import (
    Copied,
    CopyFailed,
    Place,
    copy_store,
    migrate_store,
    place_of,
    target_of,
)
from overair.storage.interface import Statement
from overair.storage.migrate import head, revision_of
from overair.storage.open import BLOB_DIRECTORY, DATABASE_FILE, DATABASE_NOTE, DirectoryLock, open_storage
from overair.storage.schema import metadata
from overair.storage.url import SQLITE
from support.asynchronous import run
from support.command import done, overair
from support.databases import OutsidePostgres, OutsideSqlite
from support.postgresql import cluster, needs_postgresql, query
from sync.world import contact, mime, world

FIRST = Statement(select(func.min(users.c.account_id)))
REMADE = ("search_documents", "search_terms", "search_backlog")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A store on SQLite with two accounts, a device, mail, contacts, and numbers that are not used again."""
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    (directory / DATABASE_NOTE).write_text(SQLITE)

    async def work() -> None:
        async with world(directory, listed=True) as there:
            contacts = await there.folder(FolderType.CONTACTS)
            for name in ("Ada", "Émile", "Zoë"):
                last = await there.add(contacts, contact(name))
            await there.do(lambda session: session.remove(contacts.folder_id, last.item_id))
            await there.partner()
            for number in range(3):
                await there.deliver(mime(f"letter {number}"))

    run(work())
    return directory


def everything(url: str, directory: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a copy brings over."""
    outside = OutsideSqlite(directory / DATABASE_FILE) if url == SQLITE else OutsidePostgres(url)
    try:
        found = {}
        for name, table in metadata.tables.items():
            if name not in REMADE:
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                found[name] = sorted(outside.rows(f'SELECT {columns} FROM "{name}"'), key=repr)
        return found
    finally:
        outside.close()


def copy(source: Place, target: Place, *, replace: bool = False) -> Copied:
    return run(copy_store(source, target, replace=replace, expect=lambda *_: None, file=len_of, row=len_of))


def len_of(count: int) -> int:
    """Progress that nobody watches."""
    return count


def added(directory: Path, url: str) -> str:
    """The id of a contact that is added to a store."""

    async def work() -> str:
        async with open_storage(directory, url) as storage:
            [(account,)] = await storage.database.read(lambda transaction: transaction.all(FIRST))
            mailbox = EmbeddedMailbox(account, storage.database, storage.blobs)

            async def add(session: Session) -> str:
                folder = await session.folder_of_type(FolderType.CONTACTS)
                return (await session.add(folder.folder_id, contact("New"))).item_id

            return await mailbox.transact(add)

    return run(work())


@needs_postgresql
def test_a_store_goes_to_postgresql_and_back(directory: Path, tmp_path: Path) -> None:
    before = everything(SQLITE, directory)
    assert before["items"]
    assert before["partnership"]
    url = cluster().database(empty=True)
    told = json.loads(done("store", "copy", "--data-dir", directory, "--to", url, "--json"))
    assert told["rows"] == sum(map(len, before.values()))
    assert told["files"] == 0
    assert everything(url, directory) == before

    back = tmp_path / "back"
    said = overair("store", "copy", "--from", url, "--data-dir", directory, "--to", back)
    assert said.returncode == 0, said.stderr
    assert 'url = "sqlite:"' in said.stdout
    assert "100%" in said.stderr or f"{told['rows']}/{told['rows']}" in said.stderr
    assert everything(SQLITE, back) == before
    assert {path.name for path in (back / BLOB_DIRECTORY).glob("??/*")} == {
        path.name for path in (directory / BLOB_DIRECTORY).glob("??/*")
    }
    # No store gives the number of the contact that is gone, or one that is in use, to a new one.
    ids = [int(added(directory, SQLITE).partition(":")[2])]
    ids += [int(added(directory, url).partition(":")[2]), int(added(back, SQLITE).partition(":")[2])]
    assert ids[0] == ids[1] == ids[2] > max(row[0] for row in before["items"])
    [(_, last)] = query(url, "SELECT after, last FROM search_backlog")
    assert last == max(row[0] for row in before["items"])


@needs_postgresql
def test_a_target_with_rows_is_left_alone_unless_told(directory: Path) -> None:
    source, target = place_of(str(directory), directory), place_of(cluster().database(), directory)
    copy(source, target)
    query(target.url, "DELETE FROM items")
    with pytest.raises(CopyFailed, match=r"not empty .* --replace"):
        copy(source, target)
    assert query(target.url, "SELECT count(*) FROM items") == [(0,)]
    copy(source, target, replace=True)
    assert everything(target.url, directory) == everything(SQLITE, directory)


@needs_postgresql
def test_a_copy_that_fails_leaves_nothing(directory: Path) -> None:
    source, target = place_of(str(directory), directory), place_of(cluster().database(), directory)
    query(target.url, "ALTER TABLE journal ADD CONSTRAINT short CHECK (modseq < 3)")
    with pytest.raises(CopyFailed, match="short"):
        copy(source, target)
    assert all(not rows for rows in everything(target.url, directory).values())


@needs_postgresql
def test_a_store_that_is_served_is_not_copied(directory: Path) -> None:
    source, target = place_of(str(directory), directory), place_of(cluster().database(), directory)
    lock = DirectoryLock(directory)
    try:
        with pytest.raises(CopyFailed, match="in use"):
            copy(source, target)
    finally:
        lock.release()


def test_what_cannot_be_copied_is_said_in_a_line(directory: Path, tmp_path: Path) -> None:
    source = place_of(str(directory), directory)
    (tmp_path / "file").touch()
    for one, other, said in [
        (source, target_of(str(tmp_path / "file"), directory), "file"),
        (Place(SQLITE, tmp_path / "nowhere"), source, "there is no store in"),
        (source, target_of(str(directory), directory), "cannot be copied to itself"),
        (source, Place("postgresql://127.0.0.1:1/none", directory), "no server answers"),
    ]:
        with pytest.raises(CopyFailed, match=said) as failed:
            copy(one, other)
        assert "\n" not in str(failed.value)
    assert not (tmp_path / "nowhere").exists()


def test_what_is_neither_a_url_nor_a_directory_is_no_place(tmp_path: Path) -> None:
    for place in (place_of, target_of):
        with pytest.raises(CopyFailed, match="a postgresql:// URL or a data directory"):
            place("mysql://db/overair", tmp_path)


def test_no_store_is_made_by_migrating_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CopyFailed, match="there is no store in"):
        migrate_store(Place(SQLITE, tmp_path / "nowhere"), "head")
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_message_file_is_not_copied(directory: Path, tmp_path: Path) -> None:
    [path, *_] = (directory / BLOB_DIRECTORY).glob("??/*")
    path.write_bytes(b"something else")
    with pytest.raises(CopyFailed, match="damaged"):
        copy(place_of(str(directory), directory), target_of(str(tmp_path / "copy"), directory))
    assert everything(SQLITE, tmp_path / "copy")["items"] == []


def test_tables_go_back_and_forward(directory: Path) -> None:
    file = directory / DATABASE_FILE
    done("store", "migrate", "--data-dir", directory, "--to", "0002")
    assert revision_of(file) == "0002"
    migrate_store(place_of(str(directory), directory), "head")
    assert revision_of(file) == head()
    with pytest.raises(CopyFailed, match="9999"):
        migrate_store(place_of(str(directory), directory), "9999")
