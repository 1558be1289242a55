"""A disk that can be full."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self


class SmallDisk:
    """A file system of its own that can be filled; mounting one takes root's rights."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place = place
        self._megabytes = megabytes
        self._balloon = place / "balloon"

    def __enter__(self) -> Self:
        """Mount it. Raises PermissionError where that is not allowed."""
        self.place.mkdir(exist_ok=True)
        options = f"size={self._megabytes}m,mode=0700"
        command = ["mount", "-t", "tmpfs", "-o", options, "overair-test", str(self.place)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise PermissionError("there is no mount command") from error
        if done.returncode:
            raise PermissionError(done.stderr.strip())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte is left."""
        try:
            with contextlib.suppress(OSError), self._balloon.open("wb", buffering=0) as balloon:
                while balloon.write(bytes(4096)):
                    pass
            yield
        finally:
            self._balloon.unlink(missing_ok=True)
