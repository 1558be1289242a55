"""What became of a collection: since a sync-token (RFC 6578), or all that is in it."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.dav.errors import Clash, DavError, NoRoom, NotAllowed, Unreachable, is_trouble
from overair.dav.hrefs import member_name, split
from overair.dav.multistatus import BadXml, Response
from overair.dav.names import (
    CALDAV,
    DAV,
    ETAG,
    RESOURCE_TYPE,
    SYNC_COLLECTION,
    SYNC_TOKEN,
    document,
    element,
    properties,
)
from overair.dav.transport import DavClient, strong

OBJECTS: Final = 100_000
"""The most objects of a collection."""
_FULL: Final = 507
"""The status of the collection itself in an answer that was cut (RFC 6578, 3.6)."""


class TokenExpired(DavError):
    """The server gives no changes since this token, or gives none at all."""


class Since(msgspec.Struct, frozen=True):
    """What became of a collection since a token, by the names of its objects, in one spelling."""

    changed: dict[str, str]
    """ETags; empty where the server says none."""
    removed: tuple[str, ...]
    token: str
    more: bool
    """Whether the answer was cut: what follows is what became of it since ``token``."""


async def changes_since(client: DavClient, place: str, token: str) -> Since:
    """What became of a collection since a token. Raises TokenExpired, DavError."""
    _, path = split(place)
    changed: dict[str, str] = {}
    removed: list[str] = []
    cut: list[bool] = []

    def take(response: Response) -> None:
        name = member_name(response.path, path)
        if name is None:
            if response.status == _FULL:
                cut.append(True)
        elif response.status in (404, 410):
            removed.append(name)
        elif 200 <= response.status < 300:
            changed[name] = strong(response.text(ETAG))

    body = element(
        SYNC_COLLECTION,
        element(SYNC_TOKEN, text=token),
        element(f"{DAV}sync-level", text="1"),
        properties(ETAG),
    )
    try:
        # Its depth is that of the level in the body; the header has to say 0 (RFC 6578, 3.3).
        listed = await client.multistatus("REPORT", place, document(body), take)
    except (NotAllowed, Clash, NoRoom, Unreachable) as error:
        # It may be too much for one answer. Xandikos answers 500 for a token that it does not know.
        if isinstance(error, Unreachable) and error.status != 500:
            raise
        raise TokenExpired(str(error), error.status, error.conditions) from None
    if not listed.sync_token:
        raise Unreachable(f"{client.host}, REPORT: names no sync-token")
    if cut and listed.sync_token == token:
        raise TokenExpired(f"{client.host}: cuts its answer and says no way on", _FULL)
    gone = tuple(name for name in removed if name not in changed)
    return Since(changed, gone, listed.sync_token, bool(cut))


async def listing(client: DavClient, place: str, component: str = "") -> dict[str, str | None]:
    """The ETags of all objects of a collection by name; of those alone that are of a component. None stands
    for what the server cannot tell of.

    Raises DavError, also where the answer is cut.
    """
    if component:
        try:
            return await _listing(client, place, component)
        except NoRoom:
            pass  # a query has limits that a plain listing need not have
    try:
        return await _listing(client, place, "")
    except NoRoom as error:
        raise Unreachable(f"{client.host}: cannot list a collection", error.status) from None


async def _listing(client: DavClient, place: str, component: str) -> dict[str, str | None]:
    """Raises DavError, NoRoom where not all of it was listed."""
    _, path = split(place)
    found: dict[str, str | None] = {}
    cut: list[bool] = []

    def take(response: Response) -> None:
        name = member_name(response.path, path)
        if not 200 <= response.status < 300:
            if name is not None and is_trouble(response.status):
                found[name] = None
            elif name is None and response.status == _FULL:
                cut.append(True)
            return
        if name is None:
            return
        kinds = response.found.get(RESOURCE_TYPE)
        if kinds is None or not len(kinds):
            found[name] = strong(response.text(ETAG))
            if len(found) > OBJECTS:
                raise BadXml(f"names more than {OBJECTS} objects")

    asked = properties(ETAG, RESOURCE_TYPE)
    if component:
        inner = element(f"{CALDAV}comp-filter", name=component)
        outer = element(f"{CALDAV}comp-filter", inner, name="VCALENDAR")
        query = element(f"{CALDAV}calendar-query", asked, element(f"{CALDAV}filter", outer))
        await client.multistatus("REPORT", place, document(query), take, depth="1")
    else:
        body = document(element(f"{DAV}propfind", asked))
        await client.multistatus("PROPFIND", place, body, take, depth="1")
    if cut:
        raise NoRoom(f"{client.host}: lists a collection in part", _FULL)
    return found
