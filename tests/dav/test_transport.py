"""Requests to servers that do what no good one does."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from overair.credentials import Credentials, Kind
from overair.dav import transport
from overair.dav.changes import TokenExpired, changes_since, listing
from overair.dav.discovery import Service
from overair.dav.errors import DavError, NoRoom, NotAllowed, NotAuthorized, NotThere, Unreachable
from overair.dav.multistatus import Response
from overair.dav.objects import UNREAD, multiget
from overair.dav.transport import Connections, DavClient, TooLarge
from support.asynchronous import run
from support.scripted_dav import NAMESPACES, Scripted, response, scripted

JOE = Credentials("joe@example.org", "pässword")
BASIC = "Basic am9lQGV4YW1wbGUub3JnOnDDpHNzd29yZA=="


@asynccontextmanager
async def client(
    server: Scripted, credentials: Credentials = JOE, *, patience: float = 5.0
) -> AsyncIterator[DavClient]:
    connections = Connections(read_timeout=patience)
    try:
        yield DavClient(connections, server.url, credentials)
    finally:
        await connections.close()


async def asked(dav: DavClient, place: str = "/a/") -> list[Response]:
    found: list[Response] = []
    await dav.multistatus("PROPFIND", place, b"<a/>", found.append)
    return found


@pytest.mark.parametrize(
    ("credentials", "header"),
    [
        (JOE, BASIC),
        (Credentials("joe", "token", kind=Kind.OAUTH2), "Bearer token"),
    ],
)
def test_how_a_user_logs_in(credentials: Credentials, header: str) -> None:
    async def work() -> None:
        async with scripted() as server, client(server, credentials) as dav:
            server.says("PROPFIND", "/a/", response("/a/", ""))
            await asked(dav)
            [(_, _, headers, _)] = server.asked
            assert headers["authorization"] == header
            assert (headers["accept-encoding"], headers["depth"]) == ("identity", "0")

    run(work())


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials("a:b", "x"),
        Credentials("a", "x\r\nX-Y: z"),
        Credentials("a\nb", "x"),
        Credentials("joe", "s", "admin", Kind.MASTER),
    ],
)
def test_a_log_in_that_no_header_can_carry(credentials: Credentials) -> None:
    async def work() -> None:
        async with scripted() as server, client(server, credentials) as dav:
            with pytest.raises(NotAuthorized):
                await asked(dav)
            assert server.asked == []

    run(work())


def test_no_cookie_is_kept() -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.replies("GET", "/a", 200, "x", {"Set-Cookie": "session=1; Path=/"})
            await dav.request("GET", "/a")
            await dav.request("GET", "/a")
            assert all("cookie" not in headers for _, _, headers, _ in server.asked)

    run(work())


def test_redirects_are_followed_on_the_same_server() -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.replies("PROPFIND", "/a", 301, headers={"Location": "/b c/"})
            server.replies("PROPFIND", "/b%20c/", 308, headers={"Location": f"{server.url}d/"})
            server.says("PROPFIND", "/d/", response("e", ""))
            assert [one.path for one in await asked(dav, "/a")] == ["/d/e"]

    run(work())


def test_a_log_in_never_goes_to_another_server() -> None:
    async def work() -> None:
        async with scripted() as server, scripted() as other, client(server) as dav:
            other.says("PROPFIND", "/a/", response("/a/", ""))
            for where in (other.url + "a/", "//evil.example.com/a/", "ftp://x/", "http://[x"):
                server.replies("PROPFIND", "/a/", 302, headers={"Location": where})
                with pytest.raises(Unreachable, match="redirects to another server"):
                    await asked(dav)
            with pytest.raises(NotAllowed):
                await dav.request("GET", other.url + "a/")
            assert other.asked == []
            server.replies("PROPFIND", "/a/", 302, headers={"Location": "/a/"})
            with pytest.raises(Unreachable, match="in circles"):
                await asked(dav)

    run(work())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, NotAllowed),
        (401, NotAuthorized),
        (403, NotAllowed),
        (404, NotThere),
        (410, NotThere),
        (413, NoRoom),
        (423, Unreachable),
        (429, Unreachable),
        (500, Unreachable),
        (503, Unreachable),
        (507, NoRoom),
    ],
)
def test_what_a_status_means(status: int, kind: type[DavError]) -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.replies("PROPFIND", "/a/", status, "<error xmlns='DAV:'><need-privileges/></error>")
            with pytest.raises(kind) as error:
                await asked(dav)
            assert error.value.status == status
            assert error.value.conditions == {"{DAV:}need-privileges"}
            assert str(error.value) == f"127.0.0.1, PROPFIND: HTTP {status}"

    run(work())


def test_a_page_in_place_of_a_multistatus() -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.replies("PROPFIND", "/a/", 200, "<html>log in</html>")
            with pytest.raises(Unreachable, match="no multistatus"):
                await asked(dav)
            server.replies("PROPFIND", "/a/", 207, "<html>log in</html>")
            with pytest.raises(Unreachable, match="its answer is no multistatus"):
                await asked(dav)

    run(work())


def test_xml_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_BYTES", 600_000)

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse(status=207)
        await answer.prepare(request)
        await answer.write(f"<D:multistatus {NAMESPACES}>".encode())
        piece = response("/a/b", "<D:displayname>x</D:displayname>").encode() * 500
        for _ in range(100):
            await answer.write(piece)
        return answer

    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.on("PROPFIND", "/a/", endless)
            with pytest.raises(TooLarge):
                await asked(dav)

    run(work())


def test_an_object_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "OBJECT_BYTES", 1000)

    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.replies("GET", "/a", 200, "x" * 1001)
            with pytest.raises(TooLarge):
                await dav.request("GET", "/a", most=transport.OBJECT_BYTES)

    run(work())


def test_what_is_compressed_is_not_opened() -> None:
    async def bomb(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"x" * 10_000_000), headers={"Content-Encoding": "gzip"})

    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.on("GET", "/a", bomb)
            with pytest.raises(Unreachable, match="encoding"):
                await dav.request("GET", "/a")

    run(work())


def test_a_server_that_says_nothing() -> None:
    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async def work() -> None:
        async with scripted() as server, client(server, patience=0.2) as dav:
            server.on("GET", "/a", slow)
            with pytest.raises(Unreachable, match="in time"):
                await dav.request("GET", "/a")

    run(work())


def test_connections_close_when_they_are_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "KEEP_ALIVE", 0.2)
    open_now: set[asyncio.BaseTransport] = set()

    async def note(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        open_now.add(request.transport)
        return web.Response(text="x")

    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.on("GET", "/a", note)
            await dav.request("GET", "/a")
            await dav.request("GET", "/a")
            assert len(open_now) == 1
            [connection] = open_now
            while not connection.is_closing():  # noqa: ASYNC110 -- nobody tells when it is
                await asyncio.sleep(0.05)

    run(work())


def test_a_kept_connection_that_was_closed_is_no_failure() -> None:
    """A server may close it at the very moment at which the next request is written."""
    dropped: list[str] = []

    async def drop_once(request: web.BaseRequest) -> web.StreamResponse:
        if not dropped:
            dropped.append(request.method)
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=207, text=f"<D:multistatus {NAMESPACES}/>")

    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.on("PROPFIND", "/a/", drop_once)
            assert await asked(dav) == []
            assert len(server.asked) == 2

    run(work())


def test_a_token_that_the_server_does_not_take() -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            for status in (400, 403, 405, 409, 412, 500, 501):
                server.replies("REPORT", "/a/", status)
                with pytest.raises(TokenExpired):
                    await changes_since(dav, "/a/", "old")
            server.replies("REPORT", "/a/", 503)
            with pytest.raises(Unreachable):
                await changes_since(dav, "/a/", "old")
            server.says("REPORT", "/a/", response("/a/b.ics", "<D:getetag>1</D:getetag>"))
            with pytest.raises(Unreachable, match="no sync-token"):
                await changes_since(dav, "/a/", "old")

    run(work())


def test_an_answer_that_was_cut() -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.says(
                "REPORT",
                "/a/",
                response("/a/b.ics", '<D:getetag>"1"</D:getetag>'),
                response("/a/c.ics", "", 404),
                response("/a/", "", 507),
                more="<D:sync-token>new</D:sync-token>",
            )
            found = await changes_since(dav, "/a/", "old")
            assert (found.changed, found.removed) == ({"b.ics": '"1"'}, ("c.ics",))
            assert (found.token, found.more) == ("new", True)
            # One that does not move would be asked for ever, and what is left never told.
            with pytest.raises(TokenExpired):
                await changes_since(dav, "/a/", "new")

    run(work())


def test_a_listing_knows_its_members_however_they_are_written() -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            tag = "<D:getetag>W/&quot;1&quot;</D:getetag>"
            server.says(
                "PROPFIND",
                "/joe@x/",
                response("http://inside:8080/joe%40x/", tag),
                response("http://inside:8080/joe%40x/a%20b.ics", tag),
                response("/joe@x/c.ics", "<D:getetag>2</D:getetag>"),
                response("/joe%40x/sub/", f"<D:resourcetype><D:collection/></D:resourcetype>{tag}"),
                response("/other/d.ics", tag),
                response("/joe@x/e.ics", "", 404),
            )
            assert await listing(dav, "/joe@x/") == {"a%20b.ics": '"1"', "c.ics": '"2"'}

    run(work())


def test_objects_from_a_server_without_multiget() -> None:
    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.replies("REPORT", "/a/", 501)
            server.replies("GET", "/a/b.ics", 200, "BEGIN:VCALENDAR", {"ETag": '"1"'})
            server.replies("GET", "/a/secret.ics", 403)
            found = await multiget(dav, "/a/", ["b.ics", "gone.ics", "secret.ics"], Service.CALDAV)
            assert {name: one.etag for name, one in found.items()} == {"b.ics": '"1"'}

    run(work())


def test_objects_that_are_too_large_together_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_BYTES", 4_000)
    large = "<C:calendar-data>" + "x" * 1_000 + "</C:calendar-data><D:getetag>1</D:getetag>"

    async def give(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.text()
        names = [name for name in "abcdef" if f"/a/{name}</" in body]
        many = 5 if "f" in names else 1
        said = "".join(response(f"/a/{name}", large.replace("x", "x" * many)) for name in names)
        return web.Response(status=207, text=f"<D:multistatus {NAMESPACES}>{said}</D:multistatus>")

    async def work() -> None:
        async with scripted() as server, client(server) as dav:
            server.on("REPORT", "/a/", give)
            found = await multiget(dav, "/a/", list("abcdef"), Service.CALDAV)
            assert sorted(found) == list("abcdef")
            assert [name for name, one in found.items() if one is UNREAD] == ["f"]

    run(work())
