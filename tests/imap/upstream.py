"""A real server, whichever it is, and sessions with it."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

from overair.credentials import Credentials, Kind
from overair.imap.responses import FetchResult
from overair.imap.server import Security, Server
from overair.imap.session import Session, log_in
from overair.imap.uid_set import UidSet
from support.cyrus import Cyrus
from support.dovecot import MASTER, MASTER_PASSWORD, PASSWORD, Dovecot

ALL = UidSet.parse("1:4294967295")


@dataclass
class Upstream:
    """A server by its name."""

    name: str
    real: Dovecot | Cyrus

    def server(self, security: Security = Security.NONE, *, compress: bool = False) -> Server:
        """Where it is; its certificate is trusted."""
        port = self.real.tls_port if security is Security.TLS else self.real.port
        context = ssl.create_default_context(cafile=str(self.real.root))
        return Server("127.0.0.1", port, security, context, compress)

    def credentials(self, user: str, secret: str = PASSWORD) -> Credentials:
        """A user's own."""
        return Credentials(user, secret)

    def master(self, user: str) -> Credentials:
        """The master user's, for a user."""
        return Credentials(user, MASTER_PASSWORD, MASTER, Kind.MASTER)

    @contextlib.asynccontextmanager
    async def session(
        self, user: str, folder: str | None = None, *, compress: bool = False
    ) -> AsyncIterator[Session]:
        """A session with a folder selected."""
        session = await log_in(self.server(compress=compress), self.credentials(user))
        try:
            if folder is not None:
                await session.select(folder)
            yield session
        finally:
            await session.logout()


async def fetched(session: Session, *items: str, uids: UidSet = ALL) -> dict[int, FetchResult]:
    """What FETCH says of messages, by their UIDs."""
    found: list[FetchResult] = []
    summary = await session.uid_fetch(uids, items, found.append)
    assert summary.complete
    assert not summary.unreadable
    return {one.uid: one for one in found if one.uid is not None}
