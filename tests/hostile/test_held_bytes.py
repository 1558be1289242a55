"""Bodies that never end and answers that nobody reads: what they take all together."""

from __future__ import annotations

import contextlib
import socket
import time
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from hostile.test_http_heads import POST, authorized
from hostile.test_mail_bombs import delivered
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.http import PATH, Command
from overair.protocol.item_operations import Fetch, FetchOptions, ItemOperationsRequest
from overair.protocol.sync import CollectionRequest, ServerAdd, SyncRequest, SyncResponse
from overair.protocol.sync_options import MIMESupport
from overair.server.budget import SMALL, WAITING_OF_ACCOUNT
from overair.server.settings import Limits
from overair.wbxml import encode
from support.house import House
from support.server import ANNA
from support.target import MEBIBYTE, Target

ANSWER_SECONDS = 2
SLACK = 48 * MEBIBYTE
"""What many connections and threads take beside the bytes that are counted."""


class Size(NamedTuple):
    """Limits of a server, in MB, and how many come at once."""

    body: int
    account: int
    comers: int


SIZES = [
    pytest.param(Size(6, 18, 18), id="small"),
    pytest.param(
        Size(Limits().request_body // MEBIBYTE, Limits().held_by_account // MEBIBYTE, 100),
        id="by itself",
        marks=pytest.mark.full,
    ),
]


@pytest.fixture(scope="module", params=SIZES)
def size(request: pytest.FixtureRequest) -> Size:
    found: Size = request.param
    return found


@pytest.fixture(scope="module")
def server(size: Size, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    settings = (
        f"[limits]\nrequest_body = {size.body * MEBIBYTE}\nheld_by_account = {size.account * MEBIBYTE}\n"
        f"[timeouts]\nanswer = {ANSWER_SECONDS}\n"
    )
    with Target(tmp_path_factory.mktemp("held") / "data", settings=settings) as running:
        yield running


def post(server: Target, headers: bytes, *, login: bool = True) -> socket.socket:
    connection = server.connect()
    head = POST + headers + b"\r\n\r\n"
    connection.sendall(authorized(server, head) if login else head)
    return connection


def fill(connection: socket.socket, size: int) -> None:
    """Send as much as the server takes, for a moment."""
    connection.settimeout(0.1)
    with contextlib.suppress(OSError):
        for _ in range(size // SMALL):
            connection.sendall(bytes(SMALL))


def status(connection: socket.socket) -> int:
    """The status that came, 0 for none."""
    connection.settimeout(0.1)
    try:
        answer = connection.recv(64)
    except TimeoutError:
        return 0
    except OSError:
        return -1
    return int(answer.split(b" ")[1]) if answer else -1


@pytest.mark.parametrize("coding", ["length", "chunked"])
def test_bodies_that_never_end(server: Target, size: Size, coding: str) -> None:
    """As many are taken as fit the account, a few wait, the others are told to come later."""
    length = size.body * MEBIBYTE
    framing = b"Content-Length: %d" % length if coding == "length" else b"Transfer-Encoding: chunked"
    with contextlib.ExitStack() as stack, server.measured() as cost:
        connections = []
        for _ in range(size.comers):
            connection = stack.enter_context(post(server, framing))
            if coding == "chunked":
                connection.sendall(b"%X\r\n" % (length - 1))
            fill(connection, length - SMALL)
            connections.append(connection)
        answers = [status(connection) for connection in connections]
        refused = sum(answer == 503 for answer in answers)
        assert set(answers) <= {0, 503, -1}, answers
        assert refused >= size.comers - size.account // size.body * 2 - WAITING_OF_ACCOUNT - 1, answers
        assert answers.count(0) >= 1, answers
    assert cost.growth < size.account * MEBIBYTE + SLACK, cost
    come_again(server)


def come_again(server: Target) -> None:
    """What was held is given back when the connections are gone."""
    end = time.monotonic() + 30
    body = bytes(4 * SMALL)
    while (answer := server.phone().post(Command.SYNC, body).status) == 503:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert answer == 200


@pytest.mark.parametrize("login", ["none", "wrong"])
def test_bodies_of_strangers_are_not_kept(server: Target, size: Size, login: str) -> None:
    headers = b"Content-Length: %d" % (size.body * MEBIBYTE)
    if login == "wrong":
        headers += b"\r\nAuthorization: Basic bm9ib2R5Ondyb25n"  # nobody:wrong
    with contextlib.ExitStack() as stack, server.measured() as cost:
        connections = [stack.enter_context(post(server, headers, login=False)) for _ in range(size.comers)]
        for connection in connections:
            fill(connection, 2 * MEBIBYTE)
        assert {status(connection) for connection in connections} <= {401, 503, -1}
    assert cost.growth < SLACK / 2, cost


def test_many_gzip_bombs_at_once(server: Target, size: Size) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(bytes(size.body * MEBIBYTE)) + packer.flush()
    headers = b"Content-Encoding: gzip\r\nContent-Length: %d" % len(bomb)
    with contextlib.ExitStack() as stack, server.measured() as cost:
        connections = [stack.enter_context(post(server, headers)) for _ in range(size.comers)]
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.sendall(bomb)
        answers = [finished(connection) for connection in connections]
    assert set(answers) <= {200, 503}, answers
    assert 200 in answers
    assert cost.growth < size.account * MEBIBYTE + SLACK, cost


def finished(connection: socket.socket) -> int:
    connection.settimeout(60)
    return int(connection.recv(64).split(b" ")[1])


def test_elements_count_more_than_their_bytes(server: Target, size: Size) -> None:
    """Bodies of many elements, which take fifty times their bytes, wait for a lock that is held."""
    body = b"\x03\x01\x6a\x00\x45" + b"\x5c\x4f\x01\x01" * 30_000 + b"\x01"
    headers = b"Content-Length: %d" % len(body)
    with contextlib.ExitStack() as stack, server.measured() as cost:
        connections = [stack.enter_context(post(server, headers)) for _ in range(size.comers)]
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.sendall(body)
        answers = [finished(connection) for connection in connections]
    assert set(answers) <= {200, 503}, answers
    assert cost.growth < size.account * MEBIBYTE + SLACK, cost


def test_answers_that_nobody_reads(server: Target, size: Size) -> None:
    """The connections are cut, and what the answers held is there for others."""
    reference = large_letter(server, size)
    phone = server.phone()
    options = FetchOptions(
        body_preferences=(BodyPreference(type=BodyType.MIME),), mime_support=MIMESupport.ALWAYS
    )
    folder_id, server_id = reference
    fetch = Fetch(store="Mailbox", collection_id=folder_id, server_id=server_id, options=options)
    before = server.log_length
    body = encode(ItemOperationsRequest(operations=(fetch,)).to_element(phone.version))
    with contextlib.ExitStack() as stack, server.measured() as cost:
        connections = []
        for number in range(size.comers):
            connection = stack.enter_context(reader(server))
            request = server.phone(device_id=f"deaf{number}").request(Command.ITEM_OPERATIONS, body=body)
            head = f"POST {PATH}?{request.to_query()} HTTP/1.1\r\nHost: a\r\n" + "".join(
                f"{name}: {value}\r\n" for name, value in request.to_headers().items()
            )
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            connections.append(connection)
        time.sleep(ANSWER_SECONDS + 2)
        cut_off = server.events("answer is not being read", before)
        read = [remaining(connection) for connection in connections]
    assert sum(answer.startswith(b"HTTP/1.1 503 ") for answer in read) >= 1
    unread = [answer for answer in read if answer.startswith(b"HTTP/1.1 200 ")]
    assert sum(len(answer) < size.body * MEBIBYTE // 2 for answer in unread) >= len(cut_off) >= 1
    # An answer is made in two steps, which are both there for a moment.
    assert cost.growth < 2 * size.account * MEBIBYTE + SLACK, cost
    assert phone.post(Command.ITEM_OPERATIONS, body).status == 200


def reader(server: House) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    connection.settimeout(60)
    connection.connect(("127.0.0.1", server.port))
    return connection


def remaining(connection: socket.socket) -> bytes:
    connection.settimeout(0.1)
    received = b""
    with contextlib.suppress(OSError):
        while piece := connection.recv(MEBIBYTE):
            received += piece
    return received


def large_letter(server: Target, size: Size) -> tuple[str, str]:
    """The folder and the id of a letter that is nearly as large as one may be."""
    mime = b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n") * ((size.body - 1) * MEBIBYTE // 72)
    assert delivered(server, mime, ANNA).startswith(b"250")
    phone = server.phone()
    inbox = phone.folders()[FolderType.INBOX].server_id
    key = "0"
    found: list[str] = []
    while not found:
        request = SyncRequest(collections=(CollectionRequest(sync_key=key, collection_id=inbox),))
        [collection] = phone.post(Command.SYNC, request).read(SyncResponse).collections
        key = collection.sync_key
        found = [command.server_id for command in collection.commands if isinstance(command, ServerAdd)]
    return inbox, found[-1]
