"""The connection against servers that redirect, refuse and answer nonsense."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from overair.client import Client, ConnectionFailed, HttpError, InvalidAnswer, StatusError, WipeRequested
from overair.protocol.folder_sync import FolderSyncResponse
from overair.protocol.http import PATH, WBXML_TYPE
from overair.protocol.provision import ProvisionResponse
from overair.protocol.schema import Record
from overair.versions import Version
from overair.wbxml import encode
from support.asynchronous import run
from support.server import ANNA, PASSWORD, running_server

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
EMPTY = FolderSyncResponse(status=1, sync_key="1")


def answer(message: Record, version: Version = Version.V14_1) -> web.Response:
    """An answer with a message."""
    return web.Response(body=encode(message.to_element(version)), content_type=WBXML_TYPE)


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    """A server that answers everything by a handler; gives its address."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def client_of(url: str, version: Version | None = Version.V14_1) -> Client:
    """A client that does not wait long."""
    return Client(url, ANNA, PASSWORD, device_id="device", version=version, timeout=5.0)


def test_a_redirect_is_followed_and_remembered() -> None:
    async def work() -> None:
        asked: list[str] = []

        async def new(request: web.Request) -> web.StreamResponse:
            asked.append(request.headers["Authorization"])
            return answer(EMPTY)

        async with server(new) as target:

            async def old(_: web.Request) -> web.StreamResponse:
                return web.Response(status=451, headers={"X-MS-Location": f"{target}{PATH}"})

            async with server(old) as url, client_of(url) as client:
                await client.folder_sync()
                await client.folder_sync()
        assert len(asked) == 2

    run(work())


def test_a_redirect_in_a_circle_ends() -> None:
    async def work() -> None:
        async def circle(request: web.Request) -> web.StreamResponse:
            return web.Response(status=451, headers={"X-MS-Location": str(request.url.with_query(None))})

        async with server(circle) as url, client_of(url) as client:
            with pytest.raises(HttpError) as caught:
                await client.folder_sync()
            assert caught.value.status == 451

    run(work())


def test_credentials_go_to_no_host_of_a_redirect_that_was_not_confirmed() -> None:
    async def work() -> None:
        asked: list[str] = []

        async def new(request: web.Request) -> web.StreamResponse:
            asked.append(request.headers["Authorization"])
            return answer(EMPTY)

        async with server(new) as target:

            async def old(_: web.Request) -> web.StreamResponse:
                location = f"{target.replace('127.0.0.1', 'localhost')}{PATH}"
                return web.Response(status=451, headers={"X-MS-Location": location})

            def confirm(host: str) -> bool:
                asked.append(host)
                return False

            async with server(old) as url:
                wary = Client(url, ANNA, PASSWORD, device_id="device", version=Version.V14_1, confirm=confirm)
                async with wary as client:
                    with pytest.raises(InvalidAnswer):
                        await client.folder_sync()
        assert asked == ["localhost"]

    run(work())


@pytest.mark.parametrize("location", ["", "not an address", "ftp://example.org/x"])
def test_a_redirect_to_nowhere_is_refused(location: str) -> None:
    async def work() -> None:
        async def handler(_: web.Request) -> web.StreamResponse:
            return web.Response(status=451, headers={"X-MS-Location": location})

        async with server(handler) as url, client_of(url) as client:
            with pytest.raises(InvalidAnswer):
                await client.folder_sync()

    run(work())


def test_when_to_come_again_is_told() -> None:
    async def work() -> None:
        async def busy(_: web.Request) -> web.StreamResponse:
            return web.Response(status=503, headers={"Retry-After": "17"})

        async with server(busy) as url, client_of(url) as client:
            with pytest.raises(HttpError) as caught:
                await client.folder_sync()
            assert (caught.value.status, caught.value.retry_after) == (503, 17)

    run(work())


@pytest.mark.parametrize("body", [b"\x03\x01", b"<html>", b"\x03\x01j\x00\x00\x07V\x01", b""])
def test_nonsense_is_refused(body: bytes) -> None:
    async def work() -> None:
        async def handler(_: web.Request) -> web.StreamResponse:
            return web.Response(body=body)

        async with server(handler) as url, client_of(url) as client:
            with pytest.raises(InvalidAnswer):
                await client.folder_sync()

    run(work())


def test_no_version_in_common() -> None:
    async def work() -> None:
        async def ancient(_: web.Request) -> web.StreamResponse:
            return web.Response(headers={"MS-ASProtocolVersions": "1.0,2.5,99.9"})

        async with server(ancient) as url, client_of(url, None) as client:
            assert (await client.options()).versions == (Version.V2_5,)
            with pytest.raises(InvalidAnswer):
                await client.version()

    run(work())


def test_a_server_that_is_not_there() -> None:
    async def work() -> None:
        async with client_of("http://127.0.0.1:9") as client:
            with pytest.raises(ConnectionFailed):
                await client.folder_sync()

    run(work())


def test_a_common_status_is_an_error() -> None:
    async def work() -> None:
        async def blocked(_: web.Request) -> web.StreamResponse:
            return answer(FolderSyncResponse(status=129))

        async with server(blocked) as url, client_of(url) as client:
            with pytest.raises(StatusError) as caught:
                await client.folder_sync()
            assert caught.value.status == 129

    run(work())


@pytest.mark.req("MS-ASPROV_R623")
def test_a_wipe_is_told_to_the_program() -> None:
    async def work() -> None:
        said: list[bytes] = []

        async def wiping(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            if request.query["Cmd"] != "Provision":
                return answer(FolderSyncResponse(status=140))
            said.append(body)
            return answer(ProvisionResponse(status=1, remote_wipe=len(said) == 1))

        async with server(wiping) as url, client_of(url) as client:
            with pytest.raises(WipeRequested) as caught:
                await client.folder_sync()
            assert not caught.value.account_only
            await client.acknowledge_wipe()
        assert len(said) == 2

    run(work())


@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_0, Version.V14_1, Version.V16_1])
def test_a_policy_that_is_demanded_is_fetched_by_itself(tmp_path: Path, version: Version) -> None:
    settings: dict[str, Any] = {"policy.required": True}
    with running_server(tmp_path, **settings) as strict:

        async def work() -> None:
            async with client_of(strict.url, version) as client:
                await client.folder_sync()
                assert client.policy_key != 0
                assert client.policy is not None
                assert client.folders

        run(work())
