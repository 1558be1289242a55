"""What phones hear over HTTP while passwords are guessed at."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_sync import FolderSyncRequest
from overair.protocol.http import PATH, Command
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.statuses import PingStatus
from overair.protocol.sync import CollectionRequest, SyncRequest, SyncResponse
from overair.wbxml import encode
from support.phone import Answer, Phone, letter
from support.server import ANNA, BEN, PASSWORD, RunningServer, running_server

QUERY = "Cmd=FolderSync&User=x&DeviceId={}&DeviceType=Test"


@pytest.fixture(name="server")
def served(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "data") as server:
        yield server


def ask(server: RunningServer, login: str, password: str, source: str, device: str = "GUESS") -> Answer:
    """One request from a loopback address, of which Linux has 16 million."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60, source_address=(source, 0))
    token = b64encode(f"{login}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "MS-ASProtocolVersion": "14.1"}
    try:
        connection.request("POST", f"{PATH}?{QUERY.format(device)}", b"", headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read(), None, Phone.version)
    finally:
        connection.close()


def forget_remembered(server: RunningServer) -> None:
    """As if five minutes had passed."""
    server.application.directory._logins._remembered._users.clear()


@pytest.mark.req("MS-ASHTTP_R288")
def test_who_is_held_up_is_not_asked_for_a_password(server: RunningServer) -> None:
    phone = Phone(server, device_id="PHONE1")
    phone.folder_sync()
    for guess in range(5):
        wrong = ask(server, "anna", f"guess {guess}", "127.0.0.2")
        assert wrong.status == 401
        assert wrong.headers["www-authenticate"].startswith("Basic ")
        assert "retry-after" not in wrong.headers
    assert ask(server, "anna", PASSWORD, "127.0.0.2", "NEW").status == 200, "remembered"
    forget_remembered(server)
    for password in ("guess 6", PASSWORD):
        held = ask(server, "anna", password, "127.0.0.2", "OTHER")
        assert held.status == 503
        assert 1 <= int(held.headers["retry-after"]) <= 300
        assert "www-authenticate" not in held.headers
    # A password known to be wrong is answered so, whoever is held up: its phone has to ask for another.
    assert ask(server, "anna", "guess 1", "127.0.0.2").status == 401
    assert phone.folder_sync().status == 1


def waiting_ping(server: RunningServer, phone: Phone) -> tuple[threading.Thread, list[Answer]]:
    """A Ping on the Inbox that is waiting."""
    inbox = phone.folders()[FolderType.INBOX].server_id
    first = SyncRequest(collections=(CollectionRequest(sync_key="0", collection_id=inbox),))
    key = phone.post(Command.SYNC, first).read(SyncResponse).collections[0].sync_key
    again = SyncRequest(collections=(CollectionRequest(sync_key=key, collection_id=inbox),))
    phone.post(Command.SYNC, again)
    ping = PingRequest(
        heartbeat_interval=300, folders=(PingFolder(id=inbox, item_class=ItemClass.EMAIL.value),)
    )
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(phone.post(Command.PING, ping)), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not len(server.application.services.hub):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return thread, answers


def test_a_flood_of_guesses_from_many_addresses(server: RunningServer) -> None:
    """Guesses at full speed from 250 addresses, at Anna and at names of nobody."""
    anna = Phone(server, device_id="ANNAS", address=ANNA)
    thread, answers = waiting_ping(server, anna)
    ben = Phone(server, device_id="BENS", address=BEN)
    ben.folder_sync()
    stop = threading.Event()
    seen: Counter[int] = Counter()

    def guess(first: int) -> None:
        number = first
        while not stop.is_set():
            name = "anna" if number % 2 else f"nobody{number}"
            status = ask(server, name, f"guess {number}", f"127.0.{1 + first}.{1 + number % 60}").status
            seen[status] += 1
            number += 1

    with ThreadPoolExecutor(4) as bots:
        running = [bots.submit(guess, first) for first in range(4)]
        try:
            while sum(seen.values()) < 100:
                time.sleep(0.02)
            started = time.monotonic()
            for _ in range(20):  # remembered
                assert ben.folder_sync().status == 1
            forget_remembered(server)
            assert ben.folder_sync().status == 1  # known, checked anew
            during = time.monotonic() - started
            statuses = [ask(server, "ben", PASSWORD, f"127.9.9.{n}", f"NEW{n}").status for n in (1, 2)]
            server.deliver(ANNA, letter("during the flood").as_bytes())
            thread.join(20)
        finally:
            stop.set()
        for one in running:
            one.result()
    print(f"{sum(seen.values())} guesses in the flood: {dict(seen)}; 21 requests in {during:.2f} s")
    assert seen[401]
    assert set(seen) <= {401, 503}
    assert set(statuses) == {200}
    assert answers[0].status == 200
    assert answers[0].read(PingResponse).status == PingStatus.CHANGES


@pytest.mark.parametrize("change", ["passwd", "remove"])
def test_a_body_that_came_before_a_new_password_does_nothing_after_it(
    server: RunningServer, change: str
) -> None:
    """Its log-in was checked when its head had come; whoever has the phone may hold the body back."""
    phone = Phone(server, device_id="STOLEN")
    phone.folder_sync()
    body = encode(FolderSyncRequest(sync_key="0").to_element(phone.version))
    request = phone.request(Command.FOLDER_SYNC, body=body)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", f"{PATH}?{request.to_query(base64=False)}")
    for name, value in request.to_headers(base64=False).items():
        if name.lower() != "content-length":
            connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[:3])
    time.sleep(0.3)
    directory = server.application.directory
    if change == "passwd":
        server.call(lambda: directory.set_password(ANNA, "a new one"))
    else:
        server.call(lambda: directory.remove_user(ANNA))
    connection.send(body[3:])
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Retry-After")) == (503, "1")
    connection.close()
    assert phone.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0")).status == 401


