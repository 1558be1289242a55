"""Serving behind nginx, HAProxy and Caddy with the configurations of docs/, which end TLS or pass it on."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from overair.protocol.sync import HEARTBEAT_SECONDS
from serving.conftest import Running, servers
from support.packages import needs
from support.proxies import KINDS, Kind, in_front

LONGEST_POLL: Final = HEARTBEAT_SECONDS[1]
SCALE: Final = 1000
"""By which times are shortened."""
TIME: Final = re.compile(r"(?<=[ \t])(\d+)s\b")
PHONE: Final = "127.0.0.9"
"""Where clients come from, which is no trusted proxy."""
SPOOFED: Final = {
    "X-Forwarded-For": "198.51.100.9",
    "X-Forwarded-Proto": "gopher",
    "Forwarded": "for=198.51.100.9",
    "X-Real-IP": "198.51.100.9",
    "X-Request-Id": "spoofed-by-the-client",
}


class Front(NamedTuple):
    """A probe behind a proxy, and the proxy's port."""

    kind: str
    running: Running
    port: int
    trust: ssl.SSLContext

    def connect(self, timeout: float = 15) -> HTTPSConnection:
        return HTTPSConnection(
            "127.0.0.1", self.port, timeout=timeout, context=self.trust, source_address=(PHONE, 0)
        )

    def asked(self, path: str = "/", body: bytes = b"", **headers: str) -> Any:
        """What the probe says, on a connection of its own."""
        with contextlib.closing(self.connect()) as connection:
            return asked(connection, path, body, **headers)


def asked(connection: HTTPSConnection, path: str = "/", body: bytes = b"", **headers: str) -> Any:
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    return json.loads(response.read()) if response.status == 200 else response.status


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@contextlib.contextmanager
def fronted(
    name: str, folder: Path, certificate: tuple[Path, Path], change: Callable[[str], str] = str
) -> Iterator[Front]:
    """A probe behind the proxy whose configuration is the document's, changed by ``change``."""
    kind: Kind = KINDS[name]
    passes_on = name == "haproxy-tcp"
    with servers(certificate) as start:
        if passes_on:
            running = start(tls=True, proxies="127.0.0.1", proxy_protocol=True)
            behind = f"127.0.0.1:{running.port}"
        else:
            behind = str(folder / "overair.sock")
            running = start(behind)
        with in_front(kind, change(kind.text), folder / name, behind, certificate) as port:
            trust = ssl.create_default_context(cafile=str(certificate[0]))
            front = Front(name, running, port, trust)
            assert eventually(lambda: isinstance(front.asked(), dict))  # HAProxy asks first how the server is
            yield front


NAMES: Final = [
    pytest.param(name, marks=needs(name.partition("-")[0]), id=name.replace("-", " ")) for name in KINDS
]


@pytest.fixture(scope="module", params=NAMES)
def front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, certificate: tuple[Path, Path]
) -> Iterator[Front]:
    with fronted(request.param, tmp_path_factory.mktemp("front"), certificate) as running:
        yield running


def test_the_proxy_tells_who_asks_and_the_client_does_not(front: Front) -> None:
    answer = front.asked("/", b"x" * 3_000_000, **SPOOFED)
    assert (answer["client"], answer["scheme"], answer["size"]) == (PHONE, "https", 3_000_000)
    assert answer["request_id"] != SPOOFED["X-Request-Id"]
    if front.kind != "haproxy-tcp":
        assert answer["request_id"]
        assert answer["request_id"] != front.asked()["request_id"]


def test_a_phone_that_goes_away_is_noticed(front: Front) -> None:
    leaving, other = front.connect(), front.connect()
    leaving.request("POST", "/wait", b"")
    assert eventually(lambda: asked(other)["waiting"] == 1)
    leaving.close()
    assert eventually(lambda: asked(other)["waiting"] == 0)
    assert asked(other)["ended"][-1] == "ClientGone"


def test_a_change_reaches_who_waits(front: Front) -> None:
    with contextlib.closing(front.connect()) as waiting:
        waiting.request("POST", "/wait", b"")
        assert eventually(lambda: front.asked()["waiting"] == 1)
        front.asked("/change")
        assert json.loads(waiting.getresponse().read())["result"] == "True"


def test_heads_that_are_too_long_are_refused(front: Front) -> None:
    with (
        contextlib.closing(front.connect()) as connection,
        contextlib.suppress(ConnectionError, ssl.SSLError),
    ):
        connection.request("POST", "/", b"", {"X-Long": "x" * 100_000})
        assert connection.getresponse().status in (400, 431, 494)
    with (
        contextlib.closing(front.connect()) as connection,
        contextlib.suppress(ConnectionError, ssl.SSLError),
    ):
        connection.request("POST", "/" + "x" * 20_000, b"")
        # 502 where the server refused it and closed before the proxy had sent all of it.
        assert connection.getresponse().status in (400, 414, 431, 502)
    assert front.asked("/", b"", **{"X-Long": "x" * 4_000})["size"] == 0


@pytest.mark.parametrize("size", [35_000_000, 45_000_000])
def test_bodies_up_to_the_limit_come_through(front: Front, size: int) -> None:
    """The proxy's own limit is above the server's, which answers as the protocol does; HAProxy has none."""
    with contextlib.closing(front.connect(30)) as connection:
        status: Any = 413
        with contextlib.suppress(ConnectionError, ssl.SSLError):  # refused before it was sent
            status = asked(connection, "/", bytes(size))
    if size < 40_000_000 or front.kind.startswith("haproxy"):
        assert status["size"] == size
    else:
        assert status == 413
    assert front.asked()["size"] == 0


