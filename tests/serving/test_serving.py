"""Serving: what is refused, who is believed, how waits and the server end."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from overair.server.listening import Listening, bind
from overair.server.serving import OpenToEavesdropping
from overair.server.serving import serve as serve_application
from overair.sockets import raise_descriptor_limit
from support.asynchronous import run
from support.probe import Probe
from support.served import Served, served

Serve = Callable[..., Any]


def post(running: Any, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
    connection = connect(running)
    connection.request("POST", path, body, headers or {})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return answer


def connect(running: Any) -> http.client.HTTPConnection:
    if running.trust is not None:
        return http.client.HTTPSConnection("127.0.0.1", running.port, timeout=20, context=running.trust)
    return http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)


def raw(running: Any, data: bytes, timeout: float = 10) -> bytes:
    """Everything the server answers to some bytes until it closes or goes quiet."""
    answer = b""
    with socket.create_connection(("127.0.0.1", running.port), timeout=timeout) as connection:
        connection.sendall(data)
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except (TimeoutError, ConnectionResetError):
            pass
    return answer


def eventually(condition: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"400"),
        (HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: -1\r\n\r\n", b"400"),
        (HEAD + b"Bad Header: 1\r\n\r\n", b"400"),
        (HEAD + b"X: a\r\n folded\r\nA\x00B: 1\r\n\r\n", b"400"),
        (b"\x16\x03\x01 this is TLS", b"400"),
        (b"POST /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
        (HEAD + b"X: " + b"a" * 40_000 + b"\r\n\r\n", b"431"),
        (HEAD + b"X: " + b"a" * 200_000, b"431"),
        (HEAD + b"".join(b"X-%d: a\r\n" % n for n in range(101)) + b"\r\n", b"431"),
        (HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(90)) + b"\r\n", b"431"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: " + b"a" * 200_000, b"431"),
    ],
)
def test_requests_that_are_refused_and_close_the_connection(
    plain: Any, request_bytes: bytes, status: bytes
) -> None:
    answer = raw(plain, request_bytes)
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
    assert answer.count(b"HTTP/1.1") == 1
    assert post(plain, "/")["size"] == 0  # and the server lives


def test_a_request_within_the_limits_is_taken(plain: Any) -> None:
    headers = {f"X-{n}": "a" * 200 for n in range(90)}
    assert post(plain, "/" + "a" * 7000, b"x" * 5_000_000, headers)["size"] == 5_000_000


def test_a_chunked_body_and_pipelined_requests(plain: Any) -> None:
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 3000 + b"0\r\n\r\n"
    last = HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nab"
    answers = raw(plain, chunked + HEAD + b"Content-Length: 3\r\n\r\nabc" + last)
    sizes = [
        json.loads(part.partition(b"\r\n\r\n")[2])["size"] for part in answers.split(b"HTTP/1.1 200")[1:]
    ]
    assert sizes == [3000, 3, 2]


@pytest.mark.parametrize("rest", [b"\r\n", b"Content-Length: 3\r\n\r\nabc"])
def test_an_upgrade_that_is_not_offered_is_passed_over(plain: Any, rest: bytes) -> None:
    """RFC 9110, 7.8: curl asks for h2c with its first request."""
    upgrade = HEAD + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    answer = raw(plain, upgrade + rest, timeout=2)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_waiting_request_is_answered_when_something_changes(plain: Any) -> None:
    waiting = connect(plain)
    waiting.request("POST", "/wait", b"")
    assert eventually(lambda: post(plain, "/")["waiting"] == 1)
    post(plain, "/change")
    assert json.loads(waiting.getresponse().read())["result"] == "True"


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_went_away_while_waiting_is_noticed(serve: Serve, tls: bool, reset: bool) -> None:
    running = serve(tls=tls)
    waiting = connect(running)
    waiting.request("POST", "/wait", b"")
    assert eventually(lambda: post(running, "/")["waiting"] == 1)
    assert waiting.sock is not None
    if reset:
        waiting.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    waiting.close()
    assert eventually(lambda: post(running, "/")["waiting"] == 0)
    assert post(running, "/")["ended"] == ["ClientGone"]


@pytest.mark.parametrize("tls", [False, True])
def test_sigterm_answers_who_waits_finishes_what_runs_and_leaves(serve: Serve, tls: bool) -> None:
    running = serve(tls=tls)
    idle, waiting, slow = connect(running), connect(running), connect(running)
    idle.request("GET", "/")
    idle.getresponse().read()
    waiting.request("POST", "/wait", b"")
    assert eventually(lambda: post(running, "/")["waiting"] == 1)
    slow.request("POST", "/slow", b"abc")
    time.sleep(0.3)
    taken = running.terminate()
    assert json.loads(waiting.getresponse().read())["result"] == "ShuttingDown"
    assert json.loads(slow.getresponse().read())["size"] == 3
    assert taken < 5
    assert running.process.returncode == 0
    assert running.process.stdout.read() == "left\n"  # what follows the serving has run
    with pytest.raises(ConnectionRefusedError):
        post(running, "/")


def test_a_request_that_does_not_end_does_not_keep_the_server(serve: Serve) -> None:
    running = serve()
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nonly this")
        time.sleep(0.2)
        assert running.terminate() < 5


def test_a_proxy_that_is_trusted_is_believed(serve: Serve) -> None:
    headers = {"X-Forwarded-For": "198.51.100.9, 192.0.2.7", "X-Forwarded-Proto": "https"}
    answer = post(serve(proxies="127.0.0.0/8"), "/", b"", headers)
    assert (answer["client"], answer["scheme"]) == ("192.0.2.7", "https")  # what the proxy itself saw


def test_a_stranger_is_not_believed(serve: Serve) -> None:
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    for running in (serve(), serve(proxies="10.0.0.0/8")):
        answer = post(running, "/", b"", headers)
        assert (answer["client"], answer["scheme"]) == ("127.0.0.1", "http")


def test_a_proxy_on_a_unix_socket(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "overair.sock"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(path))
    stale.close()  # leaves the file behind
    running = serve(str(path))
    assert path.stat().st_mode & 0o777 == 0o660
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(HEAD + b"X-Forwarded-For: 198.51.100.9, 192.0.2.7\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["client"] == "192.0.2.7"
    assert running.terminate() < 5
    assert not path.exists()


def test_two_servers_do_not_share_a_unix_socket(serve: Serve, tmp_path: Path) -> None:
    serve(str(tmp_path / "a.sock"))
    with pytest.raises(OSError, match="another server"):
        bind(Listening(unix_path=tmp_path / "a.sock"))


def test_a_unix_socket_in_a_deep_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 120)
    deep.mkdir()
    for _ in range(2):  # the second finds the first one's file
        [listener] = bind(Listening(unix_path=deep / "overair.sock"))
        assert (deep / "overair.sock").is_socket()
        listener.close()


def test_plain_http_is_for_loopback_only() -> None:
    probe = Probe()
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(OpenToEavesdropping):
            run(serve_application(probe, Listening(host=host, port=0), probe.hub.end_waits))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_is_1_2_or_later_with_modern_ciphers(serve: Serve) -> None:
    running = serve(tls=True)

    def handshake(context: ssl.SSLContext) -> tuple[str | None, str | None, str]:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", running.port)) as connection,
            context.wrap_socket(connection) as tls,
        ):
            cipher = tls.cipher()
            return tls.version(), tls.selected_alpn_protocol(), cipher[0] if cipher else ""

    modern = ssl.create_default_context()
    modern.set_alpn_protocols(["h2", "http/1.1"])
    assert handshake(modern)[:2] == ("TLSv1.3", "http/1.1")
    older = ssl.create_default_context()
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    version, _, cipher = handshake(older)
    assert version == "TLSv1.2"
    assert cipher.startswith("ECDHE-")
    for refused, ciphers in (
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_2, "AES128-SHA"),
    ):
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = refused
        context.set_ciphers(ciphers)
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            handshake(context)


def test_a_waiting_phone_over_tls_takes_little_memory(serve: Serve) -> None:
    """What the private attribute of asyncio is set for: 290 KB a connection without it."""
    running = serve(tls=True)
    post(running, "/")
    before = running.memory()
    number = 50
    phones = [connect(running) for _ in range(number)]
    for phone in phones:
        phone.request("POST", "/wait", b"")
    assert eventually(lambda: post(running, "/")["waiting"] == number)
    assert (running.memory() - before) / number < 100_000
    for phone in phones:
        phone.close()


def test_a_large_upload_over_tls_closes_the_connection(serve: Serve) -> None:
    connection = connect(serve(tls=True))
    for size, closes in ((10_000, None), (300_000, "close")):
        connection.request("POST", "/", b"x" * size)
        response = connection.getresponse()
        assert json.loads(response.read())["size"] == size
        assert response.headers["Connection"] == closes


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_headers() -> None:
    async def work() -> int:
        taken: asyncio.Queue[socket.socket] = asyncio.Queue()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken.put_nowait(writer.get_extra_info("socket"))

        [listener] = bind(Listening(port=0))
        async with await asyncio.start_server(connected, sock=listener):
            with socket.create_connection(listener.getsockname()):
                connection = await taken.get()
                return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert run(work()) != 0


def test_a_port_that_is_taken_is_said_so(plain: Any) -> None:
    with pytest.raises(OSError, match="in use"):
        bind(Listening(port=plain.port))


def test_vanished_phones_are_noticed_by_the_kernel(plain: Any) -> None:
    connection = connect(plain)
    connection.request("POST", "/wait", b"")
    assert eventually(lambda: post(plain, "/")["waiting"] == 1)
    listing = Path(f"/proc/{plain.process.pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    ours = f":{plain.port:04X}"
    timers = {
        row[5].partition(":")[0]
        for row in map(str.split, listing)
        if row[1].endswith(ours) and row[3] == "01"
    }
    assert timers == {"02"}  # the keepalive timer runs
    connection.close()


def test_the_descriptor_limit_is_as_high_as_may_be() -> None:
    import resource

    limit = raise_descriptor_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == limit


HOPS = {
    "the proxy's own word": ("198.51.100.9, 192.0.2.7", "192.0.2.7"),
    "a chain of proxies": ("198.51.100.9, 192.0.2.7, 127.0.0.3", "192.0.2.7"),
    "IPv6": ("2001:db8::7", "2001:db8::7"),
    "IPv4 in IPv6": ("::ffff:192.0.2.7", "192.0.2.7"),
    "a port": ("192.0.2.7:4711", "192.0.2.7"),
    "IPv6 with a port": ("[2001:db8::7]:4711", "2001:db8::7"),
    "IPv6 in brackets": ("[2001:db8::7]", "2001:db8::7"),
    "a zone": ("fe80::7%eth0", "fe80::7"),
    "garbage": ("garbage", "127.0.0.1"),
    "garbage behind a proxy": ("192.0.2.7, <script>, 127.0.0.3", "127.0.0.3"),
    "garbage before it": ("<script>, 192.0.2.7", "192.0.2.7"),
    "not even text": ("\u00e9\u00ff", "127.0.0.1"),
    "a name": ("localhost", "127.0.0.1"),
    "a number": ("3221225991", "127.0.0.1"),
    "nothing": (" , ,", "127.0.0.1"),
    "very many": ("198.51.100.9, " * 2000 + "192.0.2.7", "192.0.2.7"),
    "very many proxies": ("192.0.2.7" + ", 127.0.0.3" * 2000, "127.0.0.3"),
}


@pytest.fixture(scope="module")
def behind() -> Iterator[Served]:
    with served(Listening(port=0, trusted_proxies=("127.0.0.0/8",))) as running:
        yield running


@pytest.mark.parametrize(("hops", "client"), HOPS.values(), ids=HOPS.keys())
def test_who_a_proxy_says_it_comes_for(behind: Any, hops: str, client: str) -> None:
    assert post(behind, "/", b"", {"X-Forwarded-For": hops})["client"] == client


def test_several_fields_are_one_list(behind: Any) -> None:
    """As HAProxy leaves them, which adds one behind those of the client."""
    head = HEAD + b"X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n"
    assert b'"client": "192.0.2.7"' in raw(behind, head)


def test_what_proxies_pass_on_unseen_is_not_believed(behind: Any) -> None:
    names = ("Forwarded", "X-Real-IP", "Client-IP", "True-Client-IP", "X-Client-IP", "X_Forwarded_For")
    spoofed = {name: "for=198.51.100.9" if name == "Forwarded" else "198.51.100.9" for name in names}
    assert post(behind, "/", b"", spoofed)["client"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("a1b2c3d4-e5f6", True),
        ("short", False),
        ("x" * 65, False),
        ("a1b2c3d4 e5f6", False),
        ("\u00e9" * 9, False),
    ],
)
def test_a_request_id_is_taken_from_proxies_if_it_is_sane(
    plain: Any, behind: Any, given: str, taken: bool
) -> None:
    assert post(behind, "/", b"", {"X-Request-Id": given})["request_id"] == (given if taken else None)
    assert post(plain, "/", b"", {"X-Request-Id": given})["request_id"] is None
