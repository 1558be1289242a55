"""Running the ASGI application: event loop, TLS buffers, limits, leaving.

With its own TLS the server runs on asyncio's loop with a small read buffer, behind a proxy on
uvloop: docs/architecture.md, Serving, says what each costs for a waiting phone.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from asyncio import sslproto
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp

from overair.server.connection import LimitedConfig
from overair.server.crowding import Door
from overair.server.descriptors import DESCRIPTORS
from overair.server.forwarded import Forwarded
from overair.server.listening import BACKLOG, Listening, bind
from overair.server.proxied_socket import kind_of_connection
from overair.sockets import raise_descriptor_limit

T = TypeVar("T")
TLS_BUFFER = 4 * 1024
"""Bytes of asyncio's read buffer per TLS connection; its own default is 256 KB.

A request is mostly smaller; a larger one takes more reads, which costs 3 ms of CPU a megabyte.
"""
GRACE_SECONDS = 2.5
"""How long requests may take to end when the server leaves; it is to be gone in five.

A machine answers 1,000 to 2,000 waiting phones in a second. Whoever is left then is told to come
later, or cut off, which makes a phone come back, too.
"""


class OpenToEavesdropping(ValueError):
    """Plain HTTP was asked for on an address that is not loopback."""


class Server(uvicorn.Server):
    """A uvicorn server that answers its waiting phones before it leaves."""

    def __init__(
        self,
        config: uvicorn.Config,
        leaving: Callable[[], None],
        started: Callable[[int | None], None] | None,
    ) -> None:
        super().__init__(config)
        self._leaving = leaving
        self._on_start = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, listen, and say so with the port."""
        await super().startup(sockets)
        if self._on_start is not None and sockets:
            address = sockets[0].getsockname()
            self._on_start(address[1] if isinstance(address, tuple) else None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connection, end the waits, let requests finish, end the application."""
        for server in self.servers:
            server.close()
        self._leaving()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave on SIGTERM and SIGINT and return normally, so that what is around can end, too."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
        installed: list[signal.Signals] = []
        with contextlib.suppress(ValueError, RuntimeError):  # signals only reach the main thread
            for number in signals:
                loop.add_signal_handler(number, self.handle_exit, number, None)
                installed.append(number)
        try:
            yield
        finally:
            for number in installed:
                loop.remove_signal_handler(number)


async def serve(
    application: ASGIApp,
    listening: Listening,
    leaving: Callable[[], None],
    started: Callable[[int | None], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    ``leaving`` is called when the server begins to leave (the hub's ``end_waits``), ``started``
    when it listens, with the port (None on a unix socket). Raises OpenToEavesdropping, OSError
    where it cannot listen, SystemExit where the application's lifespan does not start.
    """
    if listening.tls is None and not listening.is_private:
        raise OpenToEavesdropping(f"{listening.host} is not a loopback address; plain HTTP is for those")
    raise_descriptor_limit()
    asyncio.get_running_loop().set_exception_handler(DESCRIPTORS.loop_error)
    shrink_tls_buffers()
    sockets = bind(listening)
    config = configure(application, listening)
    for listener in sockets:
        listener.gate = config.door
        if listening.proxy_protocol:
            listener.kind = kind_of_connection(listening.trusted_proxies)
    try:
        await Server(config, leaving, started).serve(list(sockets))
    finally:
        for listener in sockets:
            listener.close()
        if listening.unix_path is not None:
            listening.unix_path.unlink(missing_ok=True)


def run(main: Coroutine[Any, Any, T], listening: Listening, *, plain: bool = False) -> T:
    """Run ``main``, which awaits ``serve``, on the event loop that suits what it listens on.

    ``plain`` is for what connects to others in ways of its own: always asyncio's loop.
    """
    factory = _uvloop_factory()
    # On uvloop nobody asks the sockets.
    if plain or listening.tls is not None or listening.proxy_protocol:
        factory = partial(_LoopWithTls, listening.timeouts.handshake)
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


def shrink_tls_buffers() -> None:
    """Cut asyncio's read buffer per TLS connection, incoming and outgoing. Raises RuntimeError.

    The attribute is not documented; a Python without it would take 290 KB per connection.
    """
    if not isinstance(getattr(sslproto.SSLProtocol, "max_size", None), int):
        raise RuntimeError("asyncio.sslproto.SSLProtocol.max_size is gone: TLS would take too much memory")
    sslproto.SSLProtocol.max_size = TLS_BUFFER


def _uvloop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for this platform
        return None
    return uvloop.new_event_loop


class _LoopWithTls(asyncio.SelectorEventLoop):
    """asyncio's loop, whose servers wait so many seconds for a handshake: uvicorn does not say how many."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:
        """As asyncio's."""
        if options.get("ssl") is not None:
            options |= {"ssl_handshake_timeout": self._seconds, "ssl_shutdown_timeout": self._seconds}
        return await super().create_server(*arguments, **options)


def configure(application: ASGIApp, listening: Listening) -> LimitedConfig:
    """What uvicorn is to do."""
    context = listening.tls
    # Without TLS only this machine comes, a proxy that counts for itself.
    each = listening.connections if context is None else listening.connections_per_address
    return LimitedConfig(
        Forwarded(application, listening.trusted_proxies, unix=listening.unix_path is not None),
        listening.timeouts,
        Door(listening.connections, each, listening.trusted_proxies),
        proxy_protocol=listening.proxy_protocol,
        ws="none",
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        # Both are declared as whole seconds, but only ever waited for.
        timeout_keep_alive=listening.timeouts.idle,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_context_factory=None if context is None else lambda _config, _default: context,
    )
