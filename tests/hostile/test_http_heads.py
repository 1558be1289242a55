"""Requests that two servers may read in two ways, heads without end, and floods on one connection."""

from __future__ import annotations

import contextlib
import socket

import pytest

from overair.protocol.http import PATH, Command
from overair.server.connection import MAXIMUM_HEAD, MAXIMUM_HEADERS, MAXIMUM_PIPELINE, MAXIMUM_TARGET
from support.target import MEBIBYTE, Target

POST = (
    f"POST {PATH}?Cmd=FolderSync&User=anna&DeviceId=attacker&DeviceType=T HTTP/1.1\r\n"
    "Host: a\r\nMS-ASProtocolVersion: 14.1\r\nContent-Type: application/vnd.ms-sync.wbxml\r\n"
).encode()
OPTIONS = f"OPTIONS {PATH} HTTP/1.1\r\nHost: a\r\n".encode()
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
HIDDEN = OPTIONS + b"\r\n"
"""A request that a body may be taken for."""

HEADS = [
    # What smuggling is made of
    ("length and coding", CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    ("coding and length", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("two lengths", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde" + HIDDEN, 400),
    ("one length twice", POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400),
    ("a list of lengths", POST + b"Content-Length: 5, 5\r\n\r\nabcde", 400),
    ("a sign", POST + b"Content-Length: +5\r\n\r\nabcde", 400),
    ("a negative length", POST + b"Content-Length: -5\r\n\r\nabcde", 400),
    ("a hexadecimal length", POST + b"Content-Length: 0x5\r\n\r\nabcde", 400),
    ("no number", POST + b"Content-Length:\r\n\r\nabcde", 400),
    ("beyond 64 bits", POST + b"Content-Length: 18446744073709551617\r\n\r\nabcde", 400),
    ("space before the colon", POST + b"Content-Length : 5\r\n\r\nabcde", 400),
    ("an unknown coding", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN, 501),
    ("a coding of no effect", POST + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n", 501),
    ("two codings", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ("not the last", POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    ("a coding twice", CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("a coding in 1.0", CHUNKED.replace(b"/1.1", b"/1.0") + b"\r\n0\r\n\r\n", 400),
    ("a folded coding", POST + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
    ("a folded header", POST + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n", 400),
    ("bare line feeds", POST.replace(b"\r\n", b"\n") + b"Content-Length: 0\n\n", 400),
    ("a bare carriage return", POST + b"X: a\rContent-Length: 5\r\n\r\nabcde", 400),
    ("a NUL", POST + b"X: a\0b\r\nContent-Length: 0\r\n\r\n", 400),
    ("a space in a name", POST + b"X y: a\r\nContent-Length: 0\r\n\r\n", 400),
    ("no colon", POST + b"Xyz\r\nContent-Length: 0\r\n\r\n", 400),
    ("no Host", POST.replace(b"Host: a\r\n", b"") + b"Content-Length: 0\r\n\r\n", 400),
    ("two Hosts", POST + b"Host: b\r\nContent-Length: 0\r\n\r\n", 400),
    # Chunks
    ("a chunk beyond 64 bits", CHUNKED + b"\r\nFFFFFFFFFFFFFFFFF\r\nabc", 400),
    ("a negative chunk", CHUNKED + b"\r\n-1\r\nabc", 400),
    ("a chunk with a prefix", CHUNKED + b"\r\n0x5\r\nabcde\r\n0\r\n\r\n", 400),
    ("chunks of line feeds", CHUNKED + b"\r\n1\na\n0\n\n", 400),
    ("chunk extensions", CHUNKED + b"\r\n1;" + b"a=b;" * MEBIBYTE + b"\r\na\r\n0\r\n\r\n", 431),
    ("trailers", CHUNKED + b"\r\n0\r\n" + b"X: y\r\n" * MEBIBYTE + b"\r\n", 431),
    ("a length as a trailer", CHUNKED + b"\r\n0\r\nContent-Length: 5\r\n\r\n", 400),
    # Other protocols
    ("no version", b"GET /\r\n\r\n", 505),
    ("HTTP/2", POST.replace(b"/1.1", b"/2.0") + b"Content-Length: 0\r\n\r\n", 505),
    ("its preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("HTTP/1.9", POST.replace(b"/1.1", b"/1.9") + b"Content-Length: 0\r\n\r\n", 400),
    ("a tunnel", b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    # Without end
    ("a long method", b"A" * 100_000 + b" / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("a long target", b"POST " + PATH.encode() + b"?" + b"a" * MAXIMUM_TARGET + b" HTTP/1.1\r\n\r\n", 414),
    ("many headers", OPTIONS + b"X: y\r\n" * MAXIMUM_HEADERS + b"\r\n", 431),
    ("a flood of headers", OPTIONS + b"X: y\r\n" * MEBIBYTE, 431),
    ("a long header", OPTIONS + b"X: " + b"y" * MAXIMUM_HEAD + b"\r\n\r\n", 431),
    ("a header without end", OPTIONS + b"X: " + b"y" * 8 * MEBIBYTE, 431),
    ("a name without end", OPTIONS + b"y" * 8 * MEBIBYTE, 431),
    ("empty lines", b"\r\n" * 4 * MEBIBYTE, 431),
]


def exchange(server: Target, data: bytes, seconds: float = 20) -> bytes:
    """All that comes until the server closes the connection; raises TimeoutError where it does not."""
    received = b""
    with server.connect(seconds) as connection:
        with contextlib.suppress(OSError):  # refused before the end
            connection.sendall(data)
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                received += piece
    return received


def authorized(server: Target, data: bytes) -> bytes:
    """The request with a log-in: nothing is refused for want of one."""
    login = server.phone().request(Command.SYNC).to_headers()["Authorization"]
    return data.replace(b"Host: a\r\n", f"Host: a\r\nAuthorization: {login}\r\n".encode())


@pytest.mark.parametrize(("data", "status"), [row[1:] for row in HEADS], ids=[row[0] for row in HEADS])
def test_a_head_that_is_not_as_it_should_be_is_refused_once(server: Target, data: bytes, status: int) -> None:
    before = server.log_length
    small = len(data) < MAXIMUM_HEAD
    with contextlib.nullcontext() if small else server.measured() as cost:
        answer = exchange(server, authorized(server, data))
    if cost is not None:
        cost.assert_within(cpu=0.3, growth=16 * MEBIBYTE)
    if answer or small:  # while more comes, the answer may be lost with the connection
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:80]
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"connection: close\r\n" in answer.lower()
    assert not [line for line in server.log(before) if line.get("exception")]


@pytest.mark.parametrize("head", [OPTIONS, POST.replace(b"POST", b"GET")], ids=["OPTIONS", "GET"])
def test_a_flood_in_one_piece_is_cut_off(server: Target, head: bytes) -> None:
    with server.measured() as cost:
        answer = exchange(server, (authorized(server, head) + b"\r\n") * 20_000)
    assert answer.count(b"HTTP/1.1 ") <= MAXIMUM_PIPELINE + 1
    cost.assert_within(cpu=0.5, growth=16 * MEBIBYTE)


def test_a_few_requests_in_one_piece_are_answered(server: Target) -> None:
    one = authorized(server, OPTIONS)
    answer = exchange(server, (one + b"\r\n") * 5 + one + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 6


@pytest.mark.parametrize("length", [40 * MEBIBYTE, 9_999_999_999])
def test_a_body_that_is_announced_too_large_is_not_awaited(server: Target, length: int) -> None:
    head = b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % length
    with server.connect(10) as connection:
        connection.sendall(authorized(server, POST) + head)
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_an_upgrade_is_not_made(server: Target) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
    with server.connect(10) as connection:
        connection.sendall(authorized(server, OPTIONS) + upgrade)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_target_with_a_host_is_the_path_alone(server: Target) -> None:
    absolute = OPTIONS.replace(PATH.encode(), b"http://elsewhere.example" + PATH.encode())
    answer = exchange(server, authorized(server, absolute) + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_chunks_of_a_byte_are_taken_and_let_others_through(server: Target) -> None:
    data = CHUNKED + b"Connection: close\r\n\r\n" + b"1\r\n\x01\r\n" * 200_000 + b"0\r\n\r\n"
    with server.measured() as cost:
        answer = exchange(server, authorized(server, data))
    assert answer.startswith(b"HTTP/1.1 200 ")
    cost.assert_within(cpu=1.0)


@pytest.mark.parametrize("sent", [b"", OPTIONS, POST + b"Content-Length: 100\r\n\r\na"])
def test_hundreds_of_unfinished_requests_hold_up_nobody(server: Target, sent: bytes) -> None:
    connections: list[socket.socket] = []
    try:
        with server.measured() as cost:
            for _ in range(500):
                connections.append(server.connect())
                connections[-1].sendall(authorized(server, sent))
        cost.assert_within(cpu=2.0, growth=500 * 64 * 1024)
    finally:
        for connection in connections:
            connection.close()


def test_tls_that_is_never_agreed_on_holds_up_nobody(secure: Target) -> None:
    connections: list[socket.socket] = []
    try:
        with secure.measured() as cost:
            for _ in range(300):
                connections.append(socket.create_connection(("127.0.0.1", secure.port)))
                connections[-1].sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        cost.assert_within(cpu=2.0, growth=300 * 128 * 1024)
    finally:
        for connection in connections:
            connection.close()
