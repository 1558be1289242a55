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
from overair.storage.sqlite import SqliteDatabase

LOCK_FILE: Final = "overair.lock"
DATABASE_FILE: Final = "overair.sqlite3"
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
    database: SqliteDatabase
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


def open_storage(directory: Path | str) -> Storage:
    """Open a data directory, creating it (mode 0700) where there is none.

    Raises DirectoryInUse when a server or another command has it, DatabaseUnavailable when the
    database can't be opened, and OSError when the directory can't be written.
    """
    directory = Path(directory)
    lock = DirectoryLock(directory)
    _warn_if_open(directory)
    try:
        database = SqliteDatabase.open(directory / DATABASE_FILE)
        return Storage(directory, database, FileBlobStore(directory / BLOB_DIRECTORY), lock)
    except BaseException:
        lock.release()
        raise
