"""Message bytes in files."""

from __future__ import annotations

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from overair.storage.blobs import FileBlobStore


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


def files(blobs: FileBlobStore) -> list[Path]:
    return [path for path in blobs.path.rglob("*") if path.is_file()]


def age(blobs: FileBlobStore, seconds: float) -> None:
    for path in files(blobs):
        os.utime(path, (time.time() - seconds,) * 2)


def test_bytes_come_back_whole_and_in_ranges(blobs: FileBlobStore) -> None:
    data = os.urandom(10_000)
    key = blobs.put(data)
    assert blobs.read(key) == data
    assert blobs.read(key, 5) == data[5:]
    assert blobs.read(key, 5, 10) == data[5:15]
    assert blobs.read(key, 9_995, 10) == data[9_995:]
    assert blobs.read(key, 20_000) == b""
    assert blobs.read(blobs.put(b"")) == b""


def test_the_same_bytes_are_kept_once(blobs: FileBlobStore) -> None:
    with ThreadPoolExecutor(8) as executor:
        keys = set(executor.map(blobs.put, [b"the same"] * 40))
    assert len(keys) == 1
    assert len(files(blobs)) == 1


@pytest.mark.parametrize("key", ["", "x", "0" * 64, "../" * 5 + "etc/passwd", "0" * 63 + "/", "A" * 64])
def test_unknown_keys_are_refused(blobs: FileBlobStore, key: str) -> None:
    with pytest.raises(KeyError):
        blobs.read(key)


def test_files_are_for_their_owner_alone(blobs: FileBlobStore) -> None:
    blobs.put(b"private")
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(blobs)} == {0o600}
    folders = [blobs.path, *(path for path in blobs.path.iterdir() if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_what_nothing_names_goes_when_it_is_an_hour_old(blobs: FileBlobStore) -> None:
    kept, gone = blobs.put(b"kept"), blobs.put(b"gone")
    assert blobs.collect([kept]) == 0, "they are young"
    age(blobs, 3_700)
    renewed = blobs.put(b"renewed")
    age(blobs, 3_700)
    blobs.put(b"renewed")
    assert blobs.collect([kept]) == 1
    assert (blobs.read(kept), blobs.read(renewed)) == (b"kept", b"renewed")
    with pytest.raises(KeyError):
        blobs.read(gone)


def test_a_write_that_was_cut_off_leaves_nothing_for_long(blobs: FileBlobStore) -> None:
    blobs.put(b"whole")
    [path] = files(blobs)
    (path.parent / ".unfinished").write_bytes(b"half")
    age(blobs, 3_700)
    assert blobs.collect([path.name]) == 1
    assert files(blobs) == [path]
