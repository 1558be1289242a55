"""Finding the server of an address, in the steps and the order in which phones do it."""

from __future__ import annotations

import ssl as tls
from collections.abc import AsyncIterator, Callable
from typing import Final

import aiohttp
import dns.asyncresolver
import dns.exception
import dns.rdatatype
import msgspec
from aiohttp.abc import AbstractResolver
from yarl import URL

from overair.client.errors import ClientError
from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.names import InvalidName, address_key
from overair.protocol.autodiscover.pox import Failure, Redirect, Request, Schema, Settings
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH
from overair.protocol.autodiscover.xml import MAXIMUM_SIZE, InvalidXml
from overair.protocol.http import Credentials, HttpStatus
from overair.protocol.http.responses import LOCATION

STEP_TIMEOUT: Final = 20.0
MAXIMUM_REDIRECTS: Final = 5
"""How many are followed from a URL to others, and from an address to others."""
REDIRECTS: Final = frozenset((301, 302, 307, 308, int(HttpStatus.REDIRECT)))
USER_AGENT: Final = "Overair"


class Attempt(msgspec.Struct, frozen=True):
    """One question that was asked: where, and what came of it in a few words."""

    where: str
    outcome: str


class Discovered(msgspec.Struct, frozen=True):
    """The server of an address."""

    url: str
    """Of the EAS endpoint."""
    address: str
    """The user's primary address, as the server has it."""
    display_name: str
    user: str
    """The log-in that the server took."""
    attempts: tuple[Attempt, ...]
    """What was asked; the last one answered."""


class DiscoveryFailed(ClientError):
    """No server was found; ``attempts`` says what was asked. ``refused`` where one refused the log-in."""

    def __init__(self, attempts: tuple[Attempt, ...], *, refused: bool) -> None:
        tried = "; ".join(f"{one.where}: {one.outcome}" for one in attempts)
        super().__init__(f"no server was found: {tried or 'the address has no domain'}")
        self.attempts = attempts
        self.refused = refused


async def discover(
    address: str,
    password: str,
    *,
    user: str | None = None,
    ssl: tls.SSLContext | bool = True,
    confirm: Callable[[str], bool] | None = None,
    timeout: float = STEP_TIMEOUT,
    hosts: AbstractResolver | None = None,
    dns_resolver: dns.asyncresolver.Resolver | None = None,
) -> Discovered:
    """Find the server of an address.

    The steps are https://DOMAIN, https://autodiscover.DOMAIN, where http://autodiscover.DOMAIN
    redirects to, and the host of the SRV record. The password goes over HTTPS alone, and only to a
    server that asks for it. The last two steps can be forged by whoever is on the way: they are
    followed within DOMAIN, and out of it where ``confirm`` says yes to the host.

    ``user`` is the log-in where it is not the address, or the one that it is redirected to;
    ``timeout`` is for each question, in seconds; ``hosts`` resolves the names of hosts,
    ``dns_resolver`` the SRV record, each by the system's settings unless given. Raises DiscoveryFailed.
    """
    try:
        asked = address_key(address)
    except InvalidName:
        raise DiscoveryFailed((), refused=False) from None
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=hosts, ssl=ssl),
        timeout=aiohttp.ClientTimeout(total=timeout),
        headers={"User-Agent": USER_AGENT},
    ) as session:
        resolver = dns_resolver or dns.asyncresolver.Resolver()
        return await _Search(session, resolver, user, password, confirm, timeout).find(asked)


class _Unanswered(Exception):
    """A question without a usable answer; the message goes into the attempt."""


class _Reply(msgspec.Struct, frozen=True):
    """What came back to one request."""

    status: int
    location: str
    asks_for_password: bool
    body: bytes


