"""Who a request comes from, where proxies stand in between: what those that are trusted say of it.

One way of saying it is read, X-Forwarded-For, because a proxy that writes one passes on what a client
put into the others (Forwarded, X-Real-IP, Client-IP), and who reads those believes the client.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Sequence
from typing import Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from overair.server.addresses import Networks, address_of

UNIX_PEER: Final = "unix:"
"""The client's address on a unix socket, where there is none: the proxy in front."""
SCHEMES: Final = frozenset({b"http", b"https"})
MOST_HOPS: Final = 32
"""Entries of X-Forwarded-For that are looked at, from the nearest on."""
REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_WITH_PORT: Final = re.compile(r"\[([0-9A-Fa-f:.%\w]+)\](?::\d{1,5})?|([0-9.]+):\d{1,5}")


def begin_request(scope: Scope) -> str:
    """The id of a request: a trusted proxy's, else one of our own.

    Whatever is logged in the request's task, and in threads that work for it, names it from here on.
    """
    request_id: str = scope.get("state", {}).get("request_id") or secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


class Forwarded:
    """ASGI: puts the client's address and scheme into the scope, and the proxy's id of the request.

    ``trusted`` are the addresses and networks of proxies; ``unix`` says that whoever comes over a unix
    socket is one. Anybody else's headers mean nothing.
    """

    def __init__(self, application: ASGIApp, trusted: Sequence[str], *, unix: bool) -> None:
        self._application: Final = application
        self._networks: Final = Networks(trusted)
        self._unix: Final = unix

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer as the application does; no coroutine of its own stays while a phone waits."""
        if scope["type"] == "http" and self._is_proxy((scope.get("client") or ("",))[0]):
            self._believe(scope)
        return self._application(scope, receive, send)

    def _is_proxy(self, address: str) -> bool:
        return (self._unix and address == UNIX_PEER) or address in self._networks

    def _believe(self, scope: Scope) -> None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        hops = b",".join(value for name, value in headers if name == b"x-forwarded-for")
        client = self.client_of(hops)
        if client is not None:
            scope["client"] = (client, 0)
        for name, value in headers:
            if name == b"x-forwarded-proto" and value.strip().lower() in SCHEMES:
                scope["scheme"] = value.strip().lower().decode()
            elif name == b"x-request-id" and REQUEST_ID.fullmatch(value):
                scope["state"] = {**scope.get("state", {}), "request_id": value.decode()}

    def client_of(self, hops: bytes) -> str | None:
        """The last hop of an X-Forwarded-For that is no trusted proxy, as a proxy sent it.

        Where one on the way to it is no address, those before it are not believed.
        """
        client = None
        for hop in map(str.strip, reversed(hops.decode("latin-1").split(",")[-MOST_HOPS:])):
            if self._unix and hop == UNIX_PEER:  # a proxy on a unix socket of the proxy in front
                continue
            address = address_of(_without_port(hop))
            if address is None:
                break
            client = str(address)
            if client not in self._networks:
                break
        return client


def _without_port(hop: str) -> str:
    """``192.0.2.1:1234`` and ``[2001:db8::1]:1234`` without the port."""
    found = _WITH_PORT.fullmatch(hop)
    return hop if found is None else found[1] or found[2]
