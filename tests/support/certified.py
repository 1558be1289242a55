"""A probe served over TLS with a certificate that is kept as `overair serve` keeps it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import structlog
from cryptography import x509

from overair.server.certificate_keeper import CertificateKeeper
from overair.server.certificates import keeper_of
from overair.server.listening import Listening
from overair.server.page_serving import page_server
from overair.server.pages import Setup, pages
from overair.server.serving import run, serve
from overair.server.settings import load
from support.probe import Probe

T = TypeVar("T")
START_SECONDS = 30
PATIENCE_SECONDS = 60
"""For what is expected to happen; only a failure takes so long."""


@dataclass
class Certified:
    """What is served, and its keeper."""

    port: int
    keeper: CertificateKeeper
    loop: asyncio.AbstractEventLoop
    log: list[MutableMapping[str, Any]] = field(default_factory=list)

    def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run a coroutine function in the server's loop."""

        async def wrapped() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(wrapped(), self.loop).result(PATIENCE_SECONDS)

    def connect(self, name: str = "localhost", only: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
        """A connection that looks at no certificate, in one version of TLS. Raises ssl.SSLError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if only is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = only
        near = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        return context.wrap_socket(near, server_hostname=name)

    def leaf(self, name: str = "localhost") -> x509.Certificate:
        """The certificate that a new connection is shown. Raises ssl.SSLError."""
        with self.connect(name) as connection:
            shown = connection.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown)

    def waits(self) -> ssl.SSLSocket:
        """A phone that waits for a change."""
        phone = self.connect()
        phone.sendall(b"POST /wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        until(lambda: self.post("/look")["waiting"] == 1)
        return phone

    def post(self, path: str) -> dict[str, Any]:
        """Ask the probe something on a connection of its own."""
        with self.connect() as phone:
            phone.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
            return answer_on(phone)

    def said(self, event: str) -> list[MutableMapping[str, Any]]:
        """The log lines of an event."""
        return [line for line in self.log if line["event"] == event]


def answer_on(phone: ssl.SSLSocket) -> dict[str, Any]:
    """The probe's answer on a connection."""
    data = b""
    while b"}" not in data:
        more = phone.recv(65_536)
        assert more, data
        data += more
    found = json.loads(data.partition(b"\r\n\r\n")[2])
    assert isinstance(found, dict)
    return found


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextlib.contextmanager
def certified(data_dir: Path, port: int = 0, page_port: int = 0, **tls: object) -> Iterator[Certified]:
    """Serve until the block ends; ``tls`` is what ``[tls]`` says. Files are looked at often."""
    settings = load(None, data_dir=str(data_dir), tls={"page_port": page_port, **tls})
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeper = keeper_of(settings)
    keeper._look_seconds = 0.1
    with structlog.testing.capture_logs() as log:
        keeper.prepare()
        listening = Listening(port=port, tls=keeper.context)
        ready = threading.Event()
        found: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

        async def main() -> None:
            probe = Probe()
            async with contextlib.AsyncExitStack() as around:
                if keeper.over_http:
                    page = pages(Setup(("localhost",), 1, None), keeper.responder)
                    await around.enter_async_context(page_server(page, "127.0.0.1", page_port))
                keeping = asyncio.create_task(keeper.run())
                around.callback(keeping.cancel)

                def started(taken: int | None) -> None:
                    found.append((taken or 0, asyncio.get_running_loop(), serving))
                    keeper.wake()
                    ready.set()

                serving = asyncio.create_task(serve(probe, listening, probe.hub.end_waits, started))
                with contextlib.suppress(asyncio.CancelledError):
                    await serving

        def in_thread() -> None:
            try:
                run(main(), listening)
            finally:
                ready.set()

        thread = threading.Thread(target=in_thread, name="certified", daemon=True)
        thread.start()
        assert ready.wait(START_SECONDS)
        assert found, "the server did not start"
        taken, loop, serving = found[0]
        try:
            yield Certified(taken, keeper, loop, log)
        finally:
            loop.call_soon_threadsafe(serving.cancel)
            thread.join(START_SECONDS)