def test_a_wait_that_was_let_in_before_a_new_password_does_not_begin(server: RunningServer) -> None:
    """Its device's lock was taken while the password changed and waits were ended."""
    phone = Phone(server, device_id="STOLEN")
    thread, answers = waiting_ping(server, phone)
    application = server.application
    account_id = server.users[ANNA].account_id
    partnerships = application.services.partnerships
    device = server.call(
        lambda: partnerships.contact(account_id, "STOLEN", phone.device_type, "Testphone/1.0", phone.version)
    )
    server.deliver(ANNA, letter().as_bytes())
    thread.join(20)
    assert answers
    locked, free = threading.Event(), threading.Event()

    async def hold() -> None:
        async with application.services.locks.hold(device.device_key):
            locked.set()
            await asyncio.to_thread(free.wait, 20)

    holding = asyncio.run_coroutine_threadsafe(hold(), server.loop)
    assert locked.wait(20)
    late: list[Answer] = []
    again = threading.Thread(target=lambda: late.append(phone.post(Command.PING)), daemon=True)
    again.start()
    time.sleep(0.3)
    server.call(lambda: application.directory.set_password(ANNA, "a new one"))
    application.services.hub.end_waits(account_id)
    free.set()
    holding.result(20)
    again.join(20)
    assert [answer.status for answer in late] == [503]


def test_odd_names_and_passwords_are_answered(server: RunningServer) -> None:
    names = ["", "a" * 3000, "ä" * 1000, "anna\x00", "\\", "@", "' OR 1=1 --", "%00"]
    assert [ask(server, name, "guess", "127.0.0.3").status for name in names] == [401] * len(names)
    lengths = {0: 401, 4_000: 401, 20_000: 401, 40_000: 431}
    assert {length: ask(server, "anna", "x" * length, "127.0.0.4").status for length in lengths} == lengths
    with contextlib.suppress(OSError):  # the server may close before the whole header was sent
        assert ask(server, "anna", "x" * 10_000_000, "127.0.0.4").status == 431
    assert ask(server, "anna", PASSWORD, "127.0.0.5").status == 200
