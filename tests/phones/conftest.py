"""A server for the conversations of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.server import RunningServer, running_server


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with two users over plain HTTP, with empty mailboxes."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running