HIDDEN: Final = b"POST /hidden HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
"""What an attacker would have the server take for a request of the next client's."""
AMBIGUOUS: Final = {
    "length and coding": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    % (5 + len(HIDDEN)),
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN),
    "a coding nobody knows": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding in disguise": b"Content-Length: 5\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded coding": b"Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "two codings": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a signed length": b"Content-Length: +%d\r\n\r\n" % len(HIDDEN),
    "a chunk too long": b"Transfer-Encoding: chunked\r\n\r\n00000000000000000000\r\n\r\n",
    "a chunk's end in disguise": b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcdeXX0\r\n\r\n",
    "a bare line end": b"Content-Length: 0\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("fields", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_no_request_is_smuggled_past_the_proxy(front: Front, fields: bytes) -> None:
    """Refused, or read by both in one way: then the proxy passes on an answer for every request."""
    received = b""
    with (
        socket.create_connection(("127.0.0.1", front.port), 10) as plain,
        front.trust.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(b"POST /first HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields + HIDDEN)
        connection.settimeout(1)
        with contextlib.suppress(ConnectionResetError, ssl.SSLError, TimeoutError):
            while piece := connection.recv(65536):
                received += piece
    statuses = re.findall(rb"HTTP/1\.1 (\d+) ", received)
    assert statuses, received
    if statuses[0] == b"200":
        assert re.findall(rb'"path": "(/\w+)"', received) in ([b"/first"], [b"/first", b"/hidden"])
    else:
        assert statuses == [statuses[0]]
        assert statuses[0] in (b"400", b"411", b"422", b"501", b"502")
    for number in range(4):  # nothing lies about for the next client
        assert front.asked(f"/innocent{number}")["path"] == f"/innocent{number}"


def test_a_client_that_closes_half_its_connection(front: Front) -> None:
    """It gets its answer or is taken for gone, but nothing is left waiting."""
    with (
        socket.create_connection(("127.0.0.1", front.port), 10) as plain,
        front.trust.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(b"POST /wait HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")
        assert eventually(lambda: front.asked()["waiting"] == 1)
        with contextlib.suppress(OSError):
            plain.shutdown(socket.SHUT_WR)
            connection.shutdown(socket.SHUT_WR)
        assert eventually(lambda: front.asked("/change")["waiting"] == 0)


def test_the_waiting_are_answered_when_the_server_leaves(front: Front) -> None:
    """The last test of a proxy: it ends the probe."""
    with contextlib.closing(front.connect()) as waiting:
        waiting.request("POST", "/wait", b"")
        assert eventually(lambda: front.asked()["waiting"] == 1)
        assert front.running.terminate() < 5
        assert json.loads(waiting.getresponse().read())["result"] == "ShuttingDown"
    with (
        contextlib.closing(front.connect()) as connection,
        contextlib.suppress(ConnectionError, ssl.SSLError),
    ):
        connection.request("POST", "/", b"")
        assert connection.getresponse().status in (502, 503, 504)


def shortened(text: str) -> str:
    """A configuration whose times are a thousandth of what they were, and half a second at the least."""
    return TIME.sub(lambda found: f"{max(int(found[1]) * 1000 // SCALE, 500)}ms", text)


@pytest.mark.parametrize("name", NAMES)
def test_a_poll_of_59_minutes_survives(name: str, tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    """With every time of the document a thousandth: it outlasts all of them that are not for answers."""
    times = sorted(int(found) for found in TIME.findall(KINDS[name].text))
    assert all(LONGEST_POLL < one <= 3600 or one <= 600 for one in times)
    with (
        fronted(name, tmp_path, certificate, shortened) as front,
        contextlib.closing(front.connect()) as poll,
    ):
        poll.request("POST", "/wait", b"")
        assert eventually(lambda: front.asked()["waiting"] == 1)
        time.sleep(LONGEST_POLL / SCALE - 1)  # the rest is what the machine takes
        front.asked("/change")
        assert json.loads(poll.getresponse().read())["result"] == "True"


@pytest.mark.parametrize("name", [one for one in NAMES if one.id != "caddy"])
def test_a_time_for_answers_that_is_too_short_does_not(
    name: str, tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    """What the one above would find: the times of the document are those that decide. Caddy has none."""

    def default(text: str) -> str:
        """nginx's own is a minute, the one that many write for HAProxy half of one."""
        return shortened(text.replace("3600s", "60s"))

    with fronted(name, tmp_path, certificate, default) as front, contextlib.closing(front.connect()) as poll:
        poll.request("POST", "/wait", b"")
        time.sleep(1)
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            assert poll.getresponse().status == 504


@pytest.mark.full
@pytest.mark.timeout(5000)
def test_a_real_poll_of_59_minutes(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    with contextlib.ExitStack() as stack:
        fronts = []
        for name in KINDS:
            folder = tmp_path / name
            folder.mkdir()
            fronts.append(stack.enter_context(fronted(name, folder, certificate)))
        polls = [front.connect(LONGEST_POLL + 100) for front in fronts]
        for poll in polls:
            poll.request("POST", "/wait", b"")
        time.sleep(LONGEST_POLL)
        for front, poll in zip(fronts, polls, strict=True):
            assert front.asked()["waiting"] == 1, front.kind
            front.asked("/change")
            assert json.loads(poll.getresponse().read())["result"] == "True", front.kind
