"""One command over HTTP: query, headers, redirects, compression, limits."""

from __future__ import annotations

import ssl as tls
from collections.abc import Callable, Mapping
from typing import Final

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver
from yarl import URL

from overair.client.errors import ConnectionFailed, HttpError, InvalidAnswer
from overair.protocol.http import PATH, Credentials, HttpStatus, Request
from overair.protocol.http.responses import (
    LOCATION,
    PROTOCOL_COMMANDS,
    PROTOCOL_VERSIONS,
    RETRY_AFTER,
)
from overair.versions import Version

MAXIMUM_ANSWER: Final = 256 * 1024 * 1024
"""Bytes of an answer after decompression."""
MAXIMUM_REDIRECTS: Final = 3
_CHUNK: Final = 64 * 1024
_DIGITS: Final = 9
"""Of Retry-After: some thirty years."""


class Answer(msgspec.Struct, frozen=True):
    """The body of a successful answer and its media type."""

    content_type: str
    body: bytes


class Offer(msgspec.Struct, frozen=True):
    """What a server says to OPTIONS. Versions that are not known here are left out."""

    versions: tuple[Version, ...]
    commands: tuple[str, ...]


class Connection:
    """A pool of connections to one server, with one user's credentials.

    ``url`` may leave out the path. ``ssl`` is an SSLContext, the fingerprint of the one certificate that
    is trusted, True for the system's authorities, or False to trust anybody. ``hosts`` resolves names, by
    the system's settings unless given; ``confirm`` says to which host of a redirect the credentials may
    go, to all unless given. ``maximum_answer`` is in bytes, after decompression. Raises
    ConnectionFailed, HttpError and InvalidAnswer.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        ssl: tls.SSLContext | aiohttp.Fingerprint | bool,
        *,
        hosts: AbstractResolver | None = None,
        confirm: Callable[[str], bool] | None = None,
        maximum_answer: int = MAXIMUM_ANSWER,
    ) -> None:
        self.url = URL(url) if URL(url).path not in ("", "/") else URL(url).with_path(PATH)
        self._credentials = credentials
        self._ssl = ssl
        self._hosts = hosts
        self._confirm = confirm
        self._maximum_answer = maximum_answer
        self._session: aiohttp.ClientSession | None = None

    async def options(self, timeout: float, headers: dict[str, str]) -> Offer:
        """Ask for the versions and commands."""
        _, values = await self._send("OPTIONS", "", headers, b"", timeout)
        versions = tuple(version for version in Version if version.text in _listed(values, PROTOCOL_VERSIONS))
        return Offer(versions, tuple(_listed(values, PROTOCOL_COMMANDS)))

    async def post(self, request: Request, timeout: float, *, base64: bool = False) -> Answer:
        """Send one command; ``timeout`` is in seconds, for the whole answer."""
        headers = request.to_headers(base64=base64)
        body, values = await self._send(
            "POST", request.to_query(base64=base64), headers, request.body, timeout
        )
        content_type = values.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(content_type, body)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(
        self, method: str, query: str, headers: dict[str, str], body: bytes, timeout: float
    ) -> tuple[bytes, Mapping[str, str]]:
        headers = {"Authorization": self._credentials.to_header()} | headers
        for _ in range(MAXIMUM_REDIRECTS + 1):
            url = URL(f"{self.url}?{query}" if query else str(self.url), encoded=True)
            status, values, answer = await self._exchange(method, url, headers, body, timeout)
            if status == HttpStatus.OK:
                return answer, values
            if status != HttpStatus.REDIRECT:
                raise HttpError(status, _seconds(values.get(RETRY_AFTER, "")), values)
            self._follow(values.get(LOCATION, ""))
        raise HttpError(HttpStatus.REDIRECT)

    def _follow(self, location: str) -> None:
        try:
            target = URL(location)
        except ValueError:
            target = URL()
        if not target.host or target.scheme not in ("https", self.url.scheme):
            # Credentials never go from a protected connection to an open one.
            raise InvalidAnswer(f"the server redirects to {location[:200]!r}")
        if self._confirm is not None and not self._confirm(target.host):
            raise InvalidAnswer(f"the server redirects to {target.host[:200]!r}, which was not confirmed")
        self.url = target.with_query(None)

    async def _exchange(
        self, method: str, url: URL, headers: dict[str, str], body: bytes, timeout: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self._session is None:
            # Cookies from an affinity of a balancer are kept; addresses instead of names may set them.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=self._hosts),
                cookie_jar=aiohttp.CookieJar(unsafe=True),
            )
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                ssl=self._ssl,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout),
                skip_auto_headers=("Content-Type", "User-Agent", "Accept-Encoding"),
            ) as response:
                pieces: list[bytes] = []
                size = 0
                async for piece in response.content.iter_chunked(_CHUNK):
                    size += len(piece)
                    if size > self._maximum_answer:
                        raise InvalidAnswer(f"the answer has more than {self._maximum_answer} bytes")
                    pieces.append(piece)
                return response.status, response.headers, b"".join(pieces)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ConnectionFailed(f"{method} {url.host}: {error or type(error).__name__}") from error


def _seconds(retry_after: str) -> int | None:
    """What Retry-After says in seconds; a date, or more than anybody waits, is as good as nothing."""
    return int(retry_after) if retry_after.isdecimal() and len(retry_after) <= _DIGITS else None


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    """The values of a header that lists them with commas."""
    return [value.strip() for value in headers.get(name, "").split(",") if value.strip()]
