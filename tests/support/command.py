"""The installed command in a process of its own; support/house.py has its server."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from support.databases import prepare

OVERAIR = Path(sys.executable).parent / "overair"
HIDDEN = ("OVERAIR_DATA_DIR", "OVERAIR_DATABASE_URL", "FORCE_COLOR")


def environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests, and with a plain terminal."""
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    return kept | {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}


def overair(
    *arguments: str | Path, stdin: str = "", cwd: Path | None = None, umask: int = -1
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    if arguments[:1] == ("serve",) or arguments[:2] == ("user", "add"):  # what makes a data directory
        for option, value in pairwise(arguments):
            if option == "--data-dir":
                prepare(Path(value))
    return subprocess.run(
        [OVERAIR, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
        cwd=cwd,
        umask=umask,
    )


def done(*arguments: str | Path, stdin: str = "") -> str:
    """Run the command, which must succeed; returns its output."""
    result = overair(*arguments, stdin=stdin)
    assert result.returncode == 0, result.stderr
    return result.stdout
