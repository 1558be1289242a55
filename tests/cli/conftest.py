"""Servers that the installed command starts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.house import House, Serve


@pytest.fixture(scope="module", name="serve")
def serve_command() -> Iterator[Serve]:
    """Starts servers on loopback; they are stopped at the module's end."""
    with contextlib.ExitStack() as running:

        def start(data_dir: Path, *arguments: str, tls: bool = True) -> House:
            return running.enter_context(House(data_dir, *arguments, tls=tls))

        yield start
