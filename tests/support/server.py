"""A whole server on loopback for the time of a test.

It runs in a thread with an event loop of its own, on a port that the system chooses::

    with running_server(tmp_path) as server:
        ...  # server.url, server.users["anna@example.org"], server.call(...)
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, TypeVar

from overair.directory.interface import AddressListEntry, User
from overair.protocol.autodiscover.site import Site
from overair.server import serving
from overair.server.app import Application, build
from overair.server.listening import Listening, bind
from overair.server.settings import load
from overair.tls import private_ca, root_files
from overair.tls.contexts import tls_context
from overair.tls.machine import Machine

T = TypeVar("T")

DOMAIN: Final = "example.org"
ANNA: Final = f"anna@{DOMAIN}"
BEN: Final = f"ben@{DOMAIN}"
PASSWORD: Final = "Geheim-pässwort 1"
"""Everybody's; it differs in UTF-8 and Latin-1."""
USERS: Final = {ANNA: "Anna Ámund", BEN: "Ben Beck"}
"""Addresses and display names."""
START_SECONDS: Final = 30


@dataclass
class RunningServer:
    """A server that listens; ``application`` may be looked into through ``call`` only."""

    port: int
    application: Application
    loop: asyncio.AbstractEventLoop
    users: dict[str, User] = field(default_factory=dict)
    root_certificate: Path | None = None
    """What a client of a server with TLS trusts."""

    @property
    def url(self) -> str:
        """The server's address, without a path."""
        return f"{'http' if self.root_certificate is None else 'https'}://localhost:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext | None:
        """What a client of a server with TLS passes as its context."""
        if self.root_certificate is None:
            return None
        return ssl.create_default_context(cafile=str(self.root_certificate))

    def call(self, work: Callable[[], Awaitable[T]], timeout: float = 60) -> T:
        """Run a coroutine function in the server's loop, such as a delivery or a look at a mailbox."""

        async def wrapped() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(wrapped(), self.loop).result(timeout)

    def deliver(self, address: str, mime: bytes) -> None:
        """Deliver a message as LMTP does, to one user."""
        delivery = self.application.delivery

        async def work() -> None:
            await delivery.deliver(await delivery.accept(mime), [self.users[address]])

        self.call(work)


@contextlib.contextmanager
def running_server(
    data_dir: Path,
    users: Mapping[str, str] = USERS,
    *,
    tls: bool = False,
    entries: Mapping[str, AddressListEntry] | None = None,
    config: Path | None = None,
    **settings: Any,
) -> Iterator[RunningServer]:
    """A server over a data directory; users that are not there are made, with PASSWORD.

    ``entries`` are address list entries by address; ``settings`` as ``server.settings.load`` takes
    them, dotted names for tables (``**{"policy.required": True}``), over those of a file, ``config``. LMTP
    is off unless asked for.
    """
    started: dict[str, object] = {}
    ready = threading.Event()
    values = {"data_dir": str(data_dir), "domain": DOMAIN, "delivery.lmtp": "", **settings}

    async def main() -> None:
        application = build(load(config, **values))
        known = {user.address: user for user in await application.directory.list_users()}
        for address, name in users.items():
            if address not in known:
                entry = (entries or {}).get(address)
                known[address] = await application.directory.add_user(address, PASSWORD, name, entry)
        root, context = _certificate(data_dir) if tls else (None, None)
        listening = Listening(host="127.0.0.1", port=0, tls=context)
        sockets = bind(listening)
        server = serving.Server(
            serving.configure(application, listening),
            application.services.hub.end_waits,
            lambda _port: ready.set(),
        )
        port = int(sockets[0].getsockname()[1])
        if tls:
            finding = application.services.finding
            finding.site = finding.site or Site("https", "localhost", port)
        running = RunningServer(port, application, asyncio.get_running_loop(), known, root)
        started.update(server=server, running=running)
        try:
            await server.serve(list(sockets))
        finally:
            for listener in sockets:
                listener.close()

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            started["error"] = error
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="server", daemon=True)
    thread.start()
    if not ready.wait(START_SECONDS):
        raise TimeoutError("the server did not start")
    if "error" in started:
        raise RuntimeError("the server did not start") from _error(started["error"])
    running, server = started["running"], started["server"]
    assert isinstance(running, RunningServer)
    assert isinstance(server, serving.Server)
    try:
        yield running
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        if "error" in started:
            raise RuntimeError("the server failed") from _error(started["error"])


def _error(value: object) -> BaseException | None:
    return value if isinstance(value, BaseException) else None


def _certificate(data_dir: Path) -> tuple[Path, ssl.SSLContext]:
    """The root's file and the context of a server named localhost, and as a domain's phones look for it."""
    machine = Machine(
        names=("localhost", DOMAIN, f"autodiscover.{DOMAIN}"),
        addresses=(ip_address("127.0.0.1"), ip_address("::1")),
    )
    certificate = private_ca.ensure(data_dir / "tls", machine)
    root = data_dir / "tls" / "trusted.pem"
    root.write_bytes(root_files.pem(certificate.root))
    return root, tls_context(certificate.certificate_path, certificate.private_key_path)
