"""A server for the client's tests, and clients of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest

from overair.client import Client
from overair.protocol.http import Command
from overair.versions import SERVED, Version
from overair.wbxml import Element
from support.letters import letter
from support.schemas import validate
from support.server import ANNA, PASSWORD, RunningServer, running_server
from support.shared import SHARED

MakeClient = Callable[..., Client]
_numbers = itertools.count(1)


def check(direction: Literal["request", "response"], command: Command, tree: Element) -> None:
    """Every tree that goes between client and server follows the schemas."""
    if SHARED is not None:
        validate(tree, direction, command)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with TLS whose Anna has twelve letters, one with an attachment."""
    # Every client of a test is a device of its own.
    settings: dict[str, Any] = {"limits.devices": 10_000}
    with running_server(tmp_path_factory.mktemp("client-server"), tls=True, **settings) as running:
        for number in range(12):
            running.deliver(ANNA, letter(number, attachment=b"%PDF-1.7 plan" * 500 if number == 5 else None))
        yield running


@pytest.fixture(params=SERVED, ids=lambda version: version.text)
def version(request: pytest.FixtureRequest) -> Version:
    """Every version that is served, one after the other."""
    value: Version = request.param
    return value


@pytest.fixture
def make_client(server: RunningServer) -> MakeClient:
    """Makes clients of Anna, each a device of its own."""

    def make(**changes: Any) -> Client:
        values: dict[str, Any] = {
            "device_id": f"device{next(_numbers)}",
            "ssl": server.trust,
            "trace": check,
            "timeout": 30.0,
        }
        return Client(server.url, ANNA, PASSWORD, **(values | changes))

    return make
