"""The PROXY protocol: who announces a client, how, and what is not taken for an announcement."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from overair.server import proxy_protocol
from overair.server.listening import Listening
from overair.server.proxy_protocol import MalformedHeader, announced, missing
from overair.server.settings import Timeouts
from support.served import Served, served

REQUEST: Final = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
SIGNATURE: Final = b"\r\n\r\n\0\r\nQUIT\n"


def version_2(address: str, *, command: int = 1, kind: int = 0, more: bytes = b"") -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address)
    addresses = packed + packed + struct.pack("!HH", 4711, 443)
    kind = kind or (0x21 if ":" in address else 0x11)
    return (
        SIGNATURE
        + bytes((0x20 | command, kind))
        + struct.pack("!H", len(addresses + more))
        + addresses
        + more
    )


NAME: Final = b"\x02\0\x10mail.example.org"
"""A TLV: the name that the client asked for in TLS."""
HEADERS: Final = {
    "1, IPv4": (b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n", "192.0.2.7"),
    "1, IPv6": (b"PROXY TCP6 2001:db8::7 ::1 4711 443\r\n", "2001:db8::7"),
    "1, the proxy itself": (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    "1, the longest": (b"PROXY UNKNOWN " + b"f" * 91 + b"\r\n", "127.0.0.1"),
    "2, IPv4": (version_2("192.0.2.7"), "192.0.2.7"),
    "2, IPv6": (version_2("2001:db8::7"), "2001:db8::7"),
    "2, with more": (version_2("192.0.2.7", more=NAME), "192.0.2.7"),
    "2, the proxy itself": (version_2("192.0.2.7", command=0), "127.0.0.1"),
    "2, of no address": (SIGNATURE + b"\x21\0\0\0", "127.0.0.1"),
}
BROKEN: Final = {
    "none": b"",
    "HTTP": b"POST /PROXY HTTP/1.1\r\n",
    "1, another word": b"PROXYY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n",
    "1, nothing": b"PROXY \r\n",
    "1, too long": b"PROXY UNKNOWN " + b"f" * 92 + b"\r\n",
    "1, no address": b"PROXY TCP4 localhost 127.0.0.1 4711 443\r\n",
    "1, of the other kind": b"PROXY TCP4 2001:db8::7 ::1 4711 443\r\n",
    "1, no port": b"PROXY TCP4 192.0.2.7 127.0.0.1 x 443\r\n",
    "1, a port too high": b"PROXY TCP4 192.0.2.7 127.0.0.1 65536 443\r\n",
    "1, half a line end": b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\n",
    "2, another version": SIGNATURE + b"\x31\x11\0\0",
    "2, another command": version_2("192.0.2.7", command=2),
    "2, UDP": version_2("192.0.2.7", kind=0x12),
    "2, half an address": SIGNATURE + b"\x21\x11\0\x04\x01\x02\x03\x04",
    "2, too long": SIGNATURE + b"\x21\x11\xff\xff" + bytes(0xFFFF),
    "2, another end": b"\r\n\r\n\0\r\nQUIT\r" + version_2("192.0.2.7")[12:],
}


TRUSTING: Final = Listening(port=0, trusted_proxies=("127.0.0.0/8",), proxy_protocol=True)


@pytest.fixture(scope="module")
def behind() -> Iterator[Served]:
    with served(TRUSTING) as running:
        yield running


@pytest.fixture(scope="module")
def behind_with_tls(certificate: tuple[Path, Path]) -> Iterator[Served]:
    with served(TRUSTING, certificate) as running:
        yield running


@contextlib.contextmanager
def connected(running: Any, header: bytes = b"", *, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A connection on which a proxy has sent its header, with TLS behind it where the server has it."""
    with socket.create_connection(("127.0.0.1", running.port), 10, (source, 0)) as plain:
        plain.sendall(header)
        if running.trust is None:
            yield plain
        else:
            with running.trust.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
                yield connection


