"""Sync over HTTP: whole, partial and empty requests, waiting, limits; every version."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    CollectionRequest,
    DeleteCommand,
    ServerAdd,
    SyncRequest,
    SyncResponse,
)
from overair.versions import SERVED, Version
from overair.wbxml import encode
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, Contacts
from support.phone import Answer, Phone, letter
from support.server import ANNA, RunningServer


@dataclass
class Syncing:
    """A phone with the keys of its collections."""

    phone: Phone
    folders: dict[FolderType, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    @classmethod
    def begin(
        cls, server: RunningServer, *types: FolderType, version: Version = Version.V16_1, address: str = ANNA
    ) -> Syncing:
        """A phone that has synchronised these folders to the end."""
        phone = Phone(server, version, address)
        folders = {kind: entry.server_id for kind, entry in phone.folders().items()}
        syncing = cls(phone, folders)
        asked = [folders[kind] for kind in types]
        syncing.keys = dict.fromkeys(asked, "0")
        for _ in range(20):
            if not types or syncing.sync() is None:
                return syncing
        raise AssertionError("the phone never comes to rest")

    def collections(self) -> tuple[CollectionRequest, ...]:
        """Every collection, as it stands."""
        return tuple(
            CollectionRequest(sync_key=key, collection_id=folder_id) for folder_id, key in self.keys.items()
        )

    def post(self, **request: object) -> Answer:
        """Send a Sync."""
        return self.phone.post(Command.SYNC, SyncRequest(**request))  # type: ignore[arg-type]  # fields by name

    def empty(self) -> Answer:
        """Send a Sync without a body."""
        return self.phone.post(Command.SYNC)

    def sync(self, **request: object) -> SyncResponse | None:
        """Send every collection and take the keys of the answer."""
        return self.take(self.post(**{"collections": self.collections(), **request}))

    def take(self, answer: Answer) -> SyncResponse | None:
        """Read an answer and keep its keys."""
        assert answer.status == 200
        if not answer.body:
            return None
        response = answer.read(SyncResponse)
        for one in response.collections:
            assert one.status == SyncStatus.SUCCESS
            self.keys[one.collection_id] = one.sync_key
        return response


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads for requests that wait."""
    with ThreadPoolExecutor(8) as executor:
        yield executor


def soon(server: RunningServer, waiting: int = 1) -> None:
    """Return when so many requests wait."""
    deadline = time.monotonic() + 10
    while len(server.application.services.hub) < waiting:
        assert time.monotonic() < deadline, "the request does not wait"
        time.sleep(0.01)


@pytest.mark.parametrize("version", SERVED)
def test_mail_and_contacts_in_every_version(server: RunningServer, version: Version) -> None:
    phone = Syncing.begin(server, FolderType.INBOX, FolderType.CONTACTS, version=version)
    server.deliver(ANNA, letter(f"in {version.text}").as_bytes())
    response = phone.sync()
    assert response is not None
    [inbox] = response.collections
    [told] = inbox.commands
    assert isinstance(told, ServerAdd)
    contacts = phone.folders[FolderType.CONTACTS]
    data = [Element(Contacts.FirstName, "Ada"), Element(Contacts.FileAs, f"Ada {version.text}")]
    add = AddCommand(client_id="1", application_data=data)
    request = CollectionRequest(
        sync_key=phone.keys[contacts],
        collection_id=contacts,
        item_class="Contacts" if version <= Version.V12_1 else None,
        commands=(add,),
    )
    response = phone.take(phone.post(collections=(request,)))
    assert response is not None
    [answered] = response.collections[0].responses
    assert answered.status == SyncStatus.SUCCESS
    assert phone.sync() is None


@pytest.mark.req("MS-ASCMD_R673", "MS-ASCMD_R667", "MS-ASCMD_R679")
def test_an_empty_request_repeats_the_last_one(server: RunningServer) -> None:
    phone = Syncing.begin(server, FolderType.INBOX)
    assert phone.take(phone.empty()) is None
    server.deliver(ANNA, letter("new").as_bytes())
    response = phone.take(phone.empty())
    assert response is not None
    assert len(response.collections[0].commands) == 1
    # Whether the phone has that answer, an empty request does not say; a whole one does.
    assert phone.empty().read(SyncResponse).status == SyncStatus.INCOMPLETE_REQUEST
    assert phone.sync() is None
    assert phone.take(phone.empty()) is None


