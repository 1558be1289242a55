"""Push: who ends a waiting Ping is told by how it ends."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from multidict import CIMultiDict

from overair.doctor.attempts import Login
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Fact, NotReached
from overair.doctor.checks.push import heartbeats, ping
from overair.doctor.complaint import PUSH_MINUTES, Complaint, Surroundings
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Synchronised
from overair.doctor.facts.push import Held, Pings
from overair.doctor.facts.web import Endpoint
from overair.doctor.secret import Secret
from overair.protocol.http import PATH, WBXML_TYPE
from overair.protocol.ping import PingRequest, PingResponse
from overair.protocol.schema import Record
from overair.protocol.statuses import PingStatus, SyncStatus
from overair.protocol.sync import CollectionResponse, SyncResponse
from overair.versions import Version
from overair.wbxml import decode, encode
from support.asynchronous import run
from support.bedside import bedside_of

MINUTE = 0.05
"""Seconds."""
HOLDS = 5
"""Minutes."""
ADDRESS = "127.0.0.1"
Ending = Callable[[web.BaseRequest, int], Awaitable[web.StreamResponse]]


def _said(record: Record) -> web.Response:
    return web.Response(body=encode(record.to_element(Version.V14_1)), content_type=WBXML_TYPE)


async def _expires(_request: web.BaseRequest, heartbeat: int) -> web.StreamResponse:
    await asyncio.sleep(heartbeat / 60 * MINUTE)
    return _said(PingResponse(status=PingStatus.EXPIRED))


def _early(share: float) -> Ending:
    async def ending(request: web.BaseRequest, heartbeat: int) -> web.StreamResponse:
        return await _expires(request, round(heartbeat * share))

    return ending


def _error(status: int, **headers: str) -> Ending:
    async def ending(_request: web.BaseRequest, _heartbeat: int) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, headers=named)

    return ending


async def _closes(request: web.BaseRequest, _heartbeat: int) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def _resets(request: web.BaseRequest, _heartbeat: int) -> web.StreamResponse:
    assert request.transport is not None
    own = request.transport.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    request.transport.abort()
    return web.Response()


async def _forgets(_request: web.BaseRequest, _heartbeat: int) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


def _status(status: int, heartbeat: int | None = None) -> Ending:
    async def ending(_request: web.BaseRequest, _heartbeat: int) -> web.StreamResponse:
        return _said(PingResponse(status=status, heartbeat_interval=heartbeat))

    return ending


async def _news(_request: web.BaseRequest, _heartbeat: int) -> web.StreamResponse:
    return _said(PingResponse(status=PingStatus.CHANGES, folders=("5",)))


@asynccontextmanager
async def _path(ending: Ending) -> AsyncIterator[str]:
    """A server whose Pings hold for some minutes; longer ones end so."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        if "Cmd=Sync" in request.query_string:
            collection = CollectionResponse(sync_key="2", collection_id="5", status=SyncStatus.SUCCESS)
            return _said(SyncResponse(collections=(collection,)))
        heartbeat = PingRequest.from_element(decode(body), Version.V14_1).heartbeat_interval or 0
        return await (_expires if heartbeat <= HOLDS * 60 else ending)(request, heartbeat)

    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.05)
    await runner.setup()
    try:
        site = web.TCPSite(runner, ADDRESS, 0)
        await site.start()
        yield f"http://{ADDRESS}:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


def _bedside(check: Check, url: str, *, push: bool = True) -> Bedside:
    complaint = Complaint(
        address="anna@ward.test",
        push=push,
        surroundings=Surroundings(minute=MINUTE, answer_seconds=1.0, connect_seconds=1.0),
    )
    facts = (
        Endpoint(url, ("basic",), None, None),
        LoggedIn(Login("anna", Secret("x")), ("14.1",), (), CIMultiDict()),
        Spoken(Version.V14_1),
        Synchronised("5", "1"),
        Pings(60),
    )
    return bedside_of(check, *facts, complaint=complaint)


