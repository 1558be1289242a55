"""The data directory: its database, its blobs and the lock that keeps a second process out."""

from __future__ import annotations

import fcntl
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import structlog

from overair.storage.blobs import FileBlobStore
from overair.storage.interface import Database, DatabaseUnavailable
from overair.storage.sqlite import SqliteDatabase
from overair.storage.url import SQLITE, described, is_postgresql

LOCK_FILE: Final = "overair.lock"
DATABASE_FILE: Final = "overair.sqlite3"
DATABASE_NOTE: Final = "overair.database"
"""Names the PostgreSQL database that belongs to the directory, without a password."""
BLOB_DIRECTORY: Final = "blobs"
OTHERS: Final = 0o077

log = structlog.get_logger(__name__)


class DirectoryInUse(Exception):
    """Another process, mostly a running server, has the data directory."""


class DirectoryLock:
    """The right to open a data directory; the kernel takes it back when the process ends."""

    def __init__(self, directory: Path) -> None:
        """Take the lock. Raises DirectoryInUse, and OSError where the directory can't be written."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise DirectoryInUse(f"{directory} is in use by another process") from None

    def release(self) -> None:
        """Give the directory back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@dataclass(slots=True)
class Storage:
    """What a data directory holds, open."""

    directory: Path
    database: Database
    blobs: FileBlobStore
    lock: DirectoryLock

    async def close(self) -> None:
        """Finish what runs, close the files and give the directory back."""
        await self.database.close()
        self.lock.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _warn_if_open(directory: Path) -> None:
    """Say in one line when others may enter the directory, and what is open to them there."""
    mode = stat.S_IMODE(directory.stat().st_mode)
    if not mode & OTHERS:
        return
    entries = ((path.name, path.lstat().st_mode) for path in sorted(directory.iterdir()))
    files = [name for name, kind in entries if kind & OTHERS and (stat.S_ISREG(kind) or stat.S_ISDIR(kind))]
    log.warning(
        "the data directory is open to others",
        directory=str(directory),
        mode=f"{mode:04o}",
        open_files=files,
        remedy=f"chmod -R go= {directory}",
    )


def open_storage(directory: Path | str, url: str = "") -> Storage:
    """Open a data directory, creating it (mode 0700) where there is none.

    ``url`` is that of a PostgreSQL database, or ``SQLITE``; without one the directory is opened with
    the database with which it was opened last, at first SQLite.

    Raises DirectoryInUse when a server or another command has it, DatabaseUnavailable when the
    database can't be opened, and OSError when the directory can't be written.
    """
    directory = Path(directory)
    lock = DirectoryLock(directory)
    _warn_if_open(directory)
    try:
        database = _open_database(directory, url or database_of(directory))
        return Storage(directory, database, FileBlobStore(directory / BLOB_DIRECTORY), lock)
    except BaseException:
        lock.release()
        raise


def database_of(directory: Path) -> str:
    """The database with which a directory was opened last: a URL or SQLITE."""
    try:
        return (directory / DATABASE_NOTE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return SQLITE


def _open_database(directory: Path, url: str) -> Database:
    if not is_postgresql(url):
        database = SqliteDatabase.open(directory / DATABASE_FILE)
        (directory / DATABASE_NOTE).unlink(missing_ok=True)
        return database
    # The driver and what comes with it take memory, which a server on SQLite need not spend.
    from overair.storage.postgresql import PostgresDatabase
    from overair.storage.postgresql_migrate import is_new

    if _holds_mail(directory) and is_new(url):
        # Nothing would refer to the mail there, and what nothing refers to is removed.
        raise DatabaseUnavailable(
            f"{described(url)} is empty, but {directory} holds the mail of another database: "
            "copy that one with `overair store copy`, or take a new data directory"
        )
    opened = PostgresDatabase.open(url)
    _note(directory, url)
    return opened


def _holds_mail(directory: Path) -> bool:
    return any((directory / BLOB_DIRECTORY).glob("??/*"))


def _note(directory: Path, url: str) -> None:
    """Keep which database belongs to the directory, for commands that no settings tell it."""
    if database_of(directory) != (shown := described(url)):
        path = directory / DATABASE_NOTE
        path.touch(mode=0o600)
        path.write_text(f"{shown}\n", encoding="utf-8")
