"""Phones that wait on a gateway: one connection for all of an account, and nothing told that is not so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from overair.client import SynchronousClient
from overair.client.synchronous import SynchronousMailFolder
from overair.mailboxes.gateway import accounts, watching
from overair.mailboxes.interface import FolderType
from overair.protocol.ping import PingFolder, PingResponse
from overair.protocol.statuses import PingStatus
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import dav_users, running_gateway
from support.gateway_phones import (
    WAIT,
    book_of,
    contacts_of,
    inbox_of,
    letter,
    meanwhile,
    persistent,
    subjects,
)
from support.packages import needs
from support.radicale import Radicale
from support.server import RunningServer

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
QUIET = 2.0
"""Seconds in which a phone would have heard something."""
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada\r\nFN:Ada\r\nN:Lovelace;Ada;;;\r\nEND:VCARD\r\n"


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale(dav_users()) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, radicale: Radicale
) -> Iterator[RunningServer]:
    # Only connections that are needed are left.
    settings: dict[str, Any] = {"gateway.poll_calendars": 1, "gateway.idle_seconds": 1}
    with running_gateway(tmp_path_factory.mktemp("data"), dovecot, radicale, **settings) as server:
        yield server


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    return dovecot.user()


Phone = Callable[[str], SynchronousClient]


@pytest.fixture
def phone(gateway: RunningServer, user: str) -> Iterator[Phone]:
    with ExitStack() as stack:

        def make(device_id: str) -> SynchronousClient:
            client = SynchronousClient(gateway.url, f"{user}@example.org", PASSWORD, device_id=device_id)
            stack.enter_context(client).folder_sync()
            return client

        yield make


def connections(dovecot: Dovecot, user: str) -> int:
    """How many a user has to the server."""
    lines = dovecot.doveadm("who", "-1", user).splitlines()
    return sum(line.split()[0] == user for line in lines if line)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def synchronised(client: SynchronousClient) -> SynchronousMailFolder:
    inbox = inbox_of(client)
    inbox.sync()
    return inbox


def pinging(client: SynchronousClient, kind: FolderType) -> Future[PingResponse]:
    """A Ping of a phone that waits."""
    server_id = client.asynchronous.folder_of_type(kind).server_id
    item_class = "Email" if kind is FolderType.INBOX else "Contacts"
    folders = [PingFolder(id=server_id, item_class=item_class)]
    return meanwhile(lambda: client.ping(folders, heartbeat=WAIT))


def test_all_devices_of_an_account_share_one_connection_which_ends_after_them(
    dovecot: Dovecot, user: str, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LINGER_SECONDS", 0.5)
    monkeypatch.setattr(accounts, "LINGER_SECONDS", 1.0)
    boxes = [synchronised(phone(f"shares{number}")) for number in range(3)]
    until(lambda: connections(dovecot, user) == 0)  # what the first Syncs needed has ended
    waiting = [meanwhile(partial(box.sync, heartbeat=WAIT)) for box in boxes]
    time.sleep(QUIET)
    until(lambda: connections(dovecot, user) == 1)
    assert not any(one.done() for one in waiting)
    dovecot.deliver(user, letter("for-all"))
    for box, one in zip(boxes, waiting, strict=True):
        assert subjects(box, one.result(WAIT).added) == ["for-all"]
    until(lambda: connections(dovecot, user) == 0)


def test_a_connection_that_is_lost_is_no_news(dovecot: Dovecot, user: str, phone: Phone) -> None:
    dovecot.deliver(user, letter("before"))
    client = phone("loses")
    box = synchronised(client)
    waiting = pinging(client, FolderType.INBOX)
    until(lambda: connections(dovecot, user) > 0)
    dovecot.kill()
    try:
        time.sleep(QUIET)
        assert not waiting.done()
    finally:
        dovecot.start()
    until(lambda: connections(dovecot, user) > 0)
    time.sleep(QUIET)
    assert not waiting.done()
    dovecot.deliver(user, letter("after"))
    assert waiting.result(WAIT).status == PingStatus.CHANGES
    heard = box.sync()
    assert (subjects(box, heard.added), heard.changed, heard.deleted) == (["after"], [], [])


def test_what_another_client_puts_over_dav_wakes_who_waits(
    radicale: Radicale, user: str, phone: Phone
) -> None:
    client = phone("hears")
    contacts = contacts_of(client)
    contacts.sync()
    book = book_of(radicale, user)
    waiting = pinging(client, FolderType.CONTACTS)
    time.sleep(QUIET)  # some polls find nothing, which is none of the phone's business
    assert not waiting.done()
    radicale.put(user, f"{book}ada.vcf", CARD)
    assert waiting.result(WAIT).status == PingStatus.CHANGES
    [ada] = contacts.sync().added
    waiting = pinging(client, FolderType.CONTACTS)
    radicale.stop()
    try:
        time.sleep(QUIET)
        assert not waiting.done()
    finally:
        radicale.start()
    radicale.delete(user, f"{book}ada.vcf")
    assert waiting.result(WAIT).status == PingStatus.CHANGES
    assert persistent(contacts.sync).deleted == [ada]
