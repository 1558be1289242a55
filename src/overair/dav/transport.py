"""Requests to DAV servers: connections that accounts share, log-ins, bounds and errors."""

from __future__ import annotations

import asyncio
import ssl as tls
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

import overair
from overair.credentials import Credentials, Kind
from overair.dav.errors import NoLogIn, NotAllowed, NotAuthorized, Unreachable, error_of
from overair.dav.hrefs import BadHref, canonical_path, joined, origin, siblings
from overair.dav.multistatus import BadXml, Reader, Response, conditions_of

CONNECTIONS: Final = 200
"""The most connections of the process to DAV servers together."""
CONNECTIONS_PER_HOST: Final = 20
KEEP_ALIVE: Final = 5.0
"""Seconds for which a connection stays open without a request."""
CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 60.0
"""Seconds for which a server may say nothing."""
TOTAL_TIMEOUT: Final = 300.0
ANSWER_BYTES: Final = 64 * 1024 * 1024
"""The most of a multistatus answer."""
OBJECT_BYTES: Final = 16 * 1024 * 1024
"""The most of one object, and of any other answer."""
ERROR_BYTES: Final = 64 * 1024
REDIRECTS: Final = 5
UNAUTHORIZED: Final = 401
OURS: Final = "to the password of Overair's accounts, which is not the user's there"
"""Said of a log-in that is refused where no DAV server could be asked as a master user."""
_PIECE: Final = 256 * 1024
"""Bytes that are parsed in one go: expat 2.5 reads a long token again for each piece that it comes in."""
REDIRECTED: Final = frozenset({301, 302, 303, 307, 308})
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
"""What is asked again where a connection that was kept turns out to be closed; aiohttp does so for PUT and
DELETE, whose conditions tell what the first attempt did."""


class Reply(NamedTuple):
    """A whole answer with success."""

    etag: str
    """Empty where there is none."""
    features: frozenset[str]
    """What the DAV header names."""
    body: bytes
    modified: str = ""
    """The header Last-Modified, empty where there is none."""


class Listed(NamedTuple):
    """The end of a multistatus answer."""

    sync_token: str
    features: frozenset[str]
    """What the DAV header names."""


class TooLarge(Unreachable):
    """An answer exceeds its bound: less has to be asked for."""


