"""Partnerships, the lock of a device, and what the endpoint does when something breaks."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from overair.devices import partnerships as partnerships_module
from overair.devices.device import Device
from overair.devices.quirks import Quirk, quirks_of
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_sync import FolderSyncRequest
from overair.protocol.http import PATH, Command
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.sync import CollectionRequest, SyncRequest, SyncResponse
from overair.storage.interface import DatabaseUnavailable
from overair.versions import Version
from overair.wbxml import encode
from support.asynchronous import run
from support.phone import Phone, request_lines
from support.server import ANNA, BEN, RunningServer, running_server

FOLDER_SYNC = FolderSyncRequest(sync_key="0")


def device_of(server: RunningServer, phone: Phone) -> Device:
    partnerships = server.application.services.partnerships
    account_id = server.users[phone.address].account_id
    return server.call(
        lambda: partnerships.contact(
            account_id, phone.device_id, phone.device_type, "Testphone/1.0", phone.version
        )
    )


def test_device_ids_repeat_across_accounts(server: RunningServer) -> None:
    anna, ben = Phone(server, device_id="same"), Phone(server, device_id="same", address=BEN)
    anna.folder_sync()
    ben.folder_sync()
    assert device_of(server, anna).device_key != device_of(server, ben).device_key


def test_a_partnership_notes_what_the_device_says_now(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        phone = Phone(server, Version.V14_0)
        phone.post(Command.FOLDER_SYNC, FOLDER_SYNC, user_agent="Old/1")
        phone.version = Version.V16_1
        phone.post(Command.FOLDER_SYNC, FOLDER_SYNC, user_agent="New/2" + "x" * 1000)
    with running_server(tmp_path) as server:
        phone.server = server
        partnerships = server.application.services.partnerships
        cached = partnerships._cache
        assert not cached
        phone.post(Command.FOLDER_SYNC, FOLDER_SYNC, user_agent="New/2" + "x" * 1000)
        (device,) = cached.values()
        assert device.user_agent == ("New/2" + "x" * 1000)[:256]
        assert device.protocol_version == Version.V16_1


@pytest.mark.req("MS-ASCMD_R4980")
def test_too_many_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: dict[str, Any] = {"limits.devices": 3}
    with running_server(tmp_path, **limits) as server:
        phones = [Phone(server) for _ in range(3)]
        for phone in phones:
            assert phone.folder_sync().status == 1
        assert Phone(server).post(Command.FOLDER_SYNC, FOLDER_SYNC).common_status == 177
        old = Phone(server, Version.V12_1)
        assert old.post(Command.FOLDER_SYNC, FOLDER_SYNC).status == 403
        assert Phone(server, address=BEN).folder_sync().status == 1
        assert phones[0].folder_sync().status == 1
        # A device that was not seen for long makes room.
        monkeypatch.setattr(partnerships_module, "ORPHANED_AFTER", 0)
        assert Phone(server).folder_sync().status == 1


def test_a_device_that_made_room_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: dict[str, Any] = {"limits.devices": 1}
    with running_server(tmp_path, **limits) as server:
        first, second = Phone(server), Phone(server)
        key = first.folder_sync().sync_key
        assert key is not None
        monkeypatch.setattr(partnerships_module, "ORPHANED_AFTER", 0)
        assert second.folder_sync().status == 1
        # It is still in memory, but its partnership is gone with all that hung on it.
        monkeypatch.setattr(partnerships_module, "SEEN_EVERY", -1)
        assert first.folder_sync(key).status == 9
        assert first.folder_sync().status == 1


def test_quirks() -> None:
    android = {Quirk.IGNORES_STATUS_OF_ESTIMATE, Quirk.WANTS_NO_ZONE_NAMES}
    assert quirks_of("validate", "Android/4") == {Quirk.KEEPS_NO_STATE, *android}
    for user_agent in ("Android/4.4.4-EAS-1.3", "Android-Mail/2024.11.24.702067492.Release"):
        assert quirks_of("", user_agent) == android
    assert quirks_of("validated", "x") == frozenset()
    assert quirks_of("", "Nine/4") == {Quirk.WANTS_ASPNET_VERSION}
    assert quirks_of("", "Ninety/4") == frozenset()
    assert quirks_of("", "Outlook/16.0 (16.0.4266.1001; MSI; x64)") == {Quirk.KEEPS_WHAT_IT_MOVES}
    assert quirks_of("", "Outlook-iOS-Android/1.0") == frozenset()
    for user_agent in ("Apple-iPhone9C3/1402.100", "iOS/17.4 (21E219) dataaccessd/1.0"):
        assert quirks_of("", user_agent) == {Quirk.EMPTY_PICTURE_MEANS_NOTHING}


def test_a_ping_lets_other_requests_of_its_device_through(server: RunningServer) -> None:
    phone = Phone(server)
    inbox = next(entry for entry in phone.folders().values())
    ping = PingRequest(heartbeat_interval=60, folders=(PingFolder(id=inbox.server_id, item_class="Email"),))

    async def both() -> tuple[PingResponse, float]:
        waiting = asyncio.create_task(asyncio.to_thread(phone.post, Command.PING, ping))
        begun = time.monotonic()
        while not len(server.application.services.hub):
            await asyncio.sleep(0.01)
            assert time.monotonic() < begun + 20
        for _ in range(3):
            assert (await asyncio.to_thread(phone.folder_sync)).status == 1
        # A newer one ends the first.
        newer = asyncio.create_task(asyncio.to_thread(phone.post, Command.PING, ping))
        first = (await waiting).read(PingResponse)
        elapsed = time.monotonic() - begun
        server.loop.call_soon_threadsafe(
            server.application.services.hub.end_waits, server.users[ANNA].account_id
        )
        (await newer).read(PingResponse)
        return first, elapsed

    response, seconds = run(both())
    assert response.status in (1, 2)
    assert seconds < 30


def test_a_client_that_leaves_is_noticed(server: RunningServer) -> None:
    phone = Phone(server)
    inbox = next(entry for entry in phone.folders().values())
    ping = PingRequest(heartbeat_interval=900, folders=(PingFolder(id=inbox.server_id, item_class="Email"),))
    hub = server.application.services.hub
    request = phone.request(Command.PING)
    connection = http.client.HTTPConnection("localhost", server.port)
    connection.request(
        "POST",
        f"{PATH}?{request.to_query()}",
        encode(ping.to_element(phone.version)),
        {**request.to_headers(), "Content-Type": request.content_type},
    )
    wait_until(lambda: len(hub) == 1)
    connection.close()
    wait_until(lambda: len(hub) == 0)
    assert len(hub) == 0


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.req("MS-ASHTTP_R190", "MS-ASHTTP_R184", "MS-ASHTTP_R288")
@pytest.mark.parametrize(
    ("error", "status"), [(DatabaseUnavailable("disk full"), 503), (ZeroDivisionError("a secret"), 500)]
)
def test_errors_of_the_house(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    phone = Phone(server)

    async def broken(*_: object) -> Device:
        raise error

    monkeypatch.setattr(server.application.services.partnerships, "contact", broken)
    with capture_logs() as lines:
        answer = phone.post(Command.FOLDER_SYNC, FOLDER_SYNC)
        (line,) = request_lines(lines, 1, phone.device_id)
    assert answer.status == status
    assert ("retry-after" in answer.headers) == (status == 503)
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body
    assert line["log_level"] == "warning"
    assert line["request_id"] == answer.headers["request-id"]
    assert any(line["event"] == "request failed" for line in lines) == (status == 500)


def test_a_whole_server_over_tls(tmp_path: Path) -> None:
    with running_server(tmp_path, tls=True) as server:
        assert server.url.startswith("https://localhost:")
        assert Phone(server).folder_sync().status == 1


def test_pages_get_the_other_paths(server: RunningServer) -> None:
    async def hello(_: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    application = server.application
    before = application.pages
    application.pages = Starlette(routes=[Route("/", hello)])
    try:
        assert Phone(server).http("GET", "/", {}).body == b"hello"
        assert Phone(server).http("GET", "/other", {}).status == 404
        assert Phone(server).http("OPTIONS", PATH, {}).status == 401
    finally:
        application.pages = before


@pytest.mark.req("MS-ASCMD_R3228", "MS-ASCMD_R3230")
def test_the_longest_heartbeat_is_a_setting(tmp_path: Path) -> None:
    inbox = ""
    with running_server(tmp_path) as server:
        phone = Phone(server)
        inbox = phone.folders()[FolderType.INBOX].server_id
        ping = PingRequest(heartbeat_interval=700, folders=(PingFolder(id=inbox, item_class="Email"),))
        waiting = threading.Thread(target=phone.post, args=(Command.PING, ping))
        waiting.start()
        hub = server.application.services.hub
        wait_until(lambda: len(hub) == 1)
        server.loop.call_soon_threadsafe(hub.end_waits, server.users[ANNA].account_id)
        waiting.join()
    shorter: dict[str, Any] = {"heartbeat.longest": 600}
    with running_server(tmp_path, **shorter) as server:
        phone.server = server
        for request in (ping, PingRequest()):
            response = phone.post(Command.PING, request).read(PingResponse)
            assert (response.status, response.heartbeat_interval) == (5, 600)
        collection = CollectionRequest(sync_key="0", collection_id=inbox)
        for sync, limit in (
            (SyncRequest(collections=(collection,), wait=11), 10),
            (SyncRequest(collections=(collection,), heartbeat_interval=601), 600),
        ):
            answer = phone.post(Command.SYNC, sync).read(SyncResponse)
            assert (answer.status, answer.limit) == (14, limit)
