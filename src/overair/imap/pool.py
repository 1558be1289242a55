"""Connections that are kept for a while, with limits."""

from __future__ import annotations

import contextlib

import msgspec

from overair.credentials import Credentials
from overair.imap.server import Server
from overair.imap.session import Session


class PoolLimits(msgspec.Struct, frozen=True):
    """How many connections there may be, and how long."""

    of_user: int = 4
    of_server: int = 4_000
    idle_seconds: float = 60
    """How long a connection is kept that nobody uses."""
    wait_seconds: float = 30
    """How long to wait for one where there are as many as may be."""
    backoff_seconds: float = 1
    longest_backoff_seconds: float = 60
    """After a failure to connect nobody tries for so long; it doubles up to the longest."""


class Pool:
    """The connections to one server."""

    def __init__(self, server: Server, limits: PoolLimits | None = None) -> None:
        raise NotImplementedError

    def session(
        self, credentials: Credentials, mailbox: str | None = None
    ) -> contextlib.AbstractAsyncContextManager[Session]:
        """A session for a while, by preference one that has ``mailbox`` selected.

        It goes back afterwards if it is usable then, and is closed otherwise. Its ``on_event`` and
        ``on_lost`` are unset then. A watch holds one for as long as it likes. Raises what ``log_in`` does,
        and TryLater where there are too many connections for too long.
        """
        raise NotImplementedError

    async def close_user(self, user: str) -> None:
        """Close what nobody uses of a user's connections."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close all connections, also those in use."""
        raise NotImplementedError
