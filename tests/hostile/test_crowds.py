"""Connections that come to stay: how long each may, how many there may be, and who still gets in."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from overair.server.crowding import Door
from overair.server.settings import Limits
from overair.sockets import raise_descriptor_limit
from support.target import Target

TIMES = {"handshake": 1.0, "head": 1.2, "body": 1.6, "idle": 2.0}
EACH = 30
SETTINGS = (
    "[timeouts]\n"
    + "".join(f"{name} = {seconds}\n" for name, seconds in TIMES.items())
    + f"[limits]\nconnections_per_address = {EACH}\n"
)
OTHER = "127.0.0.2"
"""A second address of loopback, from which strangers come."""
OPTIONS = b"OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: a\r\n"
BODY = OPTIONS.replace(b"OPTIONS", b"POST") + b"Content-Length: 100000\r\n\r\n"
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
"""How a handshake begins."""


@pytest.fixture(scope="module")
def brisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """``overair serve`` with TLS and short times."""
    with Target(tmp_path_factory.mktemp("crowds") / "data", tls=True, settings=SETTINGS) as running:
        yield running


def dial(server: Target, source: str = OTHER) -> socket.socket:
    """A connection without TLS."""
    return socket.create_connection(("127.0.0.1", server.port), 20, (source, 0))


def seconds_until_closed(connection: socket.socket, begun: float) -> float:
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(65536):
            pass
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        pytest.param("handshake", None, id="no TLS"),
        pytest.param("handshake", HELLO, id="half a handshake", marks=pytest.mark.full),
        pytest.param("head", b"", id="nothing", marks=pytest.mark.full),
        pytest.param("head", b"OPTI", id="half a line", marks=pytest.mark.full),
        pytest.param("head", OPTIONS + b"X-", id="half a head"),
        pytest.param("body", BODY + b"abc", id="half a body"),
        pytest.param("idle", OPTIONS + b"\r\n", id="no more"),
    ],
)
def test_the_times_that_are_set_are_those_that_count(brisk: Target, name: str, sent: bytes | None) -> None:
    begun = time.monotonic()
    with dial(brisk) if name == "handshake" else brisk.connect() as connection:
        if sent:
            connection.sendall(sent)
        seconds = seconds_until_closed(connection, begun)
    assert TIMES[name] - 0.2 < seconds < TIMES[name] + 4


@pytest.mark.parametrize(
    ("name", "first", "piece"),
    [
        pytest.param("head", b"OPTIONS /", b"a", marks=pytest.mark.full),
        ("head", OPTIONS + b"X: ", b"a"),
        ("body", BODY, b"a"),
    ],
    ids=["line", "head", "body"],
)
def test_dripping_does_not_help(brisk: Target, name: str, first: bytes, piece: bytes) -> None:
    with brisk.connect() as connection:
        begun = time.monotonic()
        connection.sendall(first)
        with contextlib.suppress(OSError):
            while time.monotonic() - begun < 10:
                connection.sendall(piece)
                time.sleep(0.1)
        assert TIMES[name] - 0.2 < time.monotonic() - begun < TIMES[name] + 4


def closed(connections: list[socket.socket]) -> int:
    """How many of the connections were closed at once."""
    found = 0
    for connection in connections:
        connection.setblocking(False)
        try:
            found += not connection.recv(1)
        except BlockingIOError:
            continue
        except OSError:
            found += 1
    return found


def test_an_address_has_so_many_and_others_are_let_in(brisk: Target) -> None:
    with contextlib.ExitStack() as stack, brisk.measured():
        many = [stack.enter_context(dial(brisk)) for _ in range(2 * EACH)]
        time.sleep(0.3)
        assert closed(many) == EACH
        assert brisk.events("an address has too many connections")[-1]["address"] == OTHER
        time.sleep(TIMES["handshake"] + 1)
        assert closed(many) == 2 * EACH
        # There is room again, also for those that did not close.
        again = [stack.enter_context(dial(brisk)) for _ in range(EACH)]
        time.sleep(0.3)
        assert closed(again) == 0


@pytest.mark.full
def test_thousands_from_one_address_take_no_descriptors_of_others(secure: Target) -> None:
    raise_descriptor_limit()
    most = Limits().connections_per_address
    before = secure.open_files()
    with contextlib.ExitStack() as stack:
        with secure.measured() as cost:
            many = [stack.enter_context(dial(secure)) for _ in range(most + 500)]
        time.sleep(0.5)
        assert closed(many) == 500
        assert secure.open_files() - before < most + 50
    assert cost.cpu < 5


def test_connections_that_never_agree_on_tls_leave_descriptors_to_the_store(tmp_path: Path) -> None:
    """They count before TLS: mail comes in, and phones that are there go on."""
    with (
        Target(tmp_path / "data", tls=True, settings="[limits]\nconnections = 40\n") as server,
        contextlib.ExitStack() as stack,
    ):
        with server.measured():
            pass  # the honest phone has come
        before = server.open_files()
        many = [stack.enter_context(dial(server)) for _ in range(300)]
        time.sleep(0.5)
        assert server.open_files() - before <= 40 + 64 + 1
        assert closed(many) >= 300 - 40 - 64 - 1
        assert server.events(
            "no more phones can connect: raise [limits] connections or LimitNOFILE (systemd)"
        )


def test_a_network_of_ipv6_is_one_comer() -> None:
    door = Door(1000, 2, ("2001:db8:5::/48", "10.0.0.0/8"))
    network = ipaddress.ip_network("2001:db8:1:2::/64")
    assert [door.enter(str(network[number])) is not None for number in range(3)] == [True, True, False]
    assert door.enter("2001:db8:1:3::1") is not None
    assert [door.enter("::ffff:192.0.2.1") is not None, door.enter("192.0.2.1") is not None] == [True, True]
    assert door.enter("192.0.2.1") is None
    # Proxies come for everybody.
    for proxy in ("10.1.2.3", "2001:db8:5::1"):
        assert all(door.enter(proxy) for _ in range(10))
    entered = door.connections
    door.leave("192.0.2.1")
    assert door.enter("192.0.2.1") is not None
    assert door.connections == entered
