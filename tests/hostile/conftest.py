"""The servers that are attacked, one after the other by every test, which also shows that they recover."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.target import Target


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server on loopback without TLS, with the limits that it has by itself."""
    with Target(tmp_path_factory.mktemp("hostile") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server that ends TLS itself."""
    with Target(tmp_path_factory.mktemp("hostile") / "data", tls=True) as running:
        yield running
