"""Mailboxes of a gateway without a server for phones: each is that of another user of real servers."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from overair.credentials import Credentials
from overair.mailboxes.embedded import create_mailbox
from overair.mailboxes.gateway.accounts import Gateway
from overair.mailboxes.gateway.blobs import GatewayBlobs
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.gateway.settings import GatewaySettings
from overair.server.upstream_servers import UpstreamServers
from overair.storage.blobs import FileBlobStore
from support.databases import open_database
from support.dovecot import PASSWORD, Dovecot
from support.radicale import Radicale

USERS: Final = 400


def users() -> dict[str, str]:
    """Those that a Radicale has to know."""
    return {f"user{number}": PASSWORD for number in range(USERS)}


class GatewayPlace:
    """A gateway in front of both servers; each mailbox is another user's."""

    def __init__(
        self,
        directory: Path,
        dovecot: Dovecot,
        radicale: Radicale,
        *,
        runner: asyncio.Runner | None = None,
        **settings: object,
    ) -> None:
        """``settings`` are others than those of the servers, as where something stands in front of them."""
        self._owns_runner = runner is None
        self.runner = runner or asyncio.Runner()
        self.database = open_database(directory)
        self.dovecot = dovecot
        self.radicale = radicale
        upstream: dict[str, object] = {
            "imap": f"imap://127.0.0.1:{dovecot.port}",
            "caldav": f"http://127.0.0.1:{radicale.port}/",
            "carddav": f"http://127.0.0.1:{radicale.port}/",
        }
        self._settings = msgspec.convert(upstream | settings, GatewaySettings)
        self.blobs = GatewayBlobs(FileBlobStore(directory / "blobs"))
        self._present = ExitStack()
        self._begin()
        self._accounts = count(1)
        self.names: dict[int, str] = {}
        """The names of the users by the ids of their accounts."""

    def _begin(self) -> None:
        self.servers = UpstreamServers(self._settings, "example.org", "UTC", self.blobs)
        self.gateway = Gateway(self.database, self.blobs, self._settings.backends, self.servers.connect)
        self.runner.run(self._attach())

    def reborn(self, account_id: int) -> GatewayMailbox:
        """The mailbox of an account in a gateway that knows nothing but what is in the store; nothing was
        asked of its servers yet.
        """
        self.runner.run(self._leave())
        self._begin()
        self.runner.run(self._enter(account_id))
        return self.gateway.mailbox(account_id)

    async def _enter(self, account_id: int) -> None:
        name = self.names[account_id]
        credentials = Credentials(name, PASSWORD)
        self._present.enter_context(self.gateway.enter(account_id, f"{name}@example.org", credentials))

    async def _attach(self) -> None:
        self.blobs.attach(self.gateway, asyncio.get_running_loop())

    def mailbox(self) -> GatewayMailbox:
        """A new user's."""
        account_id = next(self._accounts)
        self.names[account_id] = self.dovecot.user()
        return self.runner.run(self._open(account_id))

    async def _open(self, account_id: int) -> GatewayMailbox:
        await self.database.write(lambda transaction: create_mailbox(transaction, account_id))
        await self._enter(account_id)
        mailbox = self.gateway.mailbox(account_id)
        await mailbox.refresh(None)
        account = self.gateway.find(account_id)
        assert account is not None
        assert not account.unavailable, account.unavailable
        return mailbox

    def close(self) -> None:
        """Everything."""
        self.runner.run(self._leave())
        self.runner.run(self.database.close())
        if self._owns_runner:
            self.runner.close()

    async def _leave(self) -> None:
        self._present.close()
        await self.gateway.close()
        await self.servers.close()