@pytest.mark.req("MS-ASCMD_R4456")
def test_without_a_last_request_empty_and_partial_ones_are_incomplete(server: RunningServer) -> None:
    phone = Syncing(Phone(server, Version.V14_1))
    assert phone.empty().read(SyncResponse).status == SyncStatus.INCOMPLETE_REQUEST
    answer = phone.post(partial=True, window_size=10)
    assert answer.read(SyncResponse).status == SyncStatus.INCOMPLETE_REQUEST


@pytest.mark.req("MS-ASCMD_R3645")
def test_a_partial_request_leaves_out_what_is_as_before(server: RunningServer) -> None:
    phone = Syncing.begin(server, FolderType.INBOX, FolderType.CONTACTS)
    inbox, contacts = phone.folders[FolderType.INBOX], phone.folders[FolderType.CONTACTS]
    server.deliver(ANNA, letter("partly").as_bytes())
    only = CollectionRequest(sync_key=phone.keys[contacts], collection_id=contacts)
    response = phone.take(phone.post(partial=True, collections=(only,)))
    assert response is not None
    assert [one.collection_id for one in response.collections] == [inbox]
    # It can also say no more than how long to wait, or how much to tell.
    assert phone.sync() is None
    server.deliver(ANNA, letter("again").as_bytes())
    response = phone.take(phone.post(partial=True, window_size=1))
    assert response is not None
    assert [one.collection_id for one in response.collections] == [inbox]


@pytest.mark.req(
    "MS-ASCMD_R3162",
    "MS-ASCMD_R4748",
    "MS-ASCMD_R3160",
    "MS-ASCMD_R4746",
    "MS-ASCMD_R3227",
    "MS-ASCMD_R3228",
    "MS-ASCMD_R3229",
    "MS-ASCMD_R3230",
)
def test_limits_of_waiting(server: RunningServer) -> None:
    phone = Syncing.begin(server, FolderType.INBOX)
    for request, status, limit in (
        ({"wait": 1, "heartbeat_interval": 60}, SyncStatus.PROTOCOL_ERROR, None),
        ({"wait": 0}, SyncStatus.INVALID_WAIT, 1),
        ({"wait": 60}, SyncStatus.INVALID_WAIT, 59),
        ({"heartbeat_interval": 59}, SyncStatus.INVALID_WAIT, 60),
        ({"heartbeat_interval": 3541}, SyncStatus.INVALID_WAIT, 3540),
    ):
        answer = phone.post(collections=phone.collections(), **request).read(SyncResponse)
        assert (answer.status, answer.limit) == (status, limit)
        assert not answer.collections


@pytest.mark.req("MS-ASCMD_R5659", "MS-ASCMD_R4464", "MS-ASCMD_R3231", "MS-ASCMD_R4545", "MS-ASCMD_R4546")
def test_limits_of_a_request(server: RunningServer) -> None:
    phone = Syncing.begin(server, FolderType.CONTACTS)
    contacts = phone.folders[FolderType.CONTACTS]
    key = phone.keys[contacts]
    deletes = tuple(DeleteCommand(server_id=f"{contacts}:{number}") for number in range(201))
    many = CollectionRequest(sync_key=key, collection_id=contacts, commands=deletes)
    answer = phone.post(collections=(many,)).read(SyncResponse)
    assert answer.status == SyncStatus.PROTOCOL_ERROR
    folders = tuple(CollectionRequest(sync_key="0", collection_id=str(number)) for number in range(301))
    answer = phone.post(collections=folders).read(SyncResponse)
    assert (answer.status, answer.limit) == (SyncStatus.TOO_MANY_COLLECTIONS, 300)
    twice = (CollectionRequest(sync_key=key, collection_id=contacts),) * 2
    assert phone.post(collections=twice).read(SyncResponse).status == SyncStatus.PROTOCOL_ERROR
    without = Element(
        AirSync.Sync,
        [Element(AirSync.Collections, [Element(AirSync.Collection, [Element(AirSync.SyncKey, "0")])])],
    )
    turned = [Element(AirSync.CollectionId, contacts), Element(AirSync.SyncKey, key)]
    disordered = Element(AirSync.Sync, [Element(AirSync.Collections, [Element(AirSync.Collection, turned)])])
    for tree in (without, disordered):
        answer = phone.phone.post(Command.SYNC, encode(tree)).read(SyncResponse)
        assert answer.status == SyncStatus.PROTOCOL_ERROR
    assert phone.sync() is None


