"""The mailbox of a gateway keeps the contract, on a real Dovecot and Radicale."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from mailboxes.contract import Do, MailboxContract
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.interface import FolderType
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.gateway_place import GatewayPlace, users
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]

DOVECOT = dovecot_fixture()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[GatewayPlace]:
    with Radicale(users()) as radicale:
        place = GatewayPlace(tmp_path_factory.mktemp("gateway"), dovecot, radicale)
        yield place
        place.close()


@pytest.fixture
def runner(place: GatewayPlace) -> asyncio.Runner:
    return place.runner


@pytest.fixture
def mailbox(place: GatewayPlace) -> GatewayMailbox:
    return place.mailbox()


@pytest.fixture
def stranger(place: GatewayPlace) -> GatewayMailbox:
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
