"""The command in a process of its own, mostly forked; support/house.py has its server."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from support.databases import prepare
from support.nursery import nursery

OVERAIR = Path(sys.executable).parent / "overair"
SECONDS = 60
HIDDEN = ("OVERAIR_DATA_DIR", "OVERAIR_DATABASE_URL", "FORCE_COLOR")


def environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests, and with a plain terminal."""
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    return kept | {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}


def overair(
    *arguments: str | Path,
    stdin: str = "",
    cwd: Path | None = None,
    umask: int = -1,
    spawned: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; ``spawned`` as it is installed, which takes a second longer."""
    if arguments[:1] == ("serve",) or arguments[:2] == ("user", "add"):  # what makes a data directory
        for option, value in pairwise(arguments):
            if option == "--data-dir":
                prepare(Path(value))
    if spawned:
        return subprocess.run(
            [OVERAIR, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env=environment(),
            cwd=cwd,
            umask=umask,
        )
    command = [str(OVERAIR), *map(str, arguments)]
    with TemporaryDirectory() as made:
        given, out, err = (Path(made) / name for name in ("in", "out", "err"))
        given.write_text(stdin, encoding="utf-8")
        process = nursery().fork(command, environment(), stdin=given, out=out, err=err, cwd=cwd, umask=umask)
        try:
            status = process.wait(SECONDS)
        finally:
            process.kill()
        return subprocess.CompletedProcess(
            command, status, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )


def done(*arguments: str | Path, stdin: str = "") -> str:
    """Run the command, which must succeed; returns its output."""
    result = overair(*arguments, stdin=stdin)
    assert result.returncode == 0, result.stderr
    return result.stdout
