"""Connections that begin with a header of the PROXY protocol, which is read before TLS and HTTP are."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog

from overair.server import proxy_protocol
from overair.server.addresses import Networks
from overair.sockets import Counted, Gate

log = structlog.get_logger("overair.serving")


class Proxied(Counted):
    """A proxy's connection: ``getpeername`` gives the client's address once the header was read.

    asyncio reads from it by ``recv`` and ``recv_into``, which give nothing before that.
    """

    __slots__ = ("_client", "_head", "_whole")

    def __init__(self, connection: socket.socket, gate: Gate | None, network: str) -> None:
        super().__init__(connection, gate, network)
        self._head = b""
        self._whole = False
        self._client: tuple[str, int] | None = None

    def getpeername(self) -> Any:
        """The address of the client, of the proxy as long as none was announced."""
        return super().getpeername() if self._client is None else self._client

    def recv(self, *arguments: Any) -> bytes:
        """As a socket's. Raises BlockingIOError, ConnectionAbortedError for a header that is broken."""
        if not self._whole:
            self._read_header()
        return super().recv(*arguments)

    def recv_into(self, *arguments: Any) -> int:
        """As a socket's. Raises as ``recv`` does."""
        if not self._whole:
            self._read_header()
        return super().recv_into(*arguments)

    def _read_header(self) -> None:
        """Take the header's bytes and no other. Raises BlockingIOError while some are missing."""
        try:
            while (least := proxy_protocol.missing(self._head)) > 0:
                piece = super().recv(self._wanted(least))
                if not piece:
                    raise ConnectionAbortedError("the proxy went away")
                self._head += piece
            self._client = proxy_protocol.announced(self._head)
        except proxy_protocol.MalformedHeader as error:
            log.warning("a proxy's connection was closed", reason=str(error))
            raise ConnectionAbortedError(str(error)) from None
        self._head = b""
        self._whole = True

    def _wanted(self, least: int) -> int:
        """How many bytes to take: ``least``, of a line all up to its end, which is looked for first."""
        line = proxy_protocol.VERSION_1[:1]
        if self._head and not self._head.startswith(line):
            return least
        seen = super().recv(proxy_protocol.LONGEST_LINE - len(self._head), socket.MSG_PEEK)
        if not (self._head + seen).startswith(line):
            return least
        end = seen.find(b"\n")
        return len(seen) if end < 0 else end + 1


def kind_of_connection(proxies: Sequence[str]) -> Callable[[str], type[Counted]]:
    """As what a connection from an address is read: proxies have to announce, others cannot.

    On a unix socket ("") there is nobody but the proxy.
    """
    trusted: Final = Networks(proxies)
    return lambda address: Proxied if not address or address in trusted else Counted
