"""Copies of whole stores, and older or newer revisions of their tables, while no server runs."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import asyncpg
import msgspec
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from overair.mailboxes.embedded.search.upkeep import NOT_COPIED, index_everything
from overair.server.settings import SettingsError, load
from overair.storage import migrate as sqlite_migrate
from overair.storage import postgresql_migrate
from overair.storage.copying.copy import Progress, blob_files, copied_tables, copy_blobs, copy_rows, total
from overair.storage.copying.postgresql_side import PostgresSide
from overair.storage.copying.side import CopyRefused, Side
from overair.storage.copying.sqlite_side import SqliteSide
from overair.storage.interface import DatabaseUnavailable
from overair.storage.migrate import UnknownRevision
from overair.storage.migrations.__main__ import import_every_table
from overair.storage.open import BLOB_DIRECTORY, DATABASE_FILE, DirectoryInUse, DirectoryLock, database_of
from overair.storage.url import SQLITE, described, is_postgresql

FAILURES: Final = (
    CopyRefused,
    DatabaseUnavailable,
    DirectoryInUse,
    OSError,
    SQLAlchemyError,
    CommandError,
    SettingsError,
    UnknownRevision,
    asyncpg.InterfaceError,
    asyncpg.PostgresError,
    sqlite3.Error,
)


class CopyFailed(Exception):
    """It was not done; the message is one line."""


class Place(msgspec.Struct, frozen=True):
    """A store: its database and the data directory with its blobs."""

    url: str
    directory: Path

    @property
    def shown(self) -> str:
        """How the database is named to people."""
        return described(self.url) if is_postgresql(self.url) else str(self.directory / DATABASE_FILE)


class Copied(msgspec.Struct, frozen=True):
    """What was copied, and what the setting database.url names from now on."""

    rows: int
    files: int
    target: str
    url: str


def place_of(text: str, directory: Path) -> Place:
    """The store that a URL names, with its blobs in ``directory``, or the one of a data directory.

    Raises CopyFailed.
    """
    if _is_url(text):
        return Place(text, directory)
    try:
        return Place(load(data_dir=text).database.url or database_of(Path(text)), Path(text))
    except FAILURES as error:
        raise CopyFailed(_said(error)) from error


def target_of(text: str, directory: Path) -> Place:
    """As ``place_of``, but a directory is to become a store on SQLite, whatever it was used with."""
    return Place(text, directory) if _is_url(text) else Place(SQLITE, Path(text))


def _is_url(text: str) -> bool:
    """Whether a place is a URL. Raises CopyFailed for one of another kind."""
    if is_postgresql(text):
        return True
    if "://" in text:
        raise CopyFailed("a place is a postgresql:// URL or a data directory")
    return False


async def copy_store(
    source: Place,
    target: Place,
    *,
    replace: bool,
    expect: Callable[[int, int], None],
    file: Progress,
    row: Progress,
) -> Copied:
    """Copy a store.

    ``expect`` is told how many files and rows there will be, ``file`` and ``row`` of each that was
    copied. Either all rows are there in the end or none. Raises CopyFailed.
    """
    import_every_table()
    tables = copied_tables(NOT_COPIED)
    try:
        _require(source)
        with _locked(source.directory, target.directory):
            if source.url == target.url and source.directory == target.directory:
                raise CopyRefused(f"{source.shown} cannot be copied to itself")
            async with _opened(source) as here, _opened(target, empty=replace) as there:
                apart = source.directory.resolve() != target.directory.resolve()
                files = blob_files(source.directory / BLOB_DIRECTORY) if apart else []
                expect(len(files), await total(here, tables))
                # The blobs are there before the rows that name them.
                brought = copy_blobs(files, target.directory / BLOB_DIRECTORY, file) if files else 0
                copied = await copy_rows(here, there, tables, row)
                await index_everything(there.transaction())
                await there.finish()
    except FAILURES as error:
        raise CopyFailed(_said(error)) from error
    return Copied(
        copied, brought, target.shown, described(target.url) if is_postgresql(target.url) else SQLITE
    )


def migrate_store(place: Place, revision: str) -> None:
    """Bring a store's tables to a revision, forward or back. Raises CopyFailed."""
    try:
        _require(place)
        with _locked(place.directory):
            if is_postgresql(place.url):
                postgresql_migrate.migrate(place.url, revision)
            else:
                sqlite_migrate.migrate(place.directory / DATABASE_FILE, revision)
    except FAILURES as error:
        raise CopyFailed(_said(error)) from error


def _require(place: Place) -> None:
    """Refuse a directory without a store, before a lock is put there."""
    if not is_postgresql(place.url) and not (place.directory / DATABASE_FILE).exists():
        raise CopyRefused(f"there is no store in {place.directory}")


@asynccontextmanager
async def _opened(place: Place, *, empty: bool = False) -> AsyncIterator[Side]:
    side: Side
    if is_postgresql(place.url):
        side = await PostgresSide.open(place.url, empty=empty)
    else:
        side = SqliteSide.open(place.directory / DATABASE_FILE, empty=empty)
    try:
        yield side
    finally:
        await side.close()


@contextmanager
def _locked(*directories: Path) -> Iterator[None]:
    """The right to the data directories, each of them once."""
    with ExitStack() as stack:
        for directory in {directory.resolve(): directory for directory in directories}.values():
            stack.callback(DirectoryLock(directory).release)
        yield


def _said(error: BaseException) -> str:
    """An error in one line; the details of a PostgresError would repeat what is stored."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error.args[0] if error.args else type(error).__name__)
    if isinstance(error, OSError):
        return f"{error.filename or 'the store'}: {error.strerror or error}"
    return str(error).partition("\n")[0]
