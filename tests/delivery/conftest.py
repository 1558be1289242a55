"""What the tests of delivery share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from delivery.post import Post
from support.invitations import Invitation
from support.server import running_server

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """A server that takes mail by LMTP, for the tests of a module."""
    directory = tmp_path_factory.mktemp("post")
    settings: dict[str, Any] = {"delivery.lmtp": "lmtp.sock", "calendar.time_zone": "Europe/Berlin"}
    with running_server(directory, **settings) as server:
        yield Post(server, directory)


@pytest.fixture
def invitation() -> Invitation:
    """A meeting that no other test has."""
    return Invitation(uid=f"{next(_numbers)}@meetings.example.net")


@pytest.fixture
def series(invitation: Invitation) -> Invitation:
    """A series of eight Tuesdays."""
    return replace(invitation, rule="FREQ=WEEKLY;COUNT=8")
