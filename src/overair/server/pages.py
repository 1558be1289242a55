"""The page from which a phone installs the root certificate, and reads what to type in.

It holds nothing secret: it is served over plain HTTP, too, because a phone that does not trust
the root yet is warned away from HTTPS.
"""

from __future__ import annotations

from typing import Final

import jinja2
import msgspec
from cryptography import x509
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from overair.tls import root_files
from overair.tls.responder import Responder

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

FORMS: Final = {
    "overair-root.mobileconfig": (root_files.MOBILECONFIG_TYPE, root_files.mobileconfig),
    "overair-root.cer": (root_files.DER_TYPE, root_files.der),
    "overair-root.crt": (root_files.DER_TYPE, root_files.der),
    "overair-root.pem": (root_files.PEM_TYPE, root_files.pem),
}
"""By file name: content type, and what writes the root certificate so."""

_PLATFORMS: Final = (("iPhone", "ios"), ("iPad", "ios"), ("Macintosh", "ios"), ("Android", "android"))

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("overair.server"), autoescape=True, undefined=jinja2.StrictUndefined
)


class Setup(msgspec.Struct, frozen=True):
    """What the page tells: the names or addresses of the server, its port, its private root if it has one."""

    hosts: tuple[str, ...]
    port: int
    root: x509.Certificate | None

    def server(self, host: str) -> str:
        """What is typed into a phone's Server field: the port is left out where it is the usual one."""
        bracketed = f"[{host}]" if ":" in host else host
        return bracketed if self.port == 443 else f"{bracketed}:{self.port}"


def pages(setup: Setup, responder: Responder | None = None) -> Starlette:
    """The application that serves the page at ``/`` and the root certificate's files beside it.

    With a ``responder`` it answers http-01 of ACME, too (RFC 8555, 8.3).
    """

    async def page(request: Request) -> Response:
        asked_for = request.url.hostname or ""
        # The name under which the phone found the page is one under which it finds the server.
        host = asked_for if asked_for in setup.hosts else setup.hosts[0]
        text = _templates.get_template("setup.html").render(
            server=setup.server(host),
            others=[setup.server(other) for other in setup.hosts if other != host],
            root_name=root_files.common_name(setup.root) if setup.root else None,
            fingerprint=root_files.fingerprint_text(setup.root) if setup.root else None,
            platform=platform_of(request.headers.get("user-agent", "")),
        )
        return HTMLResponse(text, headers=HEADERS)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if setup.root is None or name not in FORMS:
            raise HTTPException(404)
        content_type, write = FORMS[name]
        return Response(write(setup.root), media_type=content_type, headers=HEADERS)

    async def challenge(request: Request) -> Response:
        found = responder.authorization(request.path_params["token"]) if responder is not None else None
        if found is None:
            raise HTTPException(404)
        return Response(found, media_type="application/octet-stream", headers=HEADERS)

    return Starlette(
        routes=[
            Route("/.well-known/acme-challenge/{token}", challenge),
            Route("/", page),
            Route("/{name}", file),
        ]
    )


def platform_of(user_agent: str) -> str:
    """``ios``, ``android`` or ``other``, by a browser's User-Agent."""
    return next((platform for word, platform in _PLATFORMS if word in user_agent), "other")
