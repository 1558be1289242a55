"""The kept inputs: what atheris found worth keeping, an archive for each target, and found cases by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha1
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HERE: Final = Path(__file__).parent
CORPUS: Final = HERE / "corpus"
FOUND: Final = HERE / "found"
"""``found/TARGET/NAME``: cases that broke something once, or (``crash-*``...) that still do."""
MOST_BYTES: Final = 50_000
"""Of one archive."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def kept(target: str) -> Iterator[tuple[str, bytes]]:
    """The inputs of a target's archive, by name."""
    path = CORPUS / f"{target}.zip"
    if path.exists():
        with ZipFile(path) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)


def found(target: str) -> Iterator[tuple[str, bytes]]:
    """The found cases of a target, by name."""
    folder = FOUND / target
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            yield path.name, path.read_bytes()


def keep(target: str, inputs: Iterable[bytes]) -> int:
    """Replace the archive of a target; the shortest inputs, as many as it may hold. Returns their number."""
    CORPUS.mkdir(exist_ok=True)
    path = CORPUS / f"{target}.zip"
    size = count = 0
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for data in sorted(set(inputs), key=lambda one: (len(one), one)):
            entry = ZipInfo(sha1(data, usedforsecurity=False).hexdigest()[:12], _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, data)
            size += 130 + archive.getinfo(entry.filename).compress_size
            count += 1
            if size > MOST_BYTES:
                break
    return count
