"""One server for each module; no test changes what another one looks at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.server import RunningServer, running_server


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's server keeps its data."""
    return tmp_path_factory.mktemp("conformance")


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[RunningServer]:
    """A server with two users over plain HTTP."""
    limits: dict[str, Any] = {"limits.devices": 10_000}
    with running_server(data_dir, **limits) as running:
        yield running
