"""The installed command and its server, in processes of their own."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

OVERAIR = Path(sys.executable).parent / "overair"
START_SECONDS = 60


def environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests, and with a plain terminal."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("OVERAIR_DATA_DIR", "FORCE_COLOR")
    }
    return kept | {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb"}


def overair(
    *arguments: str | Path, stdin: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [OVERAIR, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
        cwd=cwd,
    )


def done(*arguments: str | Path, stdin: str = "") -> str:
    """Run the command, which must succeed; returns its output."""
    result = overair(*arguments, stdin=stdin)
    assert result.returncode == 0, result.stderr
    return result.stdout


@dataclass
class Served:
    """A running `overair serve`."""

    process: subprocess.Popen[str]
    data_dir: Path
    output: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.output)

    @property
    def port(self) -> int:
        found = re.search(r"^ +Server +\S+:(\d+)$", self.text, re.MULTILINE)
        assert found is not None, self.text
        return int(found[1])

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.data_dir / "tls" / "root.pem"))

    def await_greeting(self) -> None:
        """Wait until the server listens and has said so."""
        deadline = time.monotonic() + START_SECONDS
        while " SSL " not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)

    def stop(self) -> int:
        """Send SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


Serve = Callable[..., Served]
"""Starts `overair serve` on a data directory, with further options."""
