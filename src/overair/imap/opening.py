"""Connecting to a server: TCP, TLS, STARTTLS."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache

from overair.imap.connection import Connection
from overair.imap.errors import BrokenProtocol, ConnectionLost
from overair.imap.server import Security, Server


async def connect(connection: Connection, server: Server) -> None:
    """Connect, with TLS where that begins at once. Raises ConnectionLost."""
    loop = asyncio.get_running_loop()
    tls = context_of(server) if server.security is Security.TLS else None
    try:
        await loop.create_connection(
            lambda: connection,
            server.host,
            server.port,
            ssl=tls,
            server_hostname=server.host if tls else None,
            ssl_handshake_timeout=server.timeouts.connect if tls else None,
        )
    except OSError as error:
        connection.close()
        raise ConnectionLost(reason(error)) from None


async def secure(connection: Connection, server: Server) -> None:
    """Begin TLS on a connection that has agreed to it. Raises ConnectionLost."""
    if connection.busy:
        connection.close()
        raise BrokenProtocol("something was said between STARTTLS and TLS")
    loop = asyncio.get_running_loop()
    try:
        transport = await loop.start_tls(
            connection.transport,
            connection,
            context_of(server),
            server_hostname=server.host,
            ssl_handshake_timeout=server.timeouts.connect,
        )
    except OSError as error:
        connection.close()
        raise ConnectionLost(reason(error)) from None
    if transport is None:
        raise ConnectionLost("the server closed the connection")
    connection.secure(transport)


def context_of(server: Server) -> ssl.SSLContext:
    """Whom TLS is to trust."""
    return server.context or _of_the_system()


@cache
def _of_the_system() -> ssl.SSLContext:
    return ssl.create_default_context()


def reason(error: OSError) -> str:
    """Why there is no connection, in words of the system's or of TLS, not of the server's."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    return error.strerror or type(error).__name__
