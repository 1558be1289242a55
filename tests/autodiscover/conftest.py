"""A server whose domain is example.org, with addresses elsewhere and services beside EAS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from autodiscover.asking import Asker
from support.server import ANNA, RunningServer, running_server

URL: Final = "https://mail.example.org"
SETTINGS: Final[dict[str, Any]] = {
    "url": URL,
    "autodiscover.services": (
        "imaps://imap.example.org",
        "submission://smtp.example.org",
        "caldavs://dav.example.org/dav",
    ),
    "autodiscover.domains": {
        "moved.example": "example.net",
        "hosted.example": "https://outlook.example.com/autodiscover/autodiscover.xml",
        "bücher.example": "books.example",
    },
    "autodiscover.addresses": {"otto@example.org": "otto@example.net"},
}


@pytest.fixture(scope="session", name="server")
def whole_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server behind a name of its own; Anna has an alias."""
    with running_server(tmp_path_factory.mktemp("autodiscover"), **SETTINGS) as running:
        running.call(lambda: running.application.directory.add_alias(ANNA, "a.amund@example.org"))
        yield running


@pytest.fixture
def ask(server: RunningServer) -> Asker:
    """Asks the server, as whoever it is told to be."""
    return Asker(server)
