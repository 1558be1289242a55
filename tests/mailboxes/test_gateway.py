"""The mailbox of a gateway keeps the contract, on a real Dovecot and Radicale."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from mailboxes.contract import Do, MailboxContract
from overair.credentials import Credentials
from overair.mailboxes.embedded import create_mailbox
from overair.mailboxes.gateway.accounts import Gateway
from overair.mailboxes.gateway.blobs import GatewayBlobs
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.gateway.settings import GatewaySettings
from overair.mailboxes.interface import FolderType
from overair.server.upstream_servers import UpstreamServers
from overair.storage.blobs import FileBlobStore
from support.databases import open_database
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]

DOVECOT = dovecot_fixture()
USERS: Final = 400


class Place:
    """A gateway in front of both servers; each mailbox is another user's."""

    def __init__(self, directory: Path, dovecot: Dovecot, radicale: Radicale) -> None:
        self.runner = asyncio.Runner()
        self.database = open_database(directory)
        self.dovecot = dovecot
        self.radicale = radicale
        settings = GatewaySettings(
            imap=f"imap://127.0.0.1:{dovecot.port}",
            caldav=f"http://127.0.0.1:{radicale.port}/",
            carddav=f"http://127.0.0.1:{radicale.port}/",
        )
        self.blobs = GatewayBlobs(FileBlobStore(directory / "blobs"))
        self.servers = UpstreamServers(settings, "UTC", self.blobs)
        self.gateway = Gateway(self.database, self.blobs, settings.backends, self.servers.connect)
        self.runner.run(self._attach())
        self._present = ExitStack()
        self._accounts = count(1)

    async def _attach(self) -> None:
        self.blobs.attach(self.gateway, asyncio.get_running_loop())

    def mailbox(self) -> GatewayMailbox:
        """A new user's."""
        account_id = next(self._accounts)
        name = self.dovecot.user()
        return self.runner.run(self._open(account_id, name))

    async def _open(self, account_id: int, name: str) -> GatewayMailbox:
        await self.database.write(lambda transaction: create_mailbox(transaction, account_id))
        credentials = Credentials(name, PASSWORD)
        self._present.enter_context(self.gateway.enter(account_id, f"{name}@example.org", credentials))
        mailbox = self.gateway.mailbox(account_id)
        await mailbox.refresh(None)
        account = self.gateway.find(account_id)
        assert account is not None
        assert not account.unavailable, account.unavailable
        return mailbox

    def close(self) -> None:
        """Everything."""
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        self._present.close()
        await self.gateway.close()
        await self.servers.close()
        await self.database.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[Place]:
    users = {f"user{number}": PASSWORD for number in range(USERS)}
    with Radicale(users) as radicale:
        place = Place(tmp_path_factory.mktemp("gateway"), dovecot, radicale)
        yield place
        place.close()


@pytest.fixture
def runner(place: Place) -> asyncio.Runner:
    return place.runner


@pytest.fixture
def mailbox(place: Place) -> GatewayMailbox:
    return place.mailbox()


@pytest.fixture
def stranger(place: Place) -> GatewayMailbox:
    return place.mailbox()


class TestGatewayMailbox(MailboxContract):
    """The contract, with what servers show besides."""

    def test_a_new_mailbox_has_each_default_folder_once(self, do: Do) -> None:
        folders = do(lambda session: session.folders())
        types = [folder.type for folder in folders if folder.type is not FolderType.USER_MAIL]
        assert sorted(types) == [*range(2, 12), FolderType.RECIPIENT_INFORMATION_CACHE]
        assert {folder.name for folder in folders if folder.type is FolderType.USER_MAIL} == {
            "Junk",
            "Archive",
        }
