"""Servers that the installed command starts, and the tests' own logging after commands that run here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from support.house import House, Serve


@pytest.fixture(scope="module", name="serve")
def serve_command() -> Iterator[Serve]:
    """Starts servers on loopback; they are stopped at the module's end."""
    with contextlib.ExitStack() as running:

        def start(data_dir: Path, *arguments: str, tls: bool = True) -> House:
            return running.enter_context(House(data_dir, *arguments, tls=tls))

        yield start


@pytest.fixture(autouse=True)
def logging_of_the_tests() -> Iterator[None]:
    """A command sets up its logging; run in this process it must not stay for the tests that follow."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
