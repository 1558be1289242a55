"""Peers that send or read too slowly, or never."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

import pytest

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
PATIENCE = 0.5
Serve = Callable[..., Any]


@pytest.fixture
def connection(impatient: Any) -> Any:
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=5) as connected:
        yield connected


def rest(connection: socket.socket) -> bytes:
    """What still comes until the server closes; raises TimeoutError when it does not close."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("sent", [b"", HEAD, b"\r\n", HEAD + b"Content-Length: 9\r\n\r\nabc"])
def test_a_request_that_never_becomes_whole_is_ended(connection: socket.socket, sent: bytes) -> None:
    begun = time.monotonic()
    connection.sendall(sent)
    assert rest(connection).startswith(b"HTTP/1.1 408 ")
    assert PATIENCE - 0.1 < time.monotonic() - begun < 4


def test_a_head_that_drips_is_ended_all_the_same(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    answer = b""
    connection.settimeout(0.1)
    for _ in range(40):
        try:
            connection.sendall(b"X")
            answer += connection.recv(100)
            break
        except TimeoutError:
            continue
        except OSError:
            break
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_drips_is_ended(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    connection.settimeout(0.1)
    answer = b""
    for _ in range(40):
        try:
            connection.sendall(b"drop")
            answer += connection.recv(100)
            break
        except TimeoutError:
            continue
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_moves_on_may_take_long(connection: socket.socket) -> None:
    chunk = b"x" * 10_000
    connection.sendall(HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (20 * len(chunk)))
    for _ in range(20):
        connection.sendall(chunk)
        time.sleep(0.1)  # four times the patience in all
    assert b'"size": 200000' in rest(connection)


def test_a_waiting_request_is_not_in_a_hurry(connection: socket.socket) -> None:
    connection.sendall(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
    connection.settimeout(4 * PATIENCE)
    with pytest.raises(TimeoutError):
        connection.recv(1)


def test_stray_bytes_behind_a_waiting_request_do_not_end_it(connection: socket.socket) -> None:
    connection.sendall(b"POST /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n\r\n")
    connection.settimeout(4 * PATIENCE)
    with pytest.raises(TimeoutError):
        connection.recv(1)


@pytest.mark.parametrize("tls", [False, True])
def test_an_answer_that_nobody_reads_is_given_up(serve: Serve, tls: bool) -> None:
    running = serve(tls=tls, patience=str(PATIENCE))
    with ask_for_much(running) as connection:
        received = len(connection.recv(1))  # the answer has begun, however busy the machine is
        time.sleep(4 * PATIENCE)
        with contextlib.suppress(ConnectionResetError, ssl.SSLError):
            while chunk := connection.recv(1 << 20):
                received += len(chunk)
    assert received < 16 << 20
    assert running.memory() < 400 << 20


@pytest.mark.parametrize("tls", [False, True])
def test_an_answer_that_is_read_slowly_arrives_whole(serve: Serve, tls: bool) -> None:
    running = serve(tls=tls, patience=str(PATIENCE))
    received = 0
    with ask_for_much(running) as connection:
        while chunk := connection.recv(1 << 20):
            received += len(chunk)
            if received < 2 << 20:
                time.sleep(len(chunk) / (1 << 20))  # 2 seconds in all, four times the patience
    assert received > 64 << 20


def ask_for_much(running: Any) -> socket.socket:
    """A connection on which an answer of 64 MB begins to arrive, and its small buffer."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
    connection.settimeout(5)
    connection.connect(("127.0.0.1", running.port))
    if running.trust is not None:
        connection = running.trust.wrap_socket(connection, server_hostname="127.0.0.1")
    connection.sendall(b"POST /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    return connection
