"""The gateway put together: how an account's credentials open its servers, and who is let in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import structlog

from overair.directory.accounts import AccountPart
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.imap_logins import ImapDirectory
from overair.directory.interface import User
from overair.directory.passwords import readings
from overair.mailboxes.gateway.accounts import Gateway
from overair.mailboxes.gateway.backend import BackendName
from overair.mailboxes.gateway.blobs import GatewayBlobs
from overair.mailboxes.gateway.intents import accounts_with_intents, blobs_of_intents
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.gateway.settings import GatewayError, GatewaySettings
from overair.mailboxes.gateway.trimming import keep_trimmed
from overair.mailboxes.interface import MailboxUnavailable
from overair.protocol import http
from overair.server.invitations import Invitations
from overair.storage.interface import BlobStore, Database, DatabaseUnavailable

if TYPE_CHECKING:
    from overair.server.upstream_servers import UpstreamServers

log = structlog.get_logger(__name__)


class Upstream:
    """The gateway of a server: its mailboxes, its directory, and the credentials of who is here."""

    def __init__(
        self,
        settings: GatewaySettings,
        servers: UpstreamServers,
        database: Database,
        blobs: GatewayBlobs,
        parts: Iterable[AccountPart],
        time_zone: str,
    ) -> None:
        self._settings: Final = settings
        self._database: Final = database
        self._tasks: list[asyncio.Task[None]] = []
        self._servers: Final = servers
        self.blobs: Final = blobs
        self.gateway: Final = Gateway(database, self.blobs, settings.backends, servers.connect)
        self.directory: Final[EmbeddedDirectory] = (
            ImapDirectory(database, parts, servers.is_right, settings.domain)
            if settings.accounts == "imap"
            else EmbeddedDirectory(database, parts)
        )
        if settings.accounts == "imap":
            self.gateway.on_wrong_credentials = self.directory.forget
        self._invitations: Final = Invitations(self.gateway, time_zone)
        self.gateway.on_invitations = self._invitations.take

    def start(self) -> None:
        """Have messages read from their servers in this thread's event loop, and settle what the last run
        had begun upstream, at servers for which nobody has to be here; at others whoever comes first
        settles it.
        """
        loop = asyncio.get_running_loop()
        self.blobs.attach(self.gateway, loop)
        self._tasks = [
            loop.create_task(keep_trimmed(self._database, self._settings.cached_messages)),
            loop.create_task(self._settle()),
        ]

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
        self._invitations.users[user.account_id] = user
        with self.gateway.enter(user.account_id, user.address, mail, groupware):
            yield

    async def blobs_of_intents(self) -> set[str]:
        """The keys of the blobs that what is begun upstream needs. Raises DatabaseUnavailable."""
        return await blobs_of_intents(self._database)

    async def _settle(self) -> None:
        settings = self._settings
        if not settings.master_user and not settings.token_command:
            return
        # No DAV server knows a master user.
        names = frozenset({BackendName.IMAP}) if settings.master_user else settings.backends
        try:
            accounts = frozenset(await accounts_with_intents(self._database))
            users = await self.directory.list_users() if accounts else ()
            for user in users:
                if user.account_id in accounts and self.gateway.find(user.account_id) is None:
                    await self._settle_of(user, names)
        except DatabaseUnavailable as error:
            log.warning("what was begun upstream is not settled yet", error=str(error))

    async def _settle_of(self, user: User, names: Collection[BackendName]) -> None:
        try:
            mail, groupware = await self._servers.credentials_of(user.address, "")
        except (MailboxUnavailable, GatewayError) as error:
            log.warning(
                "what was begun upstream is not settled yet", account_id=user.account_id, error=str(error)
            )
            return
        with self.gateway.enter(user.account_id, user.address, mail, groupware):
            account = self.gateway.find(user.account_id)
            if account is not None:
                await account.settle(names)
        self.gateway.forget(user.account_id)

    async def close(self) -> None:
        """End every watch and connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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
    return Upstream(settings, servers, database, everywhere, parts, time_zone)
