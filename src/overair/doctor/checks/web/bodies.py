"""Do long requests get through?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.web.answering import OFFERED
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.web import Endpoint, Greeting
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Unanswered, Why, ask
from overair.doctor.phone import probe_of
from overair.protocol.http import HttpStatus

SIZES: Final = (9_000_000, 1_000_000, 100_000)
"""Bytes: a mail with photos, one with a document, a picture of a contact."""
_PIECE: Final = 64 * 1024
_CONTROL: Final = 100
"""Bytes that nobody refuses."""
_BUSY: Final = frozenset((408, 429, 503, 504))
"""Statuses of a limit that has nothing to do with the size."""
_HUNG_UP: Final = frozenset((Why.CLOSED, Why.RESET, Why.NOT_HTTP))

CUT: Final = Illness(
    id="long-bodies-cut",
    severity=Severity.IMPAIRS,
    says="{host} refuses requests of {size} ({said}){passing}: mails with attachments stay in the outbox of "
    "phones.",
    cure="Let requests of 40 MB through to the EAS server, in every proxy in front of it.",
    cures={
        Product.NGINX: "client_max_body_size 40m; in the server block (the default is 1m).",
        Product.APACHE: "LimitRequestBody 41943040 (the default is 1 GB; with ModSecurity "
        "SecRequestBodyLimit and SecRequestBodyNoFilesLimit, which is 128 KB).",
        Product.HAPROXY: "Take out http-request deny … req.body_size or req.hdr(content-length): HAProxy has "
        "no limit of its own.",
        Product.IIS: "Request Filtering: maxAllowedContentLength 41943040; uploadReadAheadSize, where client "
        "certificates are negotiated.",
        Product.EXCHANGE: "In web.config of Sync (ClientAccess\\Sync and FrontEnd\\HttpProxy\\sync): "
        "maxRequestLength in KB, MaxDocumentDataSize, and maxAllowedContentLength in Request Filtering; then "
        "iisreset.",
        Product.Z_PUSH: "post_max_size = 40M in php.ini, and the limit of the web server.",
        Product.OVERAIR: "request_body in [limits] of overair.toml, and the limit of the proxy in front.",
    },
)
CHUNKED: Final = Illness(
    id="chunked-refused",
    severity=Severity.IMPAIRS,
    says="{host} refuses requests that come in chunks, without a Content-Length ({said}): some phones send "
    "mails with attachments so.",
    cure="Allow Transfer-Encoding: chunked in requests at the proxy in front.",
    cures={
        Product.NGINX: "Keep proxy_request_buffering on (its default), so that nginx gives requests a "
        "length.",
        Product.APACHE: "SetEnv proxy-sendcl 1 where what is behind wants a length.",
        Product.HAPROXY: "option http-buffer-request does not help; take the rule that denies "
        "transfer-encoding out.",
    },
)


@dataclass(frozen=True)
class _Asked:
    """What a request of a size was answered."""

    status: int | None
    """None where the connection was closed."""

    @property
    def said(self) -> str:
        """In words."""
        return f"HTTP {self.status}" if self.status is not None else "the connection is closed"


class _Bodies:
    """Requests of any size to the endpoint, with the log-in where one was taken.

    A server that only asks for a log-in need not read the rest of a request, and a proxy in between may
    take that for a failure of its own; who is logged in is read to the end.
    """

    def __init__(self, bedside: Bedside) -> None:
        self._bedside = bedside
        self._logged_in = bedside.wanted(LoggedIn)
        self._expect = False
        self._usual: int | None = None

    async def begin(self) -> None:
        """Learn what a short request is answered, and whether requests can be announced before they are
        sent (Expect: 100-continue).

        Then nobody who refuses one at once has to take it; some servers do not know it, and wait. Raises
        NotReached.
        """
        self._usual = (await self._asked(_CONTROL)).status
        self._expect = True
        try:
            announced = await self._asked(_CONTROL, self._bedside.surroundings.late_seconds)
        except NotReached:
            announced = None
        self._expect = announced is not None and announced.status == self._usual

    async def refused(self, size: int) -> str:
        """What a request of a size is refused with; empty where it gets through.

        Raises NotReached where that cannot be told.
        """
        asked = await self._asked(size)
        if asked.status == self._usual:
            return ""
        if asked.status in _BUSY or (self._logged_in is None and self._is_unclear(asked)):
            raise NotReached(f"a request of {_shown(size)}: {asked.said}")
        return asked.said

    def _is_unclear(self, asked: _Asked) -> bool:
        """Whether what comes in the middle of a request may be but the end of one that nobody reads."""
        if asked.status is None:
            return not self._expect
        return asked.status >= HttpStatus.INTERNAL_SERVER_ERROR

    async def _asked(self, size: int, seconds: float | None = None) -> _Asked:
        """Raises NotReached where no answer comes in time."""
        bedside, complaint = self._bedside, self._bedside.complaint
        url, headers, _ = probe_of(bedside.fact(Greeting).url, complaint.address, OFFERED)
        headers["Content-Length"] = str(size)
        asking = partial(ask, complaint)
        if self._logged_in is not None:
            asking = partial(bedside.attempts.ask, complaint, self._logged_in.login)
        try:
            answer = await asking(
                "POST", url, headers=headers, body=_zeros(size), expect=self._expect, seconds=seconds
            )
        except Unanswered as error:
            if error.why in _HUNG_UP:
                return _Asked(None)
            raise NotReached(f"a request of {_shown(size)}: {error.why}") from error
        return _Asked(answer.status)


async def _zeros(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, _PIECE):
        yield bytes(min(_PIECE, size - start))


async def _examine(bedside: Bedside) -> None:
    await _look_at_chunks(bedside)
    bodies = _Bodies(bedside)
    await bodies.begin()
    refused: tuple[int, str] | None = None
    for size in SIZES:
        said = await bodies.refused(size)
        if not said:
            bedside.note(f"{_shown(size)} pass")
            if refused is not None:
                bedside.find(CUT, size=_shown(refused[0]), said=refused[1], passing=f"; {_shown(size)} pass")
            return
        refused = size, said
    if refused is not None:
        bedside.find(CUT, size=_shown(refused[0]), said=refused[1], passing="")


async def _look_at_chunks(bedside: Bedside) -> None:
    greeting = bedside.fact(Greeting)
    url, headers, body = probe_of(greeting.url, bedside.complaint.address, OFFERED)

    async def pieces() -> AsyncIterator[bytes]:
        yield body

    try:
        answer = await ask(bedside.complaint, "POST", url, headers=headers, body=pieces())
        said = "" if answer.status == greeting.post.status else f"HTTP {answer.status}"
    except Unanswered as error:
        said = error.why.value
    if said:
        bedside.find(CHUNKED, said=said)


def _shown(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} KB"


CHECK: Final = Check(
    id="endpoint-bodies",
    title="Do long requests get through?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting, Endpoint),
    wants=(LoggedIn,),
    finds=(CUT, CHUNKED),
)
