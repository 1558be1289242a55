"""The data directory and its lock."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from overair.storage.interface import DatabaseUnavailable
from overair.storage.open import DATABASE_FILE, DirectoryInUse, DirectoryLock, open_storage
from support.asynchronous import run


def test_a_data_directory_has_one_user_at_a_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_storage(tmp_path / "data") as storage:
            assert stat.S_IMODE(storage.directory.stat().st_mode) == 0o700
            with pytest.raises(DirectoryInUse):
                open_storage(tmp_path / "data")
            key = storage.blobs.put(b"kept")
        async with open_storage(tmp_path / "data") as storage:
            assert storage.blobs.read(key) == b"kept"

    run(scenario())


def test_the_lock_of_a_process_that_died_is_free(tmp_path: Path) -> None:
    program = "import sys, os; from pathlib import Path; from overair.storage.open import DirectoryLock\n"
    program += "lock = DirectoryLock(Path(sys.argv[1])); print('locked', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        with pytest.raises(DirectoryInUse):
            DirectoryLock(tmp_path)
        process.kill()
    DirectoryLock(tmp_path).release()


def test_a_directory_that_cannot_be_opened_is_not_kept_locked(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(b"no database" * 500)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            open_storage(tmp_path)