class Connections:
    """The connections to DAV servers that all accounts of a process share; opens nothing before it must.

    ``ssl`` is as aiohttp takes it, ``hosts`` resolves names of hosts.
    """

    def __init__(
        self,
        *,
        ssl: tls.SSLContext | bool = True,
        hosts: AbstractResolver | None = None,
        per_host: int = CONNECTIONS_PER_HOST,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self._ssl = ssl
        self._hosts = hosts
        self._per_host = per_host
        self._timeout = aiohttp.ClientTimeout(
            total=TOTAL_TIMEOUT, sock_connect=CONNECT_TIMEOUT, sock_read=read_timeout
        )
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """What requests go through: without cookies, and without compression, whose bombs it would meet."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS,
                    limit_per_host=self._per_host,
                    keepalive_timeout=KEEP_ALIVE,
                    ssl=self._ssl,
                    resolver=self._hosts,
                ),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"User-Agent": f"Overair/{overair.__version__}", "Accept-Encoding": "identity"},
            )
        return self._session

    async def location(self, url: str) -> tuple[int, str]:
        """What a URL answers to somebody unknown: its status, and where it redirects to, "" for nowhere.

        Raises Unreachable.
        """
        try:
            target = URL(url, encoded=True)
            async with self.session.request(
                "PROPFIND", target, headers={"Depth": "0"}, allow_redirects=False
            ) as found:
                there = found.headers.get("Location", "") if found.status in REDIRECTED else ""
                return found.status, there
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            raise Unreachable(f"{urlsplit(url).hostname}: {type(error).__name__}") from None

    async def close(self) -> None:
        """Close what is open; what is asked afterwards opens anew."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class DavClient:
    """One server, as one user. Places are paths on the server of ``url``, or URLs of siblings (hrefs.py).

    Without credentials nothing is said of who asks. Methods raise DavError.
    """

    def __init__(self, connections: Connections, url: str, credentials: Credentials | None) -> None:
        """Raises BadHref for what is no URL of HTTP."""
        self._connections = connections
        self.origin: Final = origin(url)
        self.base: Final = canonical_path(urlsplit(url).path or "/")
        self._credentials = credentials

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.origin).hostname or ""

    async def request(
        self,
        method: str,
        place: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        most: int = OBJECT_BYTES,
    ) -> Reply:
        """One request and the whole answer, if it is a success."""
        async with self._exchange(method, place, body, headers or {}) as response:
            data = bytearray()
            async for piece in response.content.iter_chunked(_PIECE):
                data += piece
                if len(data) > most:
                    raise TooLarge(f"{self._where(method)}: answers with more than {most} bytes")
            etag = strong(response.headers.get("ETag", ""))
            modified = response.headers.get("Last-Modified", "")
            return Reply(etag, features_of(response), bytes(data), modified)

    async def multistatus(
        self,
        method: str,
        place: str,
        body: bytes,
        each: Callable[[Response], None],
        *,
        depth: str = "0",
    ) -> Listed:
        """One request whose answer is a multistatus; ``each`` is given its responses, in a thread."""
        headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        async with self._exchange(method, place, body, headers) as response:
            if response.status != 207:
                raise Unreachable(f"{self._where(method)}: HTTP {response.status} is no multistatus")
            # After redirects it is what hrefs are relative to.
            reader = Reader(canonical_path(response.url.raw_path), each)
            size = 0
            waiting = bytearray()
            try:
                async for piece in response.content.iter_chunked(_PIECE):
                    size += len(piece)
                    if size > ANSWER_BYTES:
                        raise TooLarge(f"{self._where(method)}: answers with more than {ANSWER_BYTES} bytes")
                    waiting += piece
                    if len(waiting) >= _PIECE:
                        await asyncio.to_thread(reader.feed, bytes(waiting))
                        waiting.clear()
                await asyncio.to_thread(reader.feed, bytes(waiting))
                token = reader.end()
            except BadXml as error:
                raise Unreachable(f"{self._where(method)}: its answer {error}") from None
            return Listed(token, features_of(response))

    @asynccontextmanager
    async def _exchange(
        self, method: str, place: str, body: bytes, headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer with success whose body was not read yet."""
        where = self._where(method)
        try:
            async with await self._followed(method, place, body, headers) as response:
                coding = response.headers.get("Content-Encoding", "identity").strip().lower()
                if coding not in ("", "identity"):
                    raise Unreachable(f"{where}: answers in an encoding that was not asked for")
                if not 200 <= response.status < 300:
                    data = await response.content.read(ERROR_BYTES)
                    if response.status == UNAUTHORIZED and self._credentials and self._credentials.ours:
                        raise NotAuthorized(f"{where}: HTTP {response.status} {OURS}", response.status)
                    raise error_of(where, response.status, conditions_of(data))
                yield response
        except aiohttp.ClientConnectorCertificateError:
            raise Unreachable(f"{where}: its certificate is not trusted") from None
        except TimeoutError:
            raise Unreachable(f"{where}: does not answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(f"{where}: {type(error).__name__}") from None

    async def _followed(
        self, method: str, place: str, body: bytes, headers: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        """The answer, after redirects on the same server: a log-in never goes to another one."""
        url = self.url(place)
        sent = dict(headers) | self._authorization()
        for _ in range(REDIRECTS + 1):
            response = await self._sent(method, url, body, sent)
            if response.status not in REDIRECTED:
                return response
            location = response.headers.get("Location", "")
            response.release()
            try:
                there = joined(url, location)
                elsewhere = origin(there) != origin(url)
            except BadHref:
                there, elsewhere = url, True
            if elsewhere:
                raise Unreachable(f"{self._where(method)}: redirects to another server", response.status)
            url = origin(url) + canonical_path(urlsplit(there).path or "/")
        raise Unreachable(f"{self._where(method)}: redirects in circles")

    async def _sent(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        session = self._connections.session
        target = URL(url, encoded=True)
        for attempt in (1, 2):
            try:
                return await session.request(
                    method, target, data=body or None, headers=headers, allow_redirects=False
                )
            except (aiohttp.ServerDisconnectedError, ConnectionResetError):
                if attempt == 2 or method not in _SAFE:
                    raise
        raise AssertionError  # the second attempt raises or answers

    def url(self, place: str) -> str:
        """The URL of a place. Raises NotAllowed for one where the log-in must not go."""
        if place.startswith("/"):
            return self.origin + place
        try:
            there = origin(place)
        except BadHref:
            raise NotAllowed(f"{self.host}: is no place") from None
        if there != self.origin and not (there.startswith("https://") and siblings(there, self.origin)):
            raise NotAllowed(f"{self.host}: names another server")
        return place

    def _authorization(self) -> dict[str, str]:
        own = self._credentials
        if own is None:
            return {}
        if not own.secret:
            raise NoLogIn(f"{self.host}: nobody is here whose log-in it would be")
        if own.kind is Kind.OAUTH2:
            return {"Authorization": f"Bearer {own.secret}"}
        if own.kind is Kind.MASTER:
            raise NotAuthorized(f"{self.host}: takes a user's own password or token, no master user's")
        name = own.user
        if ":" in name or not own.secret.isprintable() or not name.isprintable():
            raise NotAuthorized(f"{self.host}: the log-in has characters that it cannot have")
        basic = b64encode(f"{name}:{own.secret}".encode()).decode("ascii")
        return {"Authorization": f"Basic {basic}"}

    def _where(self, method: str) -> str:
        return f"{self.host}, {method}"


def features_of(response: aiohttp.ClientResponse) -> frozenset[str]:
    """What the DAV headers of an answer name (RFC 4918, 10.1)."""
    named = ",".join(response.headers.getall("DAV", ()))
    return frozenset(one.strip().lower() for one in named.split(",") if one.strip())


def strong(etag: str) -> str:
    """An ETag as If-Match takes it: one that a proxy has made weak is as it was."""
    etag = etag.strip().removeprefix("W/")
    return etag if not etag or etag.startswith('"') else f'"{etag}"'
