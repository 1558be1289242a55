"""Serving behind nginx, which ends TLS, with the configuration that docs/nginx.md recommends."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Final

import pytest

from support.packages import command, needs

Serve = Callable[..., Any]
DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "nginx.md"
AROUND: Final = """\
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 2;
events {{ worker_connections 512; }}
http {{
access_log off;
{temporary}
{recommended}
}}
"""


@pytest.fixture
def proxy(serve: Serve, certificate: tuple[Path, Path], tmp_path: Path) -> Iterator[tuple[Any, int]]:
    """The probe on a unix socket and the port of nginx in front of it."""
    running = serve(str(tmp_path / "overair.sock"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    recommended = found[1]
    for documented, here in (
        ("/run/overair/overair.sock", str(tmp_path / "overair.sock")),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("/etc/ssl/mail.example.org.pem", str(certificate[0])),
        ("/etc/ssl/mail.example.org.key", str(certificate[1])),
    ):
        assert documented in recommended
        recommended = recommended.replace(documented, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    configuration = tmp_path / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # nobody cannot enter the folders of a test
    configuration.write_text(
        AROUND.format(user=user, folder=tmp_path, temporary=temporary, recommended=recommended)
    )
    process = subprocess.Popen(
        [command("nginx") or "nginx", "-c", str(configuration), "-p", str(tmp_path), "-g", "daemon off;"]
    )
    try:
        with contextlib.suppress(TimeoutError):
            eventually(lambda: _answers(port))
        yield running, port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something is so. Raises TimeoutError."""
    end = time.monotonic() + 10
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


def connected(port: int, certificate: tuple[Path, Path]) -> HTTPSConnection:
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    return HTTPSConnection("127.0.0.1", port, timeout=10, context=trust)


def asked(connection: HTTPSConnection, path: str, body: bytes = b"") -> Any:
    connection.request("POST", path, body, {"X-Forwarded-For": "198.51.100.9"})
    return json.loads(connection.getresponse().read())


@needs("nginx")
def test_the_proxy_tells_who_asks_and_nobody_else_does(
    proxy: tuple[Any, int], certificate: tuple[Path, Path]
) -> None:
    answer = asked(connected(proxy[1], certificate), "/", b"x" * 3_000_000)
    assert (answer["client"], answer["scheme"], answer["size"]) == ("127.0.0.1", "https", 3_000_000)


@needs("nginx")
def test_waiting_behind_the_proxy(proxy: tuple[Any, int], certificate: tuple[Path, Path]) -> None:
    running, port = proxy
    other = connected(port, certificate)
    leaving, staying = connected(port, certificate), connected(port, certificate)
    for waiting in (leaving, staying):
        waiting.request("POST", "/wait", b"")
    eventually(lambda: asked(other, "/")["waiting"] == 2)
    leaving.close()
    eventually(lambda: asked(other, "/")["waiting"] == 1)
    assert asked(other, "/")["ended"] == ["ClientGone"]
    assert running.terminate() < 5
    assert json.loads(staying.getresponse().read())["result"] == "ShuttingDown"


HIDDEN: Final = b"POST /hidden HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
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
}


@needs("nginx")
@pytest.mark.parametrize("fields", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_no_request_is_smuggled_past_the_proxy(
    proxy: tuple[Any, int], certificate: tuple[Path, Path], fields: bytes
) -> None:
    port = proxy[1]
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    received = b""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        trust.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + fields + HIDDEN)
        with contextlib.suppress(ConnectionResetError, ssl.SSLError):
            while piece := connection.recv(65536):
                received += piece
    assert received.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), received[:80]
    assert received.count(b"HTTP/1.1 ") == 1