@pytest.mark.req("MS-ASCMD_R5596")
def test_a_waiting_sync_is_answered_by_a_delivery(server: RunningServer, threads: ThreadPoolExecutor) -> None:
    phone = Syncing.begin(server, FolderType.INBOX, FolderType.CONTACTS)
    waiting: Future[SyncResponse | None] = threads.submit(phone.sync, heartbeat_interval=60)
    soon(server)
    assert not waiting.done()
    server.deliver(ANNA, letter("wake up").as_bytes())
    response = waiting.result(10)
    assert response is not None
    [inbox] = response.collections
    assert len(inbox.commands) == 1
    assert len(server.application.services.hub) == 0


def test_a_wake_without_news_goes_on_waiting(server: RunningServer, threads: ThreadPoolExecutor) -> None:
    phone = Syncing.begin(server, FolderType.INBOX)
    engine = server.application.services.engine
    before = engine.fruitless_wakes
    waiting: Future[SyncResponse | None] = threads.submit(phone.sync, wait=1)
    soon(server)
    account = server.users[ANNA].account_id

    async def publish() -> None:
        server.application.services.hub.publish(account, None)

    server.call(publish)
    deadline = time.monotonic() + 10
    while engine.fruitless_wakes == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not waiting.done()
    server.deliver(ANNA, letter("now").as_bytes())
    assert waiting.result(10) is not None


def test_a_newer_request_ends_one_that_waits(server: RunningServer, threads: ThreadPoolExecutor) -> None:
    phone = Syncing.begin(server, FolderType.INBOX)
    waiting = threads.submit(phone.post, collections=phone.collections(), wait=1)
    soon(server)
    assert phone.sync() is None
    answer = waiting.result(10)
    assert answer.status == 200
    assert answer.body == b""


@pytest.mark.req("MS-ASCMD_R5599")
def test_commands_are_answered_at_once(server: RunningServer) -> None:
    phone = Syncing.begin(server, FolderType.CONTACTS)
    contacts = phone.folders[FolderType.CONTACTS]
    data = [Element(Contacts.FirstName, "Eve"), Element(Contacts.FileAs, "Eve")]
    request = CollectionRequest(
        sync_key=phone.keys[contacts],
        collection_id=contacts,
        commands=(AddCommand(client_id="1", application_data=data),),
    )
    started = time.monotonic()
    response = phone.take(phone.post(collections=(request,), heartbeat_interval=60))
    assert response is not None
    assert time.monotonic() - started < 10


def test_requests_of_one_device_do_not_tread_on_each_other(server: RunningServer) -> None:
    """The same Add in several requests at once makes one item (law 9)."""
    phone = Syncing.begin(server, FolderType.CONTACTS)
    contacts = phone.folders[FolderType.CONTACTS]
    data = [Element(Contacts.FirstName, "Solo"), Element(Contacts.FileAs, "Solo")]
    request = CollectionRequest(
        sync_key=phone.keys[contacts],
        collection_id=contacts,
        commands=(AddCommand(client_id="solo", application_data=data),),
    )
    found: list[str | None] = []

    def send() -> None:
        response = phone.post(collections=(request,)).read(SyncResponse)
        found.extend(one.server_id for one in response.collections[0].responses)

    senders = [threading.Thread(target=send) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(found) == 6
    assert len(set(found)) == 1
