"""Health, metrics and log lines of a whole server, and what systemd is told of it."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import re
import smtplib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families

from overair.client import Client
from overair.mailboxes.interface import FolderType
from overair.protocol.ping import PingFolder
from support.asynchronous import run
from support.house import House, add_accounts
from support.letters import letter
from support.ports import free_port

ANNA: Final = "anna@example.org"
PASSWORD: Final = "Geheim 1"
LOG_IN: Final = {"Authorization": "Basic " + base64.b64encode(f"{ANNA}:{PASSWORD}".encode()).decode()}
PATH: Final = "/Microsoft-Server-ActiveSync"
SYNC: Final = f"{PATH}?Cmd=Sync&User={ANNA}&DeviceId=D1&DeviceType=T"


class Watched(NamedTuple):
    """A server, the port of its monitoring, and what it tells the service manager."""

    house: House
    port: int
    manager: socket.socket


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    add_accounts(folder / "data", {ANNA: "Anna"}, PASSWORD)
    port = free_port()
    settings = f'trusted_proxies = ["127.0.0.1"]\n[monitoring]\nbind = "127.0.0.1:{port}"'
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(folder / "notify"))
        manager.settimeout(10)
        before = ("env", f"NOTIFY_SOCKET={folder / 'notify'}")
        with House(folder / "data", settings=settings, before=before) as house:
            yield Watched(house, port, manager)


def asked(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def measured(watched: Watched) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels."""
    status, text, headers = asked(watched.port, "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(samples: dict[Any, float], name: str, **labels: str) -> float:
    """The sum of the samples with some labels."""
    return sum(
        value
        for (sample, said), value in samples.items()
        if sample == name and labels.items() <= dict(said).items()
    )


def test_the_service_manager_is_told_of_the_start(watched: Watched) -> None:
    assert watched.manager.recv(100) == b"READY=1"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_health_on_both_listeners(watched: Watched, path: str, method: str) -> None:
    for port in (watched.port, watched.house.port):
        status, body, _ = asked(port, path, method)
        assert (status, body) == (200, "ok\n" if method == "GET" else "")


def test_metrics_are_on_their_own_listener_alone(watched: Watched) -> None:
    assert asked(watched.house.port, "/metrics")[0] == 404
    assert asked(watched.port, PATH)[0] == 404
    assert asked(watched.port, "/")[0] == 404


def test_a_server_whose_database_does_not_answer_lives_and_is_not_ready(watched: Watched) -> None:
    since = watched.house.log_length
    with watched.house.locked_database():
        time.sleep(1.1)  # what it said before holds for a second
        for port in (watched.port, watched.house.port):
            assert asked(port, "/readyz")[:2] == (503, "not ready\n")
            assert asked(port, "/healthz")[:2] == (200, "ok\n")
    assert [line["level"] for line in watched.house.events("not ready", since)] == ["warning"]
    deadline = time.monotonic() + 20
    while asked(watched.port, "/readyz")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(watched.house.events("ready again", since)) == 1


def test_what_phones_do_is_counted(watched: Watched) -> None:
    before = measured(watched)

    async def phone() -> None:
        async with Client(watched.house.url, ANNA, PASSWORD, device_id="COUNTED") as device:
            await device.folder_sync()
            await device.send_mail(letter(1).replace(b"ben@example.org", ANNA.encode()), client_id="1")

    run(phone())
    with smtplib.LMTP(str(watched.house.lmtp)) as lmtp:
        lmtp.sendmail("ben@example.org", [ANNA], letter(2))
    after = measured(watched)

    def more(name: str, **labels: str) -> float:
        return of(after, name, **labels) - of(before, name, **labels)

    assert more("overair_requests_total", command="FolderSync", http_status="200", status="1") == 1
    assert more("overair_request_seconds_count", command="FolderSync") == 1
    assert more("overair_requests_total", command="SendMail", http_status="200") == 1
    assert more("overair_deliveries_total", way="lmtp", result="delivered") == 1
    assert more("overair_database_seconds_count", kind="write") > 2
    assert after["process_open_fds", ()] > 5
    assert ("overair_queue_messages", ()) in after
    assert of(after, "overair_info") == 1
    assert not [name for name, _ in after if name.startswith("overair_certificate")]  # it shows none


def test_how_long_a_change_takes_to_its_phone_is_timed(watched: Watched) -> None:
    before = measured(watched)

    async def phone() -> None:
        async with Client(watched.house.url, ANNA, PASSWORD, device_id="WAITING") as device:
            await device.folder_sync()
            inbox = device.folder_of_type(FolderType.INBOX).server_id
            await device.collection(inbox).sync()
            waiting = asyncio.create_task(device.ping([PingFolder(id=inbox, item_class="Email")], 300))
            await asyncio.to_thread(until_one_waits)
            await asyncio.to_thread(deliver)
            await waiting

    def until_one_waits() -> None:
        while not measured(watched)["overair_waiting_requests", ()]:
            time.sleep(0.05)

    def deliver() -> None:
        with smtplib.LMTP(str(watched.house.lmtp)) as lmtp:
            lmtp.sendmail("ben@example.org", [ANNA], letter(4))

    run(phone())
    after = measured(watched)
    assert of(after, "overair_push_seconds_count") - of(before, "overair_push_seconds_count") == 1
    pings = [of(samples, "overair_request_seconds_count", command="Ping") for samples in (before, after)]
    assert pings[1] - pings[0] == 1


def test_strangers_make_no_labels(watched: Watched) -> None:
    """Nor do users, devices and whatever else a request may say."""
    for number in range(20):
        asked(
            watched.house.port,
            f"{PATH}?Cmd=Made{number}&User=u{number}&DeviceId=d{number}&DeviceType=t",
            "POST",
        )
        asked(watched.house.port, f"{PATH}?Cmd=Sync&User=u{number}&DeviceId=d{number}&DeviceType=t", "POST")
        asked(watched.house.port, PATH, f"MADE{number}")
        version = {"MS-ASProtocolVersion": f"1{number}.1"}
        asked(watched.house.port, SYNC, "POST", **LOG_IN, **version)
    text = asked(watched.port, "/metrics")[1]
    commands = set(re.findall(r'overair_requests_total\{command="(\w*)"', text))
    assert not [name for name in commands if name.lower().startswith("made")]
    assert set(re.findall(r'version="([^"]*)"', text)) <= {
        "none",
        "other",
        "12.1",
        "14.0",
        "14.1",
        "16.0",
        "16.1",
        *re.findall(r'overair_info\{version="([^"]*)"', text),
    }
    for secret in (ANNA, "u1", "COUNTED", "127.0.0.1", "d1"):
        assert f'"{secret}"' not in text
    assert text.count("overair_requests_total{") < 30


def logged(house: House, since: int, **fields: str) -> list[dict[str, Any]]:
    """The lines of requests with some fields; the log may come a moment after the answer."""
    deadline = time.monotonic() + 10
    while True:
        found = [line for line in house.events("request", since) if fields.items() <= line.items()]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def test_autodiscover_has_the_proxys_id_and_is_counted(watched: Watched) -> None:
    since = watched.house.log_length
    path = "/autodiscover/autodiscover.json?Email=anna@example.org&Protocol=ActiveSync"
    headers = asked(watched.house.port, path, **{"X-Request-Id": "proxy-of-discovery"})[2]
    assert headers["Request-Id"] == "proxy-of-discovery"
    [line] = logged(watched.house, since)
    assert line["request_id"] == "proxy-of-discovery"
    assert of(measured(watched), "overair_requests_total", command="Autodiscover") == 1


def test_every_line_of_a_request_has_its_id(watched: Watched) -> None:
    since = watched.house.log_length
    headers = asked(
        watched.house.port,
        SYNC,
        "POST",
        **LOG_IN,
        **{"X-Request-Id": "proxy-0123456789", "X-Forwarded-For": "192.0.2.7"},
    )[2]
    assert headers["Request-Id"] == "proxy-0123456789"
    [line] = logged(watched.house, since)
    assert (line["request_id"], line["client"]) == ("proxy-0123456789", "192.0.2.7")
    assert (
        asked(watched.house.port, SYNC, "POST", **{"X-Request-Id": "no; good"})[2]["Request-Id"] != "no; good"
    )

    async def phone() -> None:
        async with Client(watched.house.url, ANNA, PASSWORD, device_id="LOGGED") as device:
            await device.folder_sync()
            await device.send_mail(letter(3).replace(b"ben@example.org", ANNA.encode()), client_id="2")

    since = watched.house.log_length
    run(phone())
    sent = logged(watched.house, since, command="SendMail")[0]
    lines = watched.house.log(since)
    assert [line["request_id"] for line in lines if line["event"] == "message delivered"] == [
        sent["request_id"]
    ]
    others = [line["request_id"] for line in lines if line["event"] == "request"]
    assert len(set(others)) == len(others) > 1


def test_guesses_are_counted_by_the_address_that_the_proxy_tells(watched: Watched) -> None:
    def guess(address: str, number: int) -> int:
        log_in = base64.b64encode(f"nobody@example.org:wrong {number}".encode()).decode()
        headers = {"Authorization": f"Basic {log_in}", "X-Forwarded-For": f"198.51.100.1, {address}"}
        return asked(watched.house.port, PATH, "OPTIONS", **headers)[0]

    assert [guess("192.0.2.66", number) for number in range(7)][-1] == 503
    assert guess("192.0.2.77", 0) == 401


def test_lines_of_libraries_are_json_too(watched: Watched) -> None:
    with socket.create_connection(("127.0.0.1", watched.house.port)) as connection:
        connection.sendall(b"\x16\x03\x01 this is TLS\r\n\r\n")
        connection.recv(100)
    for line in watched.house.log_text.splitlines():
        assert {"event", "level", "timestamp"} <= json.loads(line).keys(), line


def test_leaving_ends_readiness_first_and_is_told(watched: Watched) -> None:
    """The last test of the module: it ends the server."""
    assert watched.house.terminate() < 10
    assert watched.manager.recv(100) == b"STOPPING=1"
    assert not Path("/proc/net/tcp").read_text().count(f":{watched.port:04X} 00000000:0000 0A")
