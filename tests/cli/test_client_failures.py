"""What `overair client` says where something is wrong, in one line each."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import time_machine
from typer.testing import CliRunner

from overair.cli.application import application
from overair.cli.client import reaching
from overair.cli.output import Failure
from overair.tls import private_ca
from overair.tls.machine import Machine
from support.client_command import done, failed, phone
from support.ports import free_port
from support.server import ANNA, RunningServer, running_server

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module", name="protected")
def served_with_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a certificate of its own authority."""
    with running_server(tmp_path_factory.mktemp("protected"), tls=True) as server:
        yield server


class Fake(BaseHTTPRequestHandler):
    """Answers OPTIONS with one status and some headers."""

    status = 200
    fields: ClassVar[dict[str, str]] = {}

    def do_OPTIONS(self) -> None:
        self.send_response(self.status)
        for name, value in self.fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module", name="fake")
def fake_server() -> Iterator[str]:
    """A plain HTTP server that is no ActiveSync server; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Fake) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "fields", "line"),
    [
        (200, {}, "is no ActiveSync server for this client"),
        (200, {"MS-ASProtocolVersions": "1.0,2.0,2.5"}, "offers no protocol version that is known here"),
        (302, {"Location": "https://example.org/"}, "sends elsewhere"),
        (401, {}, "the password (from OVERAIR_PASSWORD) is wrong"),
        (403, {}, "the account or the device is blocked"),
        (404, {}, "there is no ActiveSync at http://"),
        (418, {}, "HTTP 418"),
        (456, {}, "is blocked"),
        (457, {}, "has expired"),
        (500, {}, "its log says why"),
        (502, {}, "does not reach the server behind it"),
        (503, {"Retry-After": "7"}, "try again in 7 seconds"),
        (505, {}, "try without --protocol"),
        (507, {}, "is full"),
    ],
)
def test_each_http_status_is_told(
    fake: str, monkeypatch: pytest.MonkeyPatch, status: int, fields: dict[str, str], line: str
) -> None:
    monkeypatch.setattr(Fake, "status", status)
    monkeypatch.setattr(Fake, "fields", fields)
    assert line in failed("folders", ANNA, "--url", f"http://{fake}")


@contextlib.contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something on loopback that does one thing with a connection; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def work() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, contextlib.suppress(OSError):
                        answer(connection)

        threading.Thread(target=work, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def tls_with(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    def shake(connection: socket.socket) -> None:
        connection.settimeout(10)
        with context.wrap_socket(connection, server_side=True) as protected:
            protected.recv(1)

    return shake


def certificate(folder: Path, name: str, now: datetime) -> ssl.SSLContext:
    """A server's context with a certificate of its own authority for a name, made at some time."""
    with time_machine.travel(now, tick=True):
        made = private_ca.ensure(folder, Machine(names=(name,), addresses=()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate_path, made.private_key_path)
    return context


@pytest.mark.parametrize(
    ("name", "age", "line"),
    [
        ("other.example", 0, "is for other names than localhost"),
        ("localhost", 400, "has expired"),
        ("localhost", -30, "is not valid yet"),
    ],
)
def test_a_certificate_that_is_wrong(tmp_path: Path, name: str, age: int, line: str) -> None:
    context = certificate(tmp_path, name, NOW - timedelta(days=age))
    with listener(tls_with(context)) as place:
        url = f"https://localhost:{place.rpartition(':')[2]}"
        assert line in failed("folders", ANNA, "--url", url, "--ca", str(tmp_path / "root.pem"))


def test_a_certificate_that_nobody_trusts(protected: RunningServer, tmp_path: Path) -> None:
    said = failed("folders", ANNA, "--url", protected.url)
    assert "--ca" in said
    assert "tls/root.pem" in said
    private_ca.ensure(tmp_path, Machine(names=("localhost",), addresses=()))
    other = str(tmp_path / "root.pem")
    assert f"is not signed by {other}" in failed("folders", ANNA, "--url", protected.url, "--ca", other)
    told = phone("folders", ANNA, "--url", protected.url, "--insecure")
    assert told.code == 0
    assert "whoever answers is believed" in told.err


def test_the_root_may_be_der(protected: RunningServer, tmp_path: Path) -> None:
    assert protected.root_certificate is not None
    der = ssl.PEM_cert_to_DER_cert(protected.root_certificate.read_text())
    (tmp_path / "root.cer").write_bytes(der)
    assert "Inbox" in done("folders", ANNA, "--url", protected.url, "--ca", str(tmp_path / "root.cer"))


def test_ports_of_other_services(
    protected: RunningServer, fake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not speak TLS" in failed("folders", ANNA, "--url", f"https://{fake}")
    assert "it may want https://" in failed("folders", ANNA, "--url", f"http://localhost:{protected.port}")
    nobody = f"127.0.0.1:{free_port()}"
    assert f"nothing listens on {nobody}" in failed("folders", ANNA, "--url", f"https://{nobody}")
    with listener(lambda connection: connection.sendall(b"220 mail ESMTP\r\n")) as place:
        assert "does not speak HTTP" in failed("folders", ANNA, "--url", f"http://{place}")
        assert "does not speak TLS" in failed("folders", ANNA, "--url", f"https://{place}")
    monkeypatch.setattr(reaching, "ANSWER_SECONDS", 0.2)
    with listener(lambda _: time.sleep(1)) as place:
        assert "does not answer" in failed("folders", ANNA, "--url", f"http://{place}")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--url", "http://192.0.2.1"), "the password would go to 192.0.2.1 for all to read"),
        (("--url", "ftp://localhost"), "'ftp://localhost' is no URL of a server"),
        (("--url", "https://[::1"), "is no URL"),
        (("--url", "localhost", "--protocol", "2.5"), "12.1, 14.0, 14.1, 16.0, 16.1"),
        (("--url", "localhost", "--ca", "nowhere.pem"), "nowhere.pem: No such file"),
        (("--url", "localhost", "--ca", __file__), "holds no certificate"),
        (("--url", "localhost", "--ca", __file__, "--insecure"), "exclude each other"),
    ],
)
def test_options_that_are_wrong(arguments: tuple[str, ...], line: str) -> None:
    assert line in failed("folders", ANNA, *arguments)


def test_an_address_without_a_server() -> None:
    assert "say where it is with --url" in failed("folders", "anna@")  # no domain: nobody is asked


def test_a_password_is_needed() -> None:
    result = CliRunner().invoke(application, ["client", "folders", ANNA, "--url", "localhost"])
    assert isinstance(result.exception, Failure)
    assert "use OVERAIR_PASSWORD or --password-stdin" in str(result.exception)
    assert "is empty" in failed("folders", ANNA, "--url", "localhost", password="")
