"""One HTTP request of the doctor, and the one place where the password goes out."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
import time
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from overair.doctor.complaint import Complaint
from overair.doctor.network.resolving import Hosts, literal
from overair.doctor.network.trusting import anybody, believed

MAXIMUM_BODY: Final = 1024 * 1024
MAXIMUM_HEADER: Final = 64 * 1024
"""Bytes of one; policies of web sites (CSP) and tickets of Kerberos are longer than the library expects."""
USER_AGENT: Final = "Overair-Doctor"
_CHUNK: Final = 64 * 1024


class Why(StrEnum):
    """Why a question got no answer."""

    NAME = "the name has no address"
    REFUSED = "connection refused"
    SILENT = "no connection in time"
    RESET = "connection reset"
    TLS = "TLS failed"
    NOT_TRUSTED = "the certificate is not trusted"
    NOT_HTTP = "what answered is not HTTP"
    CLOSED = "the connection was closed without an answer"
    LATE = "no answer in time"
    UNREACHABLE = "no way there"


class Unanswered(Exception):
    """No whole answer came."""

    def __init__(self, why: Why, seconds: float) -> None:
        super().__init__(why.value)
        self.why = why
        self.seconds = seconds
        """How long it took to fail."""


class KeptSecret(Exception):
    """The password was not sent, since it may not be; a defect of the check that wanted to."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    """The first bytes, MAXIMUM_BODY unless another limit was given."""
    seconds: float
    """From the request to the end of the answer."""

    @property
    def text(self) -> str:
        """The body as text, for looking for what it says."""
        return self.body.decode("utf-8", "replace")

    @property
    def date(self) -> dt.datetime | None:
        """What the server takes for the time; None where it does not say."""
        try:
            said = parsedate_to_datetime(self.headers.get("Date", ""))
        except (ValueError, OverflowError):
            return None
        # RFC 9110 section 5.6.7: always in GMT, whatever is written behind it.
        return said.replace(tzinfo=said.tzinfo or dt.UTC)


async def ask(
    complaint: Complaint,
    method: str,
    url: str | URL,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | AsyncIterable[bytes] = b"",
    expect: bool = False,
    authorization: str | None = None,
    address: str | None = None,
    seconds: float | None = None,
    limit: int = MAXIMUM_BODY,
) -> Answer:
    """Ask one question; redirects are not followed.

    A body that is not bytes goes out as it comes, in chunks unless the headers tell its length; with
    ``expect`` once the server has said 100 Continue, or not at all.

    ``authorization`` is the header with the log-in (``Attempts.ask`` counts those): it goes over TLS that is
    believed and to hosts that may be told, and to no other (KeptSecret). ``address`` is the host's to ask,
    ``seconds`` for the whole answer, ``limit`` bytes of whose body are read. Raises Unanswered.
    """
    target = URL(url, encoded=True) if isinstance(url, str) else url
    sent = CIMultiDict({"User-Agent": USER_AGENT, **(headers or {})})
    if authorization is not None:
        if target.scheme != "https" or not complaint.may_tell(target.host or ""):
            raise KeptSecret
        sent["Authorization"] = authorization
    trust = anybody() if authorization is None else believed(complaint)
    around = complaint.surroundings
    named = target.host or ""
    if literal(named) is not None and not complaint.may_ask(named, named):
        raise Unanswered(Why.UNREACHABLE, 0.0)
    if literal(named) is not None and target.port is not None:
        # For an address the resolver is not asked, which maps the ports of names.
        sent.setdefault("Host", target.raw_authority)
        target = target.with_port(around.ports.get(target.port, target.port))
    total = seconds or around.answer_seconds
    patience = aiohttp.ClientTimeout(total=total, sock_connect=around.connect_seconds)
    started = time.monotonic()
    hosts = Hosts(around, address, complaint.may_ask)
    connector = aiohttp.TCPConnector(resolver=hosts, ssl=trust, use_dns_cache=False)
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=patience,
                trust_env=False,
                max_line_size=MAXIMUM_HEADER,
                max_field_size=MAXIMUM_HEADER,
            ) as session,
            session.request(
                method, target, data=body or None, headers=sent, allow_redirects=False, expect100=expect
            ) as response,
        ):
            data = bytearray()
            async for piece in response.content.iter_chunked(_CHUNK):
                data += piece
                if len(data) >= limit:
                    break
            took = time.monotonic() - started
            return Answer(response.status, response.headers, bytes(data[:limit]), took)
    except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
        why = _why(error)
    # Not from the library's error, which may hold the request with all of its headers.
    raise Unanswered(why, time.monotonic() - started)


def _why(error: BaseException) -> Why:
    """The kind of a failure, by what the libraries raise for it, or by the system's error inside."""
    for kind, why in _WHY:
        if isinstance(error, kind):
            return why
    inner = getattr(error, "os_error", None) or error.__cause__
    if isinstance(inner, BaseException) and inner is not error:
        return _why(inner)
    return Why.UNREACHABLE if isinstance(error, OSError) else Why.CLOSED


_WHY: Final[tuple[tuple[type[BaseException], Why], ...]] = (
    (aiohttp.ServerFingerprintMismatch, Why.NOT_TRUSTED),
    (aiohttp.ClientConnectorCertificateError, Why.NOT_TRUSTED),
    (ssl.SSLCertVerificationError, Why.NOT_TRUSTED),
    (aiohttp.ClientConnectorDNSError, Why.NAME),
    (aiohttp.ClientConnectorSSLError, Why.TLS),
    (ssl.SSLError, Why.TLS),
    (aiohttp.ConnectionTimeoutError, Why.SILENT),
    (TimeoutError, Why.LATE),
    (aiohttp.ServerDisconnectedError, Why.CLOSED),
    (aiohttp.ClientPayloadError, Why.CLOSED),
    (aiohttp.ClientResponseError, Why.NOT_HTTP),
    (ConnectionRefusedError, Why.REFUSED),
    (ConnectionResetError, Why.RESET),
    (BrokenPipeError, Why.RESET),
)
"""The first that fits; a connector's error is looked into for the system's."""
