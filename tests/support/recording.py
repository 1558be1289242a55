"""Servers that remember everything that they are told, to see who was told a password."""

from __future__ import annotations

import base64
import binascii
import contextlib
import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from aiohttp import web

from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import Schema
from overair.protocol.http import PATH
from overair.protocol.http.responses import PROTOCOL_COMMANDS, PROTOCOL_VERSIONS
from overair.ward.certificates import Authority, CertificateFiles
from overair.ward.ward import Handler, Ward

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
KEPT: Final = 64 * 1024
"""Bytes of a body."""
ASKING: Final = {"WWW-Authenticate": 'Basic realm="mail"'}


@dataclass(frozen=True)
class Heard:
    """One request, whole."""

    scheme: str
    host: str
    method: str
    path: str
    status: int
    text: bytes = field(repr=False)


def tells(text: bytes, password: str) -> bool:
    """Whether a password is in a text, as it is or in base64, in either encoding."""
    texts = [text]
    for run in _BASE64.findall(text):
        # A run may begin with what belongs to something else.
        for skipped in range(4):
            padded = run[skipped:] + b"=" * (-len(run[skipped:]) % 4)
            with contextlib.suppress(binascii.Error):
                texts.append(base64.b64decode(padded, altchars=b"-_" if b"-" in run else None))
    forms = {password.encode(), password.encode("latin-1"), quote(password).encode()}
    return any(form in one for one in texts for form in forms)


Answering = Callable[[web.BaseRequest, bytes], web.StreamResponse]
"""Answers a request; its body has been read."""


class Recorder:
    """Servers of one ward, each at an address of its own, and what they heard."""

    def __init__(self, ward: Ward) -> None:
        self.heard: list[Heard] = []
        self._ward = ward

    @asynccontextmanager
    async def serving(
        self,
        names: Sequence[str],
        answering: Answering,
        *,
        certificate: CertificateFiles | None = None,
        authority: Authority | None = None,
        https: bool = True,
        http: bool = True,
    ) -> AsyncIterator[None]:
        """Serve names over HTTPS and, in the clear, over HTTP, until the block ends."""
        ward, address = self._ward, self._ward.address()
        for name in names:
            ward.zone.add(name, "A", address)
        certificate = certificate or (authority or ward.authority).issue(names)
        async with AsyncExitStack() as around:
            if https:
                handler = self._handler("https", answering)
                await around.enter_async_context(ward.scripted(handler, address, certificate))
            if http:
                await around.enter_async_context(ward.scripted(self._handler("http", answering), address))
            yield

    def _handler(self, scheme: str, answering: Answering) -> Handler:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            body = await _read(request)
            answer = answering(request, body)
            lines = [f"{request.method} {request.raw_path}".encode()]
            lines += [name + b": " + value for name, value in request.raw_headers]
            host = request.host.partition(":")[0]
            text = b"\r\n".join((*lines, body))
            self.heard.append(Heard(scheme, host, request.method, request.path, answer.status, text))
            return answer

        return handle

    def told(self, password: str) -> set[tuple[str, str]]:
        """Scheme and host of whoever was told a password."""
        return {(one.scheme, one.host) for one in self.heard if tells(one.text, password)}

    def refusals(self, password: str) -> list[Heard]:
        """The requests with the password that were answered by 401."""
        return [one for one in self.heard if one.status == 401 and tells(one.text, password)]


async def _read(request: web.BaseRequest) -> bytes:
    """The beginning of a body that was sent."""
    body = bytearray()
    with contextlib.suppress(ConnectionError):  # announced and not sent
        async for piece in request.content.iter_any():
            body += piece[: KEPT - len(body)]
    return bytes(body)


def asking(_request: web.BaseRequest, _body: bytes) -> web.StreamResponse:
    """Asks everybody for the password, for ever."""
    return web.Response(status=401, headers=ASKING)


def leading(url: str, status: int = 302) -> Answering:
    """Leads everybody elsewhere; ``{path}`` in the URL is the one that was asked for."""

    def lead(request: web.BaseRequest, _body: bytes) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": url.format(path=request.path)})

    return lead


def serving_mail(url: str, moved: web.StreamResponse | None = None) -> Answering:
    """An EAS server that takes any log-in: its Autodiscover names ``url``, and it answers commands with
    ``moved``, or with nothing."""

    def serve(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        if request.path.lower().endswith(".json"):
            return web.Response(status=404)
        if "Authorization" not in request.headers:
            return web.Response(status=401, headers=ASKING)
        if request.method == "OPTIONS":
            return web.Response(headers=OFFER)
        if request.path.lower().endswith(".xml"):
            address = pox.read_request(body).address
            found = pox.write_answer(pox.Settings(address, "Anna", url), Schema.MOBILE_SYNC, dt.time(), 1)
            return web.Response(body=found, headers={"Content-Type": pox.CONTENT_TYPE})
        if request.path == PATH and moved is not None:
            return web.Response(status=moved.status, headers=moved.headers)
        return web.Response()

    return serve


OFFER: Final = {
    PROTOCOL_VERSIONS: "12.1,14.0,14.1,16.1",
    PROTOCOL_COMMANDS: "FolderSync,Sync,Ping,Provision,GetItemEstimate",
    "MS-Server-ActiveSync": "16.1",
}
