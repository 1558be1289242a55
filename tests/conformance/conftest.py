"""One server for each module; no test changes what another one looks at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.server import RunningServer, running_server


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's server keeps its data."""
    return tmp_path_factory.mktemp("conformance")


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[RunningServer]:
    """A server with two users over plain HTTP."""
    with running_server(data_dir, **{"limits.devices": 10_000}) as running:
        yield running
