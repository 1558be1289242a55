"""A server that answers some commands in another way than Overair does, and all others as it does.

For what servers of other makers do and Overair does not (yet)::

    async def blocked(_request: Request, _own: Own) -> FolderSyncResponse:
        return FolderSyncResponse(status=129)

    async with posing(ward, {Command.FOLDER_SYNC: blocked}): ...

``own()`` is what Overair answers. Whoever has not logged in is always answered by Overair; that a log-in
is the right one is not looked at before a command that is answered here.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from overair.protocol.commands import messages_of
from overair.protocol.http import PATH, WBXML_TYPE, Command, Request, read_request
from overair.protocol.schema import Record
from overair.ward.site import NAMES, records
from overair.ward.ward import Ward
from overair.wbxml import decode, encode

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
Own = Callable[[], Awaitable[Record | None]]
Change = Callable[[Request, Own], Awaitable[Record | None]]
"""Takes the request and what Overair answers; gives the answer, None for an empty one."""
OF_ONE_CONNECTION: Final = ("Connection", "Content-Length", "Transfer-Encoding", "Content-Encoding", "Host")


@contextlib.asynccontextmanager
async def posing(ward: Ward, changes: Mapping[Command, Change]) -> AsyncIterator[None]:
    """Serve the healthy domain at HTTPS until the block ends."""
    address = ward.address()
    records(ward, address)
    place = (await ward.overair()).place
    async with aiohttp.ClientSession(f"http://{place.address}:{place.port}") as session:
        handler = _Posing(session, changes)
        async with ward.scripted(handler, address, ward.authority.issue(NAMES)):
            yield


class _Posing:
    def __init__(self, session: aiohttp.ClientSession, changes: Mapping[Command, Change]) -> None:
        self._session = session
        self._changes = changes

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await _body_of(request)
        if request.method == "POST" and request.path == PATH and "Authorization" in request.headers:
            asked = read_request(request.rel_url.raw_query_string.encode(), request.raw_headers, body)
            change = self._changes.get(asked.command)
            if change is not None:
                record = await change(asked, lambda: self._own(request, asked))
                content = b"" if record is None else encode(record.to_element(asked.version))
                return web.Response(body=content, content_type=WBXML_TYPE)
        status, headers, content = await self._passed_on(request, body)
        return web.Response(status=status, headers=_of_the_message(headers), body=content)

    async def _passed_on(
        self, request: web.BaseRequest, body: bytes
    ) -> tuple[int, CIMultiDictProxy[str], bytes]:
        headers = _of_the_message(request.headers)
        headers["Host"], headers["X-Forwarded-Proto"] = request.host, "https"
        async with self._session.request(
            request.method, request.rel_url, data=body or None, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers, await answer.read()

    async def _own(self, request: web.BaseRequest, asked: Request) -> Record | None:
        _, _, content = await self._passed_on(request, asked.body)
        kind = messages_of(asked.command, asked.version).response
        return kind.from_element(decode(content), asked.version) if kind is not None and content else None


async def _body_of(request: web.BaseRequest) -> bytes:
    """What is passed on of a request: of a stranger's nothing, since Overair reads none of it."""
    known = "Authorization" in request.headers
    if "Expect" in request.headers:
        if not known:
            return b""
        if request.transport is not None:
            request.transport.write(CONTINUE)
    body = await request.content.read()
    return body if known else b""


def _of_the_message(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """Headers without those that are of one connection."""
    kept = CIMultiDict(headers)
    for name in OF_ONE_CONNECTION:
        kept.popall(name, None)
    return kept
