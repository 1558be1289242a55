"""The servers that tests of the IMAP client talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imap.upstream import Upstream
from support.cyrus import Cyrus, needs_cyrus
from support.dovecot import Dovecot, needs_dovecot


@pytest.fixture(
    scope="session",
    params=[pytest.param("dovecot", marks=needs_dovecot), pytest.param("cyrus", marks=needs_cyrus)],
)
def upstream(request: pytest.FixtureRequest) -> Iterator[Upstream]:
    """Each real server, for all tests of a process; tests that end it start it again."""
    server = Dovecot() if request.param == "dovecot" else Cyrus()
    try:
        yield Upstream(request.param, server)
    finally:
        server.remove()
