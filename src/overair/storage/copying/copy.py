"""All rows of one database into another, and the blobs that they name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from sqlalchemy import Table

from overair.storage.blobs import FileBlobStore
from overair.storage.copying.side import CopyRefused, Side, numbering
from overair.storage.schema import metadata

Progress = Callable[[int], object]
"""Told of so many rows or files that were copied."""
BLOB_FILES: Final = "??/*"


def copied_tables(remade: Collection[str]) -> list[Table]:
    """Every table that is copied, those that others refer to first; ``remade`` are left out."""
    return [table for table in metadata.sorted_tables if table.name not in remade]


async def total(side: Side, tables: Collection[Table]) -> int:
    """How many rows there are in all."""
    return sum([await side.count(table) for table in tables])


async def copy_rows(source: Side, target: Side, tables: Collection[Table], progress: Progress) -> int:
    """Copy every row of the tables into a database that has none of them; returns how many there were.

    Nothing is committed yet. Raises CopyRefused.
    """
    for table in tables:
        if await target.count(table):
            raise CopyRefused(f"the target is not empty (it has rows in {table.name}): --replace empties it")
    copied = 0
    for table in tables:
        async for batch in source.rows(table):
            await target.put(table, batch)
            progress(len(batch))
        if numbering(table) is not None:
            # A number that was given once, also to a row that is gone, is not given again.
            await target.go_on_after(table, await source.last_number(table))
        wanted, found = await source.count(table), await target.count(table)
        if wanted != found:
            raise CopyRefused(f"{table.name} has {found} rows in the target instead of {wanted}")
        copied += found
    return copied


def blob_files(directory: Path) -> list[Path]:
    """The files of a directory of blobs."""
    return [path for path in sorted(directory.glob(BLOB_FILES)) if not path.name.startswith(".")]


def copy_blobs(files: Collection[Path], target: Path, progress: Progress) -> int:
    """Bring blobs durably into another directory; returns how many were not there yet.

    Raises OSError, and CopyRefused for a file that does not hold what its name says.
    """
    store = FileBlobStore(target)
    brought = 0
    for path in files:
        if not (target / path.parent.name / path.name).exists():
            if store.put(path.read_bytes()) != path.name:
                raise CopyRefused(f"the file {path} is damaged")
            brought += 1
        progress(1)
    return brought
