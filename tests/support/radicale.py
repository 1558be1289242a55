"""Debian's Radicale (CalDAV and CardDAV) on loopback, with users of its own.

    @pytest.fixture(scope="module")
    def radicale() -> Iterator[Radicale]:
        with Radicale({"joe": "secret"}) as server:
            server.make_calendar("joe", "work", name="Work")
            yield server

Tests that use it are marked ``@needs("radicale")`` (support.packages).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from support.dav_servers import SYSTEM_PYTHON, Answer, DavServer

USERS: Final = {"joe@example.org": "correct horse", "jane@example.org": "battery staple"}
"""The users where a test names none, and their passwords."""
_SETTINGS: Final = """\
[server]
hosts = 127.0.0.1:{port}
max_connections = 100
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = from_file
file = {folder}/rights
[storage]
filesystem_folder = {folder}/collections
{storage}
[logging]
level = warning
"""
_RIGHTS: Final = """\
[root]
user: .+
collection:
permissions: R
[principal]
user: .+
collection: {user}
permissions: RW
[collections]
user: .+
collection: {user}/[^/]+
permissions: rw
"""
_MAKE_CALENDAR: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname>
<C:supported-calendar-component-set>{components}</C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>"""
_MAKE_ADDRESS_BOOK: Final = """\
<?xml version="1.0" encoding="utf-8"?>
<D:mkcol xmlns:D="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>
<D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>
<D:displayname>{name}</D:displayname>
</D:prop></D:set></D:mkcol>"""


class Radicale(DavServer):
    """A server with the users given (name: password)."""

    name = "radicale"

    def __init__(self, users: Mapping[str, str] = USERS, *, rights: str = "", storage: str = "") -> None:
        """``rights`` are sections before those of every owner's full access to what is theirs; ``storage``
        more lines of the section of that name (such as ``max_sync_token_age = 1``).
        """
        super().__init__()
        self.users = dict(users)
        (self.folder / "users").write_text("".join(f"{name}:{word}\n" for name, word in users.items()))
        (self.folder / "rights").write_text(rights + _RIGHTS)
        (self.folder / "config").write_text(
            _SETTINGS.format(port=self.port, folder=self.folder, storage=storage)
        )

    def command(self) -> list[str]:
        """How it is started."""
        return [SYSTEM_PYTHON, "-m", "radicale", "-C", str(self.folder / "config")]

    def as_user(
        self,
        user: str,
        method: str,
        path: str,
        body: str | bytes = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request with a user's log-in, as another client sends it; the path is decoded."""
        return self.request(method, quote(path), body, user=user, password=self.users[user], headers=headers)

    def make_calendar(
        self, user: str, path: str, name: str = "", components: Sequence[str] = ("VEVENT",)
    ) -> str:
        """A calendar in a user's home; gives its path (decoded, with slashes around it)."""
        kinds = "".join(f'<C:comp name="{component}"/>' for component in components)
        body = _MAKE_CALENDAR.format(name=escape(name or path), components=kinds)
        return self._make(user, "MKCALENDAR", path, body)

    def make_address_book(self, user: str, path: str, name: str = "") -> str:
        """An address book in a user's home; gives its path (decoded, with slashes around it)."""
        return self._make(user, "MKCOL", path, _MAKE_ADDRESS_BOOK.format(name=escape(name or path)))

    def put(self, user: str, path: str, body: str) -> str:
        """Write an object as another client does; gives its ETag."""
        kind = "text/vcard" if body.startswith("BEGIN:VCARD") else "text/calendar"
        answer = self.as_user(user, "PUT", path, body, {"Content-Type": f"{kind}; charset=utf-8"})
        assert answer.status in (201, 204), answer
        return answer.headers["etag"]

    def get(self, user: str, path: str) -> str:
        """The text of an object."""
        answer = self.as_user(user, "GET", path)
        assert answer.status == 200, answer
        return answer.body

    def delete(self, user: str, path: str) -> None:
        """Remove an object or a collection."""
        answer = self.as_user(user, "DELETE", path)
        assert answer.status in (200, 204), answer

    def names(self, path: str) -> list[str]:
        """The names of the objects of a collection, as its storage has them."""
        folder = self.folder / "collections" / "collection-root" / path.strip("/")
        return sorted(one.name for one in folder.iterdir() if not one.name.startswith(".Radicale"))

    def _make(self, user: str, method: str, path: str, body: str) -> str:
        whole = f"/{user}/{path.strip('/')}/"
        answer = self.as_user(user, method, whole, body, {"Content-Type": "application/xml; charset=utf-8"})
        assert answer.status == 201, answer
        return whole
