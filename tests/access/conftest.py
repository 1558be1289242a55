"""Two worlds for all tests that try foreign ids."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from access.worlds import Worlds, two_worlds


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Made once: both are worked on alike, so they stay alike."""
    with two_worlds(tmp_path_factory.mktemp("worlds")) as made:
        yield made
