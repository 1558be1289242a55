"""Objects of calendars and address books: read, written, moved and deleted one by one or read in batches."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import msgspec

from overair.dav.discovery import Service
from overair.dav.errors import NotAllowed, NotThere
from overair.dav.hrefs import member_name, split
from overair.dav.multistatus import Response
from overair.dav.names import CALDAV, CARDDAV, ETAG, HREF, document, element, properties
from overair.dav.transport import DavClient, TooLarge, strong

BATCH: Final = 100
"""Objects that are asked for in one request."""
_DATA: Final = {Service.CALDAV: f"{CALDAV}calendar-data", Service.CARDDAV: f"{CARDDAV}address-data"}
_MULTIGET: Final = {
    Service.CALDAV: f"{CALDAV}calendar-multiget",
    Service.CARDDAV: f"{CARDDAV}addressbook-multiget",
}
_TYPES: Final = {
    Service.CALDAV: "text/calendar; charset=utf-8",
    Service.CARDDAV: "text/vcard; charset=utf-8",
}


class Object(msgspec.Struct, frozen=True):
    """An object as the server has it. Where the server says no ETag, ``etag`` is a mark of what the object
    holds (``is_mark``), by which it is told that it has changed.
    """

    etag: str
    data: str | bytes
    """Text where it came within XML, bytes where it came by itself."""
    modified: str = ""
    """When it was changed last, in the server's words, where it says so."""


_MARK: Final = "="


def is_mark(tag: str) -> bool:
    """Whether a tag is none of the server's, but stands for what an object holds."""
    return tag.startswith(_MARK)


def _object(etag: str, data: str | bytes, modified: str = "") -> Object:
    if not etag:
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        lines = "\n".join(text.strip().splitlines()).encode("utf-8", "replace")  # XML has other line ends
        etag = _MARK + blake2b(lines, digest_size=16).hexdigest()
    return Object(etag, data, modified)


def _unchanged(etag: str, modified: str) -> dict[str, str]:
    """The condition under which an object is the one that was read: by its ETag or, where the server has
    none, to the second.
    """
    if etag and not is_mark(etag):
        return {"If-Match": etag}
    return {"If-Unmodified-Since": modified} if modified else {}


UNREAD: Final = Object("", "")
"""Stands for an object that is larger than what is read."""


async def multiget(
    client: DavClient, place: str, names: Sequence[str], service: Service
) -> dict[str, Object]:
    """Objects by their names, UNREAD for what is too large; those that are gone are left out.

    Raises DavError.
    """
    found: dict[str, Object] = {}
    for start in range(0, len(names), BATCH):
        found.update(await _batch(client, place, names[start : start + BATCH], service))
    return found


async def _batch(client: DavClient, place: str, names: Sequence[str], service: Service) -> dict[str, Object]:
    _, path = split(place)
    found: dict[str, Object] = {}
    gone: set[str] = set()

    def take(response: Response) -> None:
        name = member_name(response.path, path)
        if name is None:
            return
        data = response.found.get(_DATA[service])
        if response.status in (404, 410):
            gone.add(name)
        elif data is not None and data.text:
            found[name] = _object(strong(response.text(ETAG)), data.text)

    body = element(
        _MULTIGET[service],
        properties(ETAG, _DATA[service]),
        *(element(HREF, text=path + name) for name in names),
    )
    try:
        await client.multistatus("REPORT", place, document(body), take)
    except TooLarge:
        if len(names) > 1:
            half = len(names) // 2
            return await _batch(client, place, names[:half], service) | await _batch(
                client, place, names[half:], service
            )
        return {names[0]: UNREAD}
    except NotAllowed:
        pass  # a server without the report
    # What was neither given nor said to be gone is asked for by itself.
    for name in names:
        if name not in found and name not in gone:
            try:
                found[name] = await get(client, place + name)
            except TooLarge:
                found[name] = UNREAD
            except (NotThere, NotAllowed):
                continue
    return {name: one for name, one in found.items() if name in names}


async def get(client: DavClient, place: str) -> Object:
    """One object. Raises DavError, NotThere."""
    reply = await client.request("GET", place)
    return _object(reply.etag, reply.body, reply.modified)


async def put(
    client: DavClient,
    place: str,
    text: str,
    service: Service,
    *,
    replaces: str | None = None,
    modified: str = "",
) -> str:
    """Write an object: a new one, or in place of the one with an ETag, or with a mark and a time of change
    where the server has none; gives its ETag.

    The ETag is empty where the server does not say it, because it keeps something else than what it was
    given, or has not said; the object is to be read then. Raises Clash, NoRoom, DavError.
    """
    headers = {"Content-Type": _TYPES[service]}
    if replaces is None:
        headers["If-None-Match"] = "*"
    else:
        headers |= _unchanged(replaces, modified)
    reply = await client.request("PUT", place, text.encode("utf-8", "replace"), headers)
    return reply.etag


async def delete(
    client: DavClient, place: str, *, expects: str = "", modified: str = "", quietly: bool = False
) -> None:
    """Delete an object with an ETag, or with a mark and a time of change, or a collection with all in it;
    what is gone stays so.

    ``quietly`` asks a server that schedules not to tell an organizer (RFC 6638, 8.1). Raises Clash,
    DavError.
    """
    headers = _unchanged(expects, modified)
    if quietly:
        headers["Schedule-Reply"] = "F"
    try:
        await client.request("DELETE", place, headers=headers)
    except NotThere:
        return


async def move(
    client: DavClient, place: str, destination: str, *, expects: str = "", modified: str = ""
) -> None:
    """Move an object with an ETag, or with a mark and a time of change, to a place where nothing is.

    Raises NotThere, Clash, DavError.
    """
    headers = {"Destination": client.url(destination), "Overwrite": "F"}
    headers |= _unchanged(expects, modified)
    await client.request("MOVE", place, headers=headers)
