"""A DAV server in this process that does what a test says, for what no real one does when it is asked."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from aiohttp import web

from support.ports import free_port

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav" '
    'xmlns:S="http://calendarserver.org/ns/"'
)


@dataclass
class Scripted:
    """Answers by method and path; what is not in ``script`` is 404. ``asked`` has what came."""

    url: str
    port: int
    script: dict[tuple[str, str], Handler] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    """Method, path, headers by name in lower case, body."""
    otherwise: Handler | None = None
    """Answers what is not in ``script``."""

    def on(self, method: str, path: str, handler: Handler) -> None:
        """Answer a request so."""
        self.script[method, path] = handler

    def says(self, method: str, path: str, *responses: str, more: str = "", status: int = 207) -> None:
        """Answer a request with a multistatus of these responses."""
        body = f"<?xml version='1.0'?><D:multistatus {NAMESPACES}>{''.join(responses)}{more}</D:multistatus>"

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(status=status, text=body, content_type="application/xml")

        self.on(method, path, answer)

    def replies(
        self, method: str, path: str, status: int, text: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """Answer a request with a status and a text."""

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(status=status, text=text, headers=headers)

        self.on(method, path, answer)

    def is_home(self, path: str = "/home/", *collections: str) -> None:
        """Have a principal whose home for calendars and address books is at a path."""
        principal = "<D:current-user-principal><D:href>/me/</D:href></D:current-user-principal>"
        homes = "".join(
            f"<{name}><D:href>{path}</D:href></{name}>"
            for name in ("C:calendar-home-set", "A:addressbook-home-set")
        )
        self.says("PROPFIND", "/", response("/", principal))
        self.says("PROPFIND", "/me/", response("/me/", homes))
        self.says("PROPFIND", path, response(path, ""), *collections)

    def count(self, method: str) -> int:
        """How many requests of a method came."""
        return sum(one[0] == method for one in self.asked)


def response(href: str, properties: str, status: int | None = None) -> str:
    """One response of a multistatus."""
    if status is not None:
        said = f"<D:href>{escape(href)}</D:href><D:status>HTTP/1.1 {status} x</D:status>"
        return f"<D:response>{said}</D:response>"
    return (
        f"<D:response><D:href>{escape(href)}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def calendar(href: str, name: str = "Work", *, ctag: str = "", token: str = "", more: str = "") -> str:
    """The response for a calendar of events."""
    return response(
        href,
        "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        f"<D:displayname>{escape(name)}</D:displayname>"
        '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'
        + (f"<S:getctag>{ctag}</S:getctag>" if ctag else "")
        + (f"<D:sync-token>{token}</D:sync-token>" if token else "")
        + more,
    )


@asynccontextmanager
async def scripted(tls: ssl.SSLContext | None = None) -> AsyncIterator[Scripted]:
    """Run one on loopback."""
    port = free_port()
    server = Scripted(f"{'http' if tls is None else 'https'}://127.0.0.1:{port}/", port)

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        server.asked.append((request.method, request.raw_path, headers, body))
        handler = server.script.get((request.method, request.raw_path))
        handler = handler or server.otherwise
        return await handler(request) if handler is not None else web.Response(status=404)

    runner = web.ServerRunner(web.Server(handle), handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    try:
        yield server
    finally:
        await runner.cleanup()
