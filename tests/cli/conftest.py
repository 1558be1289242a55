"""Servers that the installed command starts."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.command import OVERAIR, Serve, Served, environment


@pytest.fixture(scope="module", name="serve")
def serve_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts servers on loopback, on free ports; they are stopped at the module's end."""
    running: list[Served] = []
    settings = tmp_path_factory.mktemp("settings") / "overair.toml"
    settings.write_text("[tls]\npage_port = 0\n")

    def start(data_dir: Path, *arguments: str) -> Served:
        process = subprocess.Popen(
            [
                OVERAIR,
                "serve",
                "--data-dir",
                data_dir,
                "--bind",
                "127.0.0.1:0",
                "--config",
                settings,
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
        )
        served = Served(process, data_dir)
        running.append(served)
        threading.Thread(target=lambda: served.output.extend(process.stdout or ()), daemon=True).start()
        served.await_greeting()
        return served

    yield start
    for served in running:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()
