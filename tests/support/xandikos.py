"""Debian's Xandikos (CalDAV and CardDAV over git) on loopback: one user, who needs no log-in.

It has no MOVE, no sync-token that it remembers past its objects, and puts every component into each calendar.
Tests that use it are marked ``@needs("xandikos")`` (support.packages).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from support.dav_servers import Answer, DavServer
from support.packages import command

USER: Final = "joe@example.org"
CALENDAR: Final = f"/{USER}/calendars/calendar/"
ADDRESS_BOOK: Final = f"/{USER}/contacts/addressbook/"


class Xandikos(DavServer):
    """A server with a calendar and an address book."""

    name = "xandikos"

    def command(self) -> list[str]:
        """How it is started."""
        program = command("xandikos")
        assert program is not None
        return [
            *(program, "-d", str(self.folder), "--defaults", "-l", "127.0.0.1", "-p", str(self.port)),
            *("--current-user-principal", f"/{USER}/"),
        ]

    def asked(
        self, method: str, path: str, body: str | bytes = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request as another client sends it; the path is decoded."""
        return self.request(method, quote(path), body, headers=headers)

    def put(self, path: str, body: str) -> str:
        """Write an object as another client does; gives its ETag."""
        kind = "text/vcard" if body.startswith("BEGIN:VCARD") else "text/calendar"
        answer = self.asked("PUT", path, body, {"Content-Type": f"{kind}; charset=utf-8"})
        assert answer.status in (201, 204), answer
        return answer.headers["etag"]
