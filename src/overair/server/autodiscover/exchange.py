"""One request to Autodiscover or the account page, and its answer."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

import msgspec
from starlette.types import Receive, Scope

from overair.directory.interface import User
from overair.protocol.autodiscover.site import Site
from overair.protocol.autodiscover.xml import MAXIMUM_SIZE
from overair.protocol.http import Credentials, HttpStatus, parse_authorization
from overair.server.authentication import authenticate, required
from overair.server.autodiscover.finding import Finding
from overair.server.budget import Claim
from overair.server.context import Services
from overair.server.endpoint import read_body
from overair.server.responses import Header, HttpError


class Answer(msgspec.Struct, frozen=True):
    """What is answered; an error's text is added by who sends it."""

    status: int = HttpStatus.OK
    body: bytes = b""
    content_type: str = ""
    headers: tuple[Header, ...] = ()
    reason: str = ""
    """For the log."""


class Exchange:
    """A request as handlers see it; ``line`` is its line of the log."""

    def __init__(
        self,
        services: Services,
        site: Site,
        scope: Scope,
        receive: Receive,
        claim: Claim,
        line: dict[str, object],
    ) -> None:
        self.services: Final = services
        self.finding: Final[Finding] = services.finding
        self.site: Final = site
        self.method: Final[str] = scope["method"]
        self.path: Final[str] = scope["path"]
        """As it was written, decoded."""
        self.query: Final[bytes] = scope["query_string"]
        self._headers: Final[list[tuple[bytes, bytes]]] = scope["headers"]
        self._receive: Final = receive
        self._claim: Final = claim
        self._line: Final = line

    def header(self, name: bytes) -> bytes | None:
        """The first header of a name in lower case."""
        return next((value for key, value in self._headers if key == name), None)

    def parameter(self, name: str) -> str:
        """A parameter of the query, its name in whatever letter case; empty where there is none."""
        # A plus is one: it is part of addresses.
        values = parse_qs(self.query.decode("latin-1").replace("+", "%2B"))
        return next((found[0] for key, found in values.items() if key.lower() == name), "")

    @property
    def credentials(self) -> Credentials | None:
        """What the client logs in with, unchecked."""
        return parse_authorization(self.header(b"authorization"))

    async def body(self) -> bytes:
        """The body. Raises HttpError (400, 413, 415, 503), ClientGone."""
        return await read_body(self._headers, self._receive, MAXIMUM_SIZE, self._claim)

    async def user(self) -> User:
        """Who has logged in. Raises HttpError: 401, or 503 while log-ins are held up."""
        credentials = self.credentials
        self._line["user"] = credentials.login if credentials is not None else ""
        admission = await authenticate(
            self.services.directory, required(credentials), str(self._line["client"]), device_id=""
        )
        self._line["user"] = admission.user.address
        return admission.user


def redirect_to(url: str, reason: str = "redirected") -> Answer:
    """Send the client to another URL, by the method that it used."""
    return Answer(HttpStatus.FOUND, headers=(("Location", url),), reason=reason)


def require_method(exchange: Exchange, *methods: str) -> None:
    """Raise HttpError (405) for other methods."""
    if exchange.method not in methods:
        reason = f"method {exchange.method[:20]}"
        raise HttpError(HttpStatus.METHOD_NOT_ALLOWED, reason, (("Allow", ", ".join(methods)),))
