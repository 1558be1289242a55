"""A CalDAV server with one calendar in this process, which lacks whatever a test wants it to lack."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape

from aiohttp import web

from support.scripted_dav import NAMESPACES, Scripted, calendar, response, scripted

WORK = "/home/work/"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_HREF = re.compile(r"<[^>]*href>([^<]*)</")
_TOKEN = re.compile(r"sync-token>([^<]*)</")


class SmallCalendar:
    """``objects`` are texts by name; what it can do is said by the attributes."""

    def __init__(self, server: Scripted) -> None:
        self.server = server
        self.objects: dict[str, str] = {}
        self.history: list[str] = []
        """The names that changed, in their order; a token is a place in it."""
        self.tokens = True
        self.ctags = True
        self.etag_after_put = True
        self.etags = True
        self.dates = False
        """Whether it says when an object was changed last; every change takes a second."""
        self.before_writing: Callable[[], None] | None = None
        """Called once, when somebody is about to write."""
        self.rewrites = False
        """Whether it changes what it is given."""
        self.most = 1_000
        """The most changes in one answer."""
        self.fails: int | None = None
        """The status of everything but the way to the home."""
        self.fails_writing: int | None = None
        self.fails_at: dict[str, int] = {}
        """The statuses of members that it cannot tell of when it lists them; of itself by "": it is cut."""
        self.limits_reports = False
        """Whether all that has changed, or is of a component, is too much for one answer."""
        self.stuck = False
        """Whether it cuts changes without a token to go on from."""
        server.is_home("/home/")
        server.script.pop(("PROPFIND", "/home/"))
        server.otherwise = self._answer

    def put(self, name: str, text: str) -> None:
        """Write an object as another client."""
        self.objects[name] = text
        self.history.append(name)

    def remove(self, name: str) -> None:
        """Delete an object as another client."""
        del self.objects[name]
        self.history.append(name)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.fails is not None:
            return web.Response(status=self.fails)
        name = request.raw_path.removeprefix(WORK)
        writes = request.method in ("PUT", "DELETE", "MKCALENDAR", "MOVE")
        if writes and self.before_writing is not None:
            meanwhile, self.before_writing = self.before_writing, None
            meanwhile()
        if writes and self.fails_writing is not None:
            return web.Response(status=self.fails_writing)
        body = await request.text()
        if request.method == "PROPFIND" and request.raw_path == "/home/":
            return self._multistatus(response("/home/", ""), self._collection())
        if request.method == "PROPFIND" and not name:
            members = [self._member(one) for one in self.objects] if request.headers["Depth"] == "1" else []
            return self._multistatus(self._collection(), *members, *self._cut())
        if request.method == "REPORT" and self.limits_reports and "multiget" not in body:
            return web.Response(status=507)
        if request.method == "REPORT" and "sync-collection" in body:
            return self._since(_TOKEN.findall(body))
        if request.method == "REPORT" and "multiget" in body:
            wanted = [href.removeprefix(WORK) for href in _HREF.findall(body)]
            return self._multistatus(*map(self._whole, wanted))
        if request.method == "REPORT":
            return self._multistatus(*map(self._member, self.objects), *self._cut())
        return self._one(request, name, body)

    def _one(self, request: web.BaseRequest, name: str, body: str) -> web.StreamResponse:
        there = self.objects.get(name)
        expects = request.headers.get("If-Match")
        if request.method == "GET":
            if there is None:
                return web.Response(status=404)
            return web.Response(text=there, headers={"ETag": self._etag(name)} | self._date(name))
        since = request.headers.get("If-Unmodified-Since")
        if since is not None and since != self._date(name).get("Last-Modified"):
            return web.Response(status=412)
        if expects is not None and (there is None or expects != self._etag(name)):
            return web.Response(status=412)
        if request.method == "PUT":
            if there is not None and request.headers.get("If-None-Match") == "*":
                return web.Response(status=412)
            self.put(name, body.replace("SUMMARY:", "SUMMARY:* ") if self.rewrites else body)
            return web.Response(
                status=201, headers={"ETag": self._etag(name)} if self.etag_after_put else None
            )
        if request.method == "DELETE" and there is not None:
            self.remove(name)
            return web.Response(status=204)
        return web.Response(status=405 if there is not None else 404)

    def _since(self, tokens: list[str]) -> web.StreamResponse:
        if not self.tokens or not tokens or not tokens[0].isdigit():
            return web.Response(status=403, text='<error xmlns="DAV:"><valid-sync-token/></error>')
        start = int(tokens[0])
        end = min(len(self.history), start + self.most)
        names = dict.fromkeys(self.history[start:end])
        cut = [response(WORK, "", 507)] if end < len(self.history) else []
        end = start if self.stuck and cut else end
        return self._multistatus(*map(self._member, names), *cut, more=f"<D:sync-token>{end}</D:sync-token>")

    def _collection(self) -> str:
        place = str(len(self.history))
        return calendar(WORK, ctag=place if self.ctags else "", token=place if self.tokens else "")

    def _cut(self) -> list[str]:
        return [response(WORK, "", status) for name, status in self.fails_at.items() if not name]

    def _member(self, name: str) -> str:
        if name in self.fails_at:
            return response(WORK + name, "", self.fails_at[name])
        if name not in self.objects:
            return response(WORK + name, "", 404)
        return response(WORK + name, f"<D:getetag>{escape(self._etag(name))}</D:getetag>")

    def _whole(self, name: str) -> str:
        if name not in self.objects:
            return response(WORK + name, "", 404)
        etag = f"<D:getetag>{escape(self._etag(name))}</D:getetag>"
        return response(WORK + name, f"{etag}<C:calendar-data>{escape(self.objects[name])}</C:calendar-data>")

    def _etag(self, name: str) -> str:
        if not self.etags:
            return ""
        return f'"{sha256(self.objects[name].encode()).hexdigest()[:12]}"'

    def _date(self, name: str) -> dict[str, str]:
        """When an object was changed last, as a header; nothing where that is not said."""
        if not self.dates or name not in self.history:
            return {}
        changes = len(self.history) - self.history[::-1].index(name)
        return {"Last-Modified": format_datetime(BEGIN + timedelta(seconds=changes), usegmt=True)}

    def _multistatus(self, *responses: str, more: str = "") -> web.StreamResponse:
        body = f"<D:multistatus {NAMESPACES}>{''.join(responses)}{more}</D:multistatus>"
        return web.Response(status=207, text=body, content_type="application/xml")


@asynccontextmanager
async def small_calendar() -> AsyncIterator[SmallCalendar]:
    """Run one on loopback."""
    async with scripted() as server:
        yield SmallCalendar(server)