def answered(connection: socket.socket, request: bytes = REQUEST) -> Any:
    connection.sendall(request)
    answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    return json.loads(answer.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize(("header", "client"), HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_the_client_is_whom_the_proxy_announces(
    request: pytest.FixtureRequest, header: bytes, client: str, tls: bool
) -> None:
    running = request.getfixturevalue("behind_with_tls" if tls else "behind")
    with connected(running, header) as connection:
        answer = answered(connection)
    assert (answer["client"], answer["size"]) == (client, 3)
    assert answer["scheme"] == ("https" if tls else "http")


@pytest.mark.parametrize("header", [HEADERS["1, IPv4"][0], HEADERS["2, with more"][0]], ids=["1", "2"])
def test_a_header_comes_in_single_bytes(behind: Any, header: bytes) -> None:
    with connected(behind) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in header + REQUEST[:3]:
            connection.sendall(bytes((one,)))
            time.sleep(0.001)
        assert answered(connection, REQUEST[3:])["client"] == "192.0.2.7"


def test_it_holds_for_every_request_of_the_connection(behind: Any) -> None:
    with connected(behind, HEADERS["2, IPv4"][0]) as connection:
        connection.sendall(REQUEST.replace(b"Connection: close\r\n", b"") + REQUEST)
        answers = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answers.count(b'"client": "192.0.2.7"') == 2


@pytest.mark.parametrize("header", BROKEN.values(), ids=BROKEN.keys())
def test_a_proxy_that_announces_nothing_is_cut_off(behind: Any, header: bytes) -> None:
    with connected(behind, header) as connection, contextlib.suppress(OSError):
        connection.sendall(REQUEST)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536) == b""


def test_half_a_header_is_waited_for_as_long_as_a_head() -> None:
    with served(replace(TRUSTING, timeouts=Timeouts(head=0.5))) as impatient:
        for part in (b"", b"PROXY TCP4 ", SIGNATURE, HEADERS["2, IPv4"][0]):
            begun = time.process_time()
            with connected(impatient, part) as connection:
                assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
            assert time.process_time() - begun < 0.25  # it sleeps, though bytes have come


def test_nobody_else_announces_anything() -> None:
    """Whoever is no proxy is served, as who they are."""
    with served(replace(TRUSTING, trusted_proxies=("127.0.0.2",))) as running:
        with connected(running) as connection:
            assert answered(connection)["client"] == "127.0.0.1"
        for header in (HEADERS["1, IPv4"][0], HEADERS["2, IPv4"][0]):
            with connected(running, header) as connection:
                connection.sendall(REQUEST)
                assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        with connected(running, HEADERS["1, IPv4"][0], source="127.0.0.2") as connection:
            assert answered(connection)["client"] == "192.0.2.7"


def test_without_the_setting_nobody_does() -> None:
    header = HEADERS["1, IPv4"][0]
    with (
        served(replace(TRUSTING, proxy_protocol=False)) as running,
        connected(running, header) as connection,
    ):
        connection.sendall(REQUEST)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_an_announced_client_is_no_proxy(behind: Any) -> None:
    """What it says of whom it comes for is not believed, unless it is announced as one of the proxies."""
    spoofed = REQUEST.replace(b"Host: a\r\n", b"Host: a\r\nX-Forwarded-For: 198.51.100.1\r\n")
    with connected(behind, HEADERS["2, IPv4"][0]) as connection:
        assert answered(connection, spoofed)["client"] == "192.0.2.7"
    with connected(behind, version_2("127.0.0.9")) as connection:
        assert answered(connection, spoofed)["client"] == "198.51.100.1"


def test_on_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "overair.sock"
    clients = (HEADERS["1, IPv6"], HEADERS["2, IPv4"], (HEADERS["1, the proxy itself"][0], "unix:"))
    with served(replace(TRUSTING, unix_path=path)):
        for header, client in clients:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
                connection.sendall(header)
                assert answered(connection)["client"] == client


def test_a_header_is_read_to_its_end_and_no_further() -> None:
    for header, _ in HEADERS.values():
        head = b""
        while (wanted := missing(head)) > 0:
            head += header[len(head) : len(head) + wanted]
        assert head == header
    assert announced(HEADERS["2, IPv4"][0]) == ("192.0.2.7", 4711)
    with pytest.raises(MalformedHeader):
        missing(SIGNATURE + b"\x21\x11" + struct.pack("!H", proxy_protocol.MAXIMUM_HEADER))


def test_tls_that_is_never_agreed_on_behind_a_header(behind_with_tls: Any) -> None:
    with socket.create_connection(("127.0.0.1", behind_with_tls.port), 10) as connection:
        connection.sendall(HEADERS["2, IPv4"][0] + REQUEST)
        with contextlib.suppress(ConnectionError):
            assert not connection.recv(65536).startswith(b"HTTP/")
    with pytest.raises((ssl.SSLError, ConnectionError)), connected(behind_with_tls):
        pass  # a handshake without a header