def _tried(ending: Ending) -> tuple[Fact | None, Bedside]:
    async def tried() -> tuple[Fact | None, Bedside]:
        async with _path(ending) as url:
            bedside = _bedside(heartbeats.CHECK, url)
            return await heartbeats.CHECK.examine(bedside), bedside

    return run(tried())


@pytest.mark.parametrize(
    ("ending", "illness"),
    [
        (_early(0.5), "ping-cut-by-server"),
        (_error(503, MS_Server_ActiveSync="15.2"), "ping-cut-by-server"),
        (_error(504), "ping-cut-by-proxy"),
        (_error(502), "ping-cut-by-proxy"),
        (_error(408, Server="HAProxy"), "ping-cut-by-proxy"),
        (_closes, "ping-cut-by-closing"),
        (_resets, "ping-cut-by-reset"),
        (_forgets, "ping-lost"),
    ],
)
def test_who_cut_is_told_by_how_it_ended(ending: Ending, illness: str) -> None:
    fact, bedside = _tried(ending)

    assert [one.id for one in bedside.findings] == [illness]
    assert isinstance(fact, Held)
    assert fact.minutes == HOLDS
    assert fact.cut_after is not None
    assert bedside.findings[0].details["asked"] == "10"
    assert f"{fact.cut_after:.1f} minutes" in bedside.findings[0].says or illness == "ping-lost"


def test_a_path_that_holds_everything() -> None:
    began = time.monotonic()
    fact, bedside = _tried(_expires)

    assert fact == Held(PUSH_MINUTES[-1], None)
    assert bedside.findings == []
    assert bedside.notes == ["held for 30 minutes"]
    assert time.monotonic() - began >= sum(PUSH_MINUTES) * MINUTE * heartbeats.EARLY


def test_a_limit_of_the_server_is_no_cut() -> None:
    fact, bedside = _tried(_status(PingStatus.INVALID_HEARTBEAT, 540))

    assert fact == Held(HOLDS, None)
    assert bedside.findings == []
    assert bedside.notes[0] == "the server takes 9 minutes at most"


def test_mail_that_keeps_arriving_leaves_it_open() -> None:
    fact, bedside = _tried(_news)

    assert fact == Held(HOLDS, None)
    assert bedside.findings == []
    assert bedside.notes[0].startswith("10 minutes could not be tried")


def test_a_failure_of_the_server_says_nothing_of_the_path() -> None:
    with pytest.raises(NotReached, match="status 8"):
        _tried(_status(PingStatus.SERVER_ERROR))


def test_without_leave_nothing_waits() -> None:
    with pytest.raises(NotReached, match="--push"):
        run(_asked(_bedside(heartbeats.CHECK, "http://127.0.0.1:1/", push=False)))


async def _asked(bedside: Bedside) -> Fact | None:
    return await heartbeats.CHECK.examine(bedside)


@pytest.mark.parametrize(
    ("ending", "illness"),
    [
        (_status(PingStatus.INVALID_HEARTBEAT, 60), None),
        (_status(PingStatus.EXPIRED), None),
        (_news, None),
        (_status(PingStatus.SERVER_ERROR), "ping-refused"),
        (_status(PingStatus.HIERARCHY_CHANGED), "ping-refused"),
        (_error(501), "ping-refused"),
        (_closes, "ping-refused"),
    ],
)
def test_whether_the_server_takes_pings(
    ending: Ending, illness: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "TOO_SHORT", HOLDS * 60 + 1)  # so that the ending is the server's

    async def asked() -> tuple[Fact | None, Bedside]:
        async with _path(ending) as url:
            bedside = _bedside(ping.CHECK, url)
            return await ping.CHECK.examine(bedside), bedside

    fact, bedside = run(asked())

    assert [one.id for one in bedside.findings] == ([illness] if illness else [])
    assert isinstance(fact, Pings) is (illness is None)
