"""An object that another client edits between a phone's Sync and its Change, over HTTP with a Radicale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from overair.items import Contact
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    ServerAdd,
    ServerChange,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync import Command as SyncCommand
from overair.protocol.sync_options import Conflict, Options
from overair.versions import Version
from support.cutting import CuttingRelay, cutting_relay_aside
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import dav_users, running_gateway
from support.packages import needs
from support.phone import Phone
from support.radicale import Radicale
from support.server import RunningServer

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
CARD: Final = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada\r\nFN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\n"
    "TITLE:Countess\r\nX-SHOE-SIZE:37\r\nEND:VCARD\r\n"
)
ELSEWHERE: Final = CARD.replace("TITLE:Countess", "TITLE:Analyst\r\nX-HAT-SIZE:55")
"""As the other client leaves it."""


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale(dav_users()) as server:
        yield server


@pytest.fixture(scope="module")
def relay(radicale: Radicale) -> Iterator[CuttingRelay]:
    with cutting_relay_aside(radicale.port) as found:
        yield found


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, radicale: Radicale, relay: CuttingRelay
) -> Iterator[RunningServer]:
    url = f"http://127.0.0.1:{relay.port}/"
    settings: dict[str, Any] = {"gateway.caldav": url, "gateway.carddav": url}
    with running_gateway(tmp_path_factory.mktemp("data"), dovecot, radicale, **settings) as server:
        yield server


class Book:
    """The contacts of a phone, whose user has one address book."""

    def __init__(self, gateway: RunningServer, radicale: Radicale, user: str) -> None:
        self.path = radicale.make_address_book(user, "contacts", "Contacts")
        self.phone = Phone(
            gateway, version=Version.V14_1, address=f"{user}@example.org", password=PASSWORD.encode()
        )
        self.folder_id = self.phone.folders()[FolderType.CONTACTS].server_id
        self.key = "0"

    def ask(self, *commands: SyncCommand, conflict: Conflict = Conflict.SERVER_WINS) -> CollectionResponse:
        """A Sync, whose key is not taken yet."""
        asked = CollectionRequest(
            sync_key=self.key,
            collection_id=self.folder_id,
            get_changes=None if self.key == "0" else True,
            options=(Options(conflict=conflict),),
            commands=commands,
        )
        answer = self.phone.post(Command.SYNC, SyncRequest(collections=(asked,))).read(SyncResponse)
        [collection] = answer.collections
        return collection

    def sync(self, *commands: SyncCommand, conflict: Conflict = Conflict.SERVER_WINS) -> CollectionResponse:
        """A Sync."""
        collection = self.ask(*commands, conflict=conflict)
        self.key = collection.sync_key
        return collection


@pytest.fixture
def book(gateway: RunningServer, radicale: Radicale, dovecot: Dovecot) -> Book:
    return Book(gateway, radicale, dovecot.user())


def said(told: ServerAdd | ServerChange) -> dict[str, str]:
    return {element.tag.name: element.text for element in told.application_data if not list(element)}


@pytest.mark.parametrize("conflict", Conflict, ids=[one.name for one in Conflict])
@pytest.mark.parametrize("while_it_is_written", [False, True], ids=["before", "while it is written"])
@pytest.mark.req("MS-ASCMD_R2067", "MS-ASCMD_R2068", "MS-ASCMD_R2069", "MS-ASCMD_R4444")
def test_a_clash_is_settled_as_the_phone_asks(
    book: Book, relay: CuttingRelay, radicale: Radicale, conflict: Conflict, while_it_is_written: bool
) -> None:
    user = book.phone.address.partition("@")[0]
    path = f"{book.path}ada.vcf"
    radicale.put(user, path, CARD)
    book.sync()
    [added] = book.sync().commands
    assert isinstance(added, ServerAdd)
    assert said(added)["JobTitle"] == "Countess"

    def edit() -> None:
        radicale.put(user, path, ELSEWHERE)

    if while_it_is_written:
        relay.do_before(rb"PUT ", edit)
    else:
        edit()
    own = Contact(first_name="Ada", last_name="King", file_as="King, Ada", job_title="Countess")
    change = ChangeCommand(server_id=added.server_id, application_data=own.to_children(Version.V14_1))
    answer = book.sync(change, conflict=conflict)
    stands = radicale.get(user, path)
    assert "X-SHOE-SIZE:37" in stands
    assert "X-HAT-SIZE:55" in stands
    if conflict is Conflict.SERVER_WINS:
        assert [one.status for one in answer.responses] == [SyncStatus.CONFLICT]
        [told] = answer.commands
        assert isinstance(told, ServerChange)
        assert (told.server_id, said(told)["JobTitle"]) == (added.server_id, "Analyst")
        assert said(told)["LastName"] == "Lovelace"
        assert "N:Lovelace;Ada" in stands
        assert "TITLE:Analyst" in stands
    else:
        assert [one.status for one in answer.responses if one.status != SyncStatus.SUCCESS] == []
        assert "N:King;Ada" in stands
        assert "TITLE:Countess" in stands
        assert all(
            "Analyst" not in str(said(told)) for told in answer.commands if isinstance(told, ServerChange)
        )


def test_what_others_changed_is_shown_to_a_phone_that_adds_it_again(
    book: Book, relay: CuttingRelay, radicale: Radicale
) -> None:
    user = book.phone.address.partition("@")[0]
    book.sync()
    own = Contact(first_name="Ada", last_name="Lovelace", file_as="Lovelace, Ada")
    add = AddCommand(client_id="new1", application_data=own.to_children(Version.V14_1))
    relay.wait_for(rb"PUT ")
    assert book.ask(add).status != SyncStatus.SUCCESS
    relay.mend()
    [name] = radicale.names(book.path)
    edited = radicale.get(user, book.path + name).replace("Lovelace", "King")
    radicale.put(user, book.path + name, edited)
    answer = book.sync(add)
    [response] = answer.responses
    [told] = answer.commands
    assert isinstance(told, ServerChange)
    assert (response.status, said(told)["LastName"]) == (SyncStatus.SUCCESS, "King")
    assert radicale.names(book.path) == [name]
    assert "King" in radicale.get(user, book.path + name)
