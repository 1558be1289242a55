"""Calendars and address books of a Cyrus shared between its users, as CalDAV clients do that."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from support.cyrus import PASSWORD, Cyrus
from support.dav_servers import Answer, ask

_SHARE: Final = """<?xml version="1.0" encoding="utf-8"?>
<D:share-resource xmlns:D="DAV:"><D:sharee><D:href>mailto:{guest}</D:href>
<D:share-access><D:{access}/></D:share-access></D:sharee></D:share-resource>"""
_TAKE_UP: Final = """<?xml version="1.0" encoding="utf-8"?>
<D:invite-reply xmlns:D="DAV:"><D:invite-accepted/>
<D:create-in><D:href>{home}</D:href></D:create-in><D:slug>shared</D:slug></D:invite-reply>"""
_LIST: Final = """<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/></D:prop></D:propfind>"""
_SHARING: Final = {"Content-Type": "application/davsharing+xml"}
_XML: Final = {"Content-Type": "application/xml; charset=utf-8"}


def dav(
    cyrus: Cyrus, user: str, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """One request with a user's log-in, as another client sends it; it is done."""
    answer = ask(
        cyrus.http_port, method, quote(path), body, user=user, password=PASSWORD, headers=headers or _XML
    )
    assert answer.status < 300, (method, path, answer)
    return answer


def share(cyrus: Cyrus, owner: str, path: str, guest: str, *, writable: bool) -> None:
    """Invite a user to a collection (with its whole path), and take that up as that user."""
    access = "read-write" if writable else "read"
    dav(cyrus, owner, "POST", path, _SHARE.format(guest=guest, access=access), _SHARING)
    notices = f"/dav/notifications/user/{guest}/"
    listed = dav(cyrus, guest, "PROPFIND", notices, _LIST, _XML | {"Depth": "1"})
    for notice in re.findall(rf"<D:href>({notices}[^<]+)</D:href>", listed.body):
        said = dav(cyrus, guest, "GET", notice).body
        if "invite-noresponse" in said and path in said:
            home = path.replace(f"/{owner}/", f"/{guest}/").rstrip("/").rpartition("/")[0]
            dav(cyrus, guest, "POST", notice, _TAKE_UP.format(home=f"{home}/"), _SHARING)
