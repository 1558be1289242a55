"""A gateway on loopback: the server of ``support.server`` in front of a Dovecot and a Radicale."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from support.dovecot import PASSWORD, Dovecot
from support.radicale import Radicale
from support.server import RunningServer, running_server

USERS: Final = 60
"""How many users of the Dovecot have calendars and contacts, too."""


def dav_users() -> dict[str, str]:
    """The users of Dovecot's tests, for a Radicale."""
    return {f"user{number}": PASSWORD for number in range(1, USERS + 1)}


@contextlib.contextmanager
def running_gateway(
    data_dir: Path, dovecot: Dovecot, radicale: Radicale | None = None, **settings: Any
) -> Iterator[RunningServer]:
    """A gateway; the user ``user1`` of the servers logs in as ``user1@example.org``."""
    upstream: dict[str, Any] = {"imap": f"imap://127.0.0.1:{dovecot.port}", "login": "{local}"}
    if radicale is not None:
        upstream |= {kind: f"http://127.0.0.1:{radicale.port}/" for kind in ("caldav", "carddav")}
    values = {f"gateway.{name}": value for name, value in upstream.items()} | settings
    with running_server(data_dir, {}, **values) as server:
        yield server
