"""Running the ASGI application: sockets, TLS, event loop, limits, leaving.

With its own TLS the server runs on asyncio's loop with a small read buffer, behind a proxy on
uvloop: docs/architecture.md, Serving, says what each costs for a waiting phone.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import resource
import signal
import socket
import ssl
from asyncio import sslproto
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog
import uvicorn
from uvicorn._types import ASGIApplication

from overair.server.connection import UNIX_PEER, LimitedConnection

TLS_BUFFER = 16 * 1024
"""Bytes of asyncio's read buffer per TLS connection: one record. Its own default is 256 KB."""
IDLE_SECONDS = 75
"""How long a connection is kept open for a next request; longer than nginx keeps its own (60)."""
GRACE_SECONDS = 3
"""How long requests may take to end when the server leaves."""
BACKLOG = 4096
MAXIMUM_DESCRIPTORS = 1_048_576

log = structlog.get_logger()


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server listens: a TCP address, or a unix socket for a proxy in front."""

    host: str = "127.0.0.1"
    port: int = 8443
    """0 takes a free one."""
    unix_path: Path | None = None
    unix_mode: int = 0o660
    tls: ssl.SSLContext | None = None
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    @property
    def is_private(self) -> bool:
        """Whether only this machine reaches it: the condition for plain HTTP."""
        return self.unix_path is not None or is_loopback(self.host)


class OpenToEavesdropping(ValueError):
    """Plain HTTP was asked for on an address that is not loopback."""


class Server(uvicorn.Server):
    """A uvicorn server that answers its waiting phones before it leaves."""

    def __init__(self, config: uvicorn.Config, leaving: Callable[[], None]) -> None:
        super().__init__(config)
        self._leaving = leaving

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
        try:
            for number in signals:
                loop.add_signal_handler(number, self.handle_exit, number, None)
        except (ValueError, RuntimeError):  # not the main thread, where signals arrive
            yield
            return
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)


async def serve(
    application: ASGIApplication,
    listening: Listening,
    leaving: Callable[[], None],
    started: Callable[[Server, list[socket.socket]], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, or until ``Server.should_exit`` is set.

    ``leaving`` is called when the server begins to leave (the hub's ``end_waits``), ``started``
    when it listens, with the listening sockets. Raises OpenToEavesdropping, OSError where it
    cannot listen, RuntimeError where the application does not start.
    """
    if listening.tls is None and not listening.is_private:
        raise OpenToEavesdropping(f"{listening.host} is not a loopback address: plain HTTP would be readable")
    raise_descriptor_limit()
    shrink_tls_buffers()
    sockets = bind(listening)
    server = Server(_config(application, listening), leaving)
    if started is not None:
        callback = started
        original = server.startup

        async def startup(sockets: list[socket.socket] | None = None) -> None:
            await original(sockets)
            callback(server, sockets or [])

        server.startup = startup  # type: ignore[method-assign]
    try:
        await server.serve(sockets)
    finally:
        for listener in sockets:
            listener.close()
        if listening.unix_path is not None:
            listening.unix_path.unlink(missing_ok=True)
