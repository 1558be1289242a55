"""Message bytes in files, named by what they hold."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Final

import structlog

from overair.sockets import EXHAUSTED

log = structlog.get_logger(__name__)

KEY: Final = re.compile(r"[0-9a-f]{64}")
GRACE_SECONDS: Final = 3600
"""Younger files are kept: a row that names them may be about to be written."""


def key_of(data: bytes) -> str:
    """The key of bytes in every store."""
    return blake2b(data, digest_size=32).hexdigest()


class FileBlobStore:
    """A directory of files as storage.interface.BlobStore; the same bytes are kept once.

    Methods wait for the disk: call them from a thread where that matters.
    """

    def __init__(self, path: Path | str) -> None:
        self.path: Final = Path(path)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock: Final = threading.Lock()
        self._directory: Final = self._identity()

    def put(self, data: bytes) -> str:
        """Bring bytes durably to disk; returns their key. Raises OSError when the disk does not take them."""
        self._require_directory()
        key = key_of(data)
        path = self._path(key)
        if not self._renew(path):
            self._write(path, data)
        # A file that another thread is bringing in may have its name in memory only.
        _sync_directory(path.parent)
        return key

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """The bytes, or ``length`` of them from ``offset``.

        Raises KeyError for a key whose bytes are not to be had, OSError when none are, for now.
        """
        if KEY.fullmatch(key) is None:
            raise KeyError(key)
        try:
            with self._path(key).open("rb") as file:
                if offset:
                    file.seek(offset)
                return file.read(-1 if length is None else length)
        except FileNotFoundError:
            self._require_directory()
            raise KeyError(key) from None
        except OSError as error:
            if error.errno in EXHAUSTED:
                raise
            self._require_directory()
            log.error("a message's file cannot be read", file=str(self._path(key)), error=error.strerror)
            raise KeyError(key) from error

    def _identity(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_dev, found.st_ino

    def _require_directory(self) -> None:
        """Raise OSError where the directory has gone, as one that is mounted may."""
        if self._identity() != self._directory:
            raise OSError(errno.ESTALE, "another directory than at the start", str(self.path))

    def collect(self, referenced: Iterable[str]) -> int:
        """Remove the files that no key in ``referenced`` names; returns how many went.

        Files younger than an hour stay: their rows may not have been written when ``referenced``
        was made.
        """
        kept = set(referenced)
        oldest = time.time() - GRACE_SECONDS
        removed = 0
        for path in self.path.glob("??/*"):
            if path.name not in kept:
                removed += self._remove_if_older(path, oldest)
        if removed:
            log.info("removed blobs that nothing refers to", files=removed)
        return removed

    def _path(self, key: str) -> Path:
        return self.path / key[:2] / key

    def _renew(self, path: Path) -> bool:
        """Whether the file is there; it then counts as new for ``collect``."""
        with self._lock:
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
            return True

    def _write(self, path: Path, data: bytes) -> None:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_directory(self.path)
        descriptor, temporary = tempfile.mkstemp(prefix=".", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).rename(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _remove_if_older(self, path: Path, oldest: float) -> bool:
        with self._lock:
            try:
                if path.stat().st_mtime >= oldest:
                    return False
                path.unlink()
            except FileNotFoundError:
                return False
            return True


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
