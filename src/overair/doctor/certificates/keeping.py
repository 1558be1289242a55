"""Files that come from what strangers sent, written where the user says and nowhere else."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9._-]")
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def keep(parent: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Write files into the folder ``name`` within ``parent``, and return it.

    What is there by these names is replaced, links themselves and not what they lead to; the folder must
    not be a link. A name cannot leave its folder. Raises OSError.
    """
    parent.mkdir(parents=True, exist_ok=True)
    folder = parent / _harmless(name)
    folder.mkdir(exist_ok=True)
    within = os.open(folder, _FOLDER)
    try:
        for one, content in files.items():
            _write(within, _harmless(one), content)
    finally:
        os.close(within)
    return folder


def _write(folder: int, name: str, content: bytes) -> None:
    """Whole or not at all."""
    unfinished = f".{secrets.token_hex(8)}"
    descriptor = os.open(unfinished, _NEW, 0o644, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(unfinished, dir_fd=folder)
        raise


def _harmless(name: str) -> str:
    """One name of a file, whatever it was."""
    return _UNUSUAL.sub("_", name).lstrip(".") or "_"
