"""Who may ask this page, and from where: what stands before every request.

The Host has to be a name of this page, so that no other site's name can be pointed here (DNS rebinding).
A POST has to come from a page of this one, by what browsers say of it (Sec-Fetch-Site, Origin), and with a
token that such a page holds. Where there is a password, everybody needs it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from overair.directory.interface import LoginHeldUp
from overair.directory.throttle import Caller, Throttle, network_of
from overair.protocol.http.credentials import parse_authorization

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # With no-referrer browsers would not say either that a form is this page's own (Origin: null).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "::1")
LOGIN: Final = 'Basic realm="Overair doctor", charset="UTF-8"'
KNOWN_NETWORKS: Final = 1000
"""From which the password came; they are not held up by what others guess."""
TOKEN_SECONDS: Final = 12 * 3600
"""How long a page that is open may be used."""


class Tokens:
    """What a form holds to show that it is one of this process."""

    def __init__(self) -> None:
        self._key: Final = secrets.token_bytes(32)

    def make(self) -> str:
        """One that is good for TOKEN_SECONDS."""
        until = str(int(time.time()) + TOKEN_SECONDS)
        return f"{until}.{self._seal(until)}"

    def good(self, text: str) -> bool:
        """Whether it was made here, and not too long ago."""
        until, _, seal = text.partition(".")
        sealed = hmac.compare_digest(seal.encode(), self._seal(until).encode())
        return sealed and int(until) >= time.time()

    def _seal(self, until: str) -> str:
        return hmac.new(self._key, until.encode(), hashlib.sha256).hexdigest()


class Guard:
    """ASGI: refuses, or lets the application answer; either way with HEADERS."""

    def __init__(self, application: ASGIApp, names: Iterable[str], password: str) -> None:
        self._application: Final = application
        self._names: Final = frozenset(name.lower() for name in (*LOOPBACK_NAMES, *names))
        self._password: Final = password.encode()
        self._throttle: Final = Throttle()
        self._known: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._application)(scope, receive, sealed)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if _name(f"//{host}") not in self._names:
            return PlainTextResponse("This page has another name.", 421)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Not allowed.", 405, {"Allow": "GET, HEAD, POST"})
        if scope["method"] == "POST" and not _own(headers, host):
            return PlainTextResponse("The form of another site is not taken.", 403)
        return self._login(scope, headers) if self._password else None

    def _login(self, scope: Scope, headers: Headers) -> Response | None:
        network = network_of((scope.get("client") or ("",))[0])
        given = parse_authorization(headers.get("authorization", "").encode("latin-1"))
        if given is None:
            return _asking()
        known = network in self._known
        try:
            attempt = self._throttle.begin(Caller("", network, "", known=known, trusted=known))
        except LoginHeldUp as held:
            later = {"Retry-After": str(held.retry_after)}
            return PlainTextResponse("Too many wrong passwords; later again.", 503, later)
        attempt.wrong = not hmac.compare_digest(given.password, self._password)
        attempt.end()
        if attempt.wrong:
            return _asking()
        self._known[network] = None
        self._known.move_to_end(network)
        if len(self._known) > KNOWN_NETWORKS:
            self._known.popitem(last=False)
        return None


def _asking() -> Response:
    return PlainTextResponse("The password of this page is asked for.", 401, {"WWW-Authenticate": LOGIN})


def _own(headers: Headers, host: str) -> bool:
    """Whether a form was sent by a page of the same origin, as far as its browser tells."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""