class _Search:
    """One search, with what it has tried."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        resolver: dns.asyncresolver.Resolver,
        user: str | None,
        password: str,
        confirm: Callable[[str], bool] | None,
        timeout: float,
    ) -> None:
        self._session = session
        self._resolver = resolver
        self._user = user
        self._password = password.encode()
        self._confirm = confirm
        self._timeout = timeout
        self._attempts: list[Attempt] = []
        self._moves = 0
        self._refused = False

    async def find(self, address: str) -> Discovered:
        """The server of an address, or of the one that it redirects to."""
        async for url in self._places(address.rpartition("@")[2]):
            answer = await self._ask(url, address)
            if isinstance(answer, Settings):
                said = answer.url, answer.address, answer.display_name
                return Discovered(*said, self._user or address, tuple(self._attempts))
            if isinstance(answer, Redirect) and self._moves < MAXIMUM_REDIRECTS:
                self._moves += 1
                return await self.find(address_key(answer.address))
        raise DiscoveryFailed(tuple(self._attempts), refused=self._refused)

    async def _places(self, domain: str) -> AsyncIterator[str]:
        """The URLs to ask for a domain, each looked for when the one before was no use."""
        yield f"https://{domain}{AUTODISCOVER_PATH}"
        yield f"https://autodiscover.{domain}{AUTODISCOVER_PATH}"
        for look in (self._redirect_of_http, self._srv):
            try:
                url = await look(domain)
                self._require_trusted(url, domain)
            except _Unanswered:
                continue
            yield str(url)

    async def _redirect_of_http(self, domain: str) -> URL:
        where = f"http://autodiscover.{domain}{AUTODISCOVER_PATH}"
        try:
            async with self._session.get(where, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    raise self._unanswered(where, f"HTTP {response.status}")
                return self._target(where, response.headers.get("Location", ""))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unanswered(where, _reason(error)) from None

    async def _srv(self, domain: str) -> URL:
        name = f"_autodiscover._tcp.{domain}"
        where = f"{name} SRV"
        try:
            found = await self._resolver.resolve(
                f"{name}.", dns.rdatatype.SRV, lifetime=self._timeout, raise_on_no_answer=False
            )
        except (dns.exception.DNSException, OSError) as error:
            raise self._unanswered(where, type(error).__name__) from None
        records = sorted(found.rrset or (), key=lambda record: (record.priority, -record.weight))
        target = records[0].target.to_text(omit_final_dot=True) if records else ""
        if target in ("", "."):
            raise self._unanswered(where, "there is none")
        self._attempts.append(Attempt(where, f"{target}:{records[0].port}"))
        return URL.build(scheme="https", host=target, port=records[0].port, path=AUTODISCOVER_PATH)

    async def _ask(self, url: str, address: str) -> Settings | Redirect | None:
        """The answer of a URL, or of where it leads; None where there is none, which is noted."""
        where = URL(url)
        for _ in range(MAXIMUM_REDIRECTS + 1):
            try:
                answer = await self._exchange(where, address)
            except _Unanswered:
                return None
            if not isinstance(answer, URL):
                return answer
            where = answer
        return None

    async def _exchange(self, url: URL, address: str) -> Settings | Redirect | URL:
        """What a URL answers; a URL where that is what it leads to."""
        body = pox.write_request(Request(address, Schema.MOBILE_SYNC))
        headers = {"Content-Type": "text/xml", "Accept": "text/xml"}
        where = str(url)
        try:
            reply = await self._post(url, body, headers)
            if reply.status == HttpStatus.UNAUTHORIZED and reply.asks_for_password:
                headers["Authorization"] = Credentials(self._user or address, self._password).to_header()
                reply = await self._post(url, body, headers)
                self._refused = self._refused or reply.status == HttpStatus.UNAUTHORIZED
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unanswered(where, _reason(error)) from None
        if reply.status in REDIRECTS:
            return self._target(where, reply.location)
        if reply.status != HttpStatus.OK:
            raise self._unanswered(where, f"HTTP {reply.status}")
        try:
            return self._usable(where, pox.read_answer(reply.body))
        except InvalidXml as error:
            raise self._unanswered(where, str(error)) from None

    async def _post(self, url: URL, body: bytes, headers: dict[str, str]) -> _Reply:
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            data = bytearray()
            async for piece in response.content.iter_chunked(MAXIMUM_SIZE):
                data += piece
                if len(data) > MAXIMUM_SIZE:
                    break  # that is no answer, and its reader says so
            location = response.headers.get("Location") or response.headers.get(LOCATION) or ""
            challenges = " ".join(response.headers.getall("WWW-Authenticate", ()))
            return _Reply(response.status, location, "basic" in challenges.lower(), bytes(data))

    def _usable(self, where: str, answer: pox.Answer) -> Settings | Redirect | URL:
        if isinstance(answer, Failure):
            code = answer.code if answer.code is not None else answer.status
            raise self._unanswered(where, f"error {code}")
        if isinstance(answer, Settings):
            if _https(answer.url) is None:
                raise self._unanswered(where, "names a server that is no https:// URL")
            self._attempts.append(Attempt(where, "found"))
            return answer
        if answer.url:
            return self._target(where, answer.url)
        try:
            address_key(answer.address)
        except InvalidName:
            raise self._unanswered(where, "redirects to what is no address") from None
        self._attempts.append(Attempt(where, "redirects to another address"))
        return answer

    def _target(self, where: str, location: str) -> URL:
        """The URL that is led to, noted; a password never goes from a protected connection to an open one."""
        url = _https(location)
        if url is None:
            raise self._unanswered(where, "leads to what is no https:// URL")
        self._attempts.append(Attempt(where, f"leads to {url.host}"))
        return url

    def _require_trusted(self, url: URL, domain: str) -> None:
        host = (url.host or "").lower().rstrip(".")
        if host == domain or host.endswith(f".{domain}"):
            return
        if self._confirm is None or not self._confirm(host):
            raise self._unanswered(f"https://{host}", f"not asked: outside {domain}, and not confirmed")

    def _unanswered(self, where: str, outcome: str) -> _Unanswered:
        self._attempts.append(Attempt(where, outcome))
        return _Unanswered(outcome)


def _https(text: str) -> URL | None:
    """The URL that a text is, if it is one of HTTPS without a log-in in it."""
    try:
        url = URL(text)
    except ValueError:
        return None
    return url if url.scheme == "https" and url.host and url.user is None else None


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
