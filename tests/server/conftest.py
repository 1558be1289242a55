"""One server for the tests of a module that leave it as it was for each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.server import RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with two users over plain HTTP."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running
