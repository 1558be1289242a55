"""The gateway put together: how an account's credentials open its servers, and who is let in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from overair.directory.accounts import AccountPart
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.imap_logins import ImapDirectory
from overair.directory.interface import User
from overair.directory.passwords import readings
from overair.mailboxes.gateway.accounts import Gateway
from overair.mailboxes.gateway.blobs import GatewayBlobs
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.gateway.settings import GatewaySettings
from overair.mailboxes.gateway.trimming import keep_trimmed
from overair.protocol import http
from overair.storage.interface import BlobStore, Database

if TYPE_CHECKING:
    from overair.server.upstream_servers import UpstreamServers


class Upstream:
    """The gateway of a server: its mailboxes, its directory, and the credentials of who is here."""

    def __init__(
        self,
        settings: GatewaySettings,
        servers: UpstreamServers,
        database: Database,
        blobs: GatewayBlobs,
        parts: Iterable[AccountPart],
    ) -> None:
        self._settings: Final = settings
        self._database: Final = database
        self._trimming: asyncio.Task[None] | None = None
        self._servers: Final = servers
        self.blobs: Final = blobs
        self.gateway: Final = Gateway(database, self.blobs, settings.backends, servers.connect)
        self.directory: Final[EmbeddedDirectory] = (
            ImapDirectory(database, parts, servers.is_right, settings.domain)
            if settings.accounts == "imap"
            else EmbeddedDirectory(database, parts)
        )
        self.gateway.on_wrong_credentials = self.directory.forget

    def start(self) -> None:
        """Have messages read from their servers in this thread's event loop."""
        loop = asyncio.get_running_loop()
        self.blobs.attach(self.gateway, loop)
        self._trimming = loop.create_task(keep_trimmed(self._database, self._settings.cached_messages))

    def mailbox(self, account_id: int) -> GatewayMailbox:
        """The mailbox of an account."""
        return self.gateway.mailbox(account_id)

    @asynccontextmanager
    async def enter(self, user: User, credentials: http.Credentials) -> AsyncIterator[None]:
        """Hold what opens a user's servers while a request runs that was let in with these credentials.

        Raises MailboxUnavailable where there is none to be had.
        """
        password = readings(credentials.password)[0]
        mail, groupware = await self._servers.credentials_of(user.address, password)
        with self.gateway.enter(user.account_id, user.address, mail, groupware):
            yield

    async def close(self) -> None:
        """End every watch and connection."""
        if self._trimming is not None:
            self._trimming.cancel()
            await asyncio.gather(self._trimming, return_exceptions=True)
        await self.gateway.close()
        await self._servers.close()


def build(
    settings: GatewaySettings,
    domain: str,
    time_zone: str,
    database: Database,
    blobs: BlobStore,
    parts: Iterable[AccountPart],
) -> Upstream | None:
    """The gateway that the settings describe; None where mailboxes are here. Raises GatewayError."""
    if not settings.configured:
        return None
    from overair.server.upstream_servers import UpstreamServers  # 12 MB that others save

    everywhere = GatewayBlobs(blobs)
    servers = UpstreamServers(settings, domain, time_zone, everywhere)
    return Upstream(settings, servers, database, everywhere, parts)
