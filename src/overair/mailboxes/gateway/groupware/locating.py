"""Which server is meant: a URL says it itself, a domain is looked up (RFC 6764) and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import dns.asyncresolver

from overair.dav.discovery import Service, find_server
from overair.dav.transport import Connections

REMEMBERED_SECONDS: Final = 3600.0
DOMAINS: Final = 1_000
"""The most domains whose servers are remembered."""


class Locator:
    """The servers of a process, by what the settings say of them."""

    def __init__(self, connections: Connections, resolver: Callable[[], dns.asyncresolver.Resolver]) -> None:
        """``resolver`` makes what asks for records; it is not called where settings name URLs."""
        self._connections = connections
        self._resolver = resolver
        self._known: dict[tuple[str, Service], tuple[float, str]] = {}

    def of(self, server: str, service: Service) -> Callable[[], Awaitable[str]]:
        """What gives the URL of a server, which is its URL or a domain. It raises DavError."""

        async def locate() -> str:
            return server if "://" in server else await self._found(server.lower().strip("."), service)

        return locate

    async def _found(self, domain: str, service: Service) -> str:
        now = asyncio.get_running_loop().time()
        until, url = self._known.get((domain, service), (0.0, ""))
        if now >= until:
            url = await find_server(self._connections, domain, service, self._resolver())
            if len(self._known) >= DOMAINS:
                self._known.clear()
            self._known[domain, service] = (now + REMEMBERED_SECONDS, url)
        return url
