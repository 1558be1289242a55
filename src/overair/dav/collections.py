"""The calendars and address books of a user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import uuid4

import msgspec

from overair.dav.discovery import Home, Service
from overair.dav.errors import NotAllowed, NotThere, is_trouble
from overair.dav.hrefs import BadHref, canonical_name, path_of, split, with_slash
from overair.dav.multistatus import BadXml, Response
from overair.dav.names import (
    ADDRESS_BOOK,
    CALDAV,
    CALENDAR,
    CALENDAR_SERVER,
    COMPONENT,
    COMPONENTS,
    CTAG,
    DAV,
    DISPLAY_NAME,
    RESOURCE_TYPE,
    SYNC_TOKEN,
    document,
    element,
    properties,
)
from overair.dav.transport import DavClient

MOST: Final = 1_000
"""Collections of one user; a home with more of them is cut."""
EVENT, TASK = "VEVENT", "VTODO"
_KINDS: Final = {Service.CALDAV: CALENDAR, Service.CARDDAV: ADDRESS_BOOK}
_NEVER: Final = frozenset(
    {
        f"{CALDAV}schedule-inbox",
        f"{CALDAV}schedule-outbox",
        f"{CALENDAR_SERVER}subscribed",
        f"{CALENDAR_SERVER}notification",
        "{http://nextcloud.com/ns}trash-bin",
        "{http://nextcloud.com/ns}deleted-calendar",
    }
)
"""Resource types of what is beside calendars in a home, or is a calendar whose events are elsewhere."""
_PRIVILEGES: Final = f"{DAV}current-user-privilege-set"
_OWNER: Final = f"{DAV}owner"
_WRITING: Final = frozenset({f"{DAV}all", f"{DAV}write", f"{DAV}write-content", f"{DAV}bind"})
_ASKED: Final = (RESOURCE_TYPE, DISPLAY_NAME, COMPONENTS, _PRIVILEGES, _OWNER)
_RESPONSE_NAMES: Final = (CTAG, SYNC_TOKEN)


class Collection(msgspec.Struct, frozen=True):
    """A calendar or an address book."""

    place: str
    name: str
    components: frozenset[str]
    """Of a calendar: those that it holds, VEVENT and VTODO; of an address book none."""
    writable: bool
    owner: str
    """The place of the owner's principal; empty where the server does not say."""


class Tags(msgspec.Struct, frozen=True):
    """What a server says of the state of a collection; empty where it does not."""

    ctag: str
    sync_token: str


async def collections(client: DavClient, home: Home, service: Service) -> list[Collection]:
    """What is in the home sets, in the server's order. Raises DavError."""
    found: dict[str, Collection] = {}
    for place in home.homes:
        prefix, _ = split(place)

        def take(response: Response, prefix: str = prefix) -> None:
            if is_trouble(response.status):
                raise BadXml(f"tells of a collection with status {response.status}")
            kinds = {one.tag for one in response.found.get(RESOURCE_TYPE, ())}
            if _KINDS[service] in kinds and not kinds & _NEVER and len(found) < MOST:
                made = _collection(response, prefix, service)
                found.setdefault(made.place, made)

        body = document(element(f"{DAV}propfind", properties(*_ASKED)))
        await client.multistatus("PROPFIND", place, body, take, depth="1")
    return list(found.values())


def _collection(response: Response, prefix: str, service: Service) -> Collection:
    path = with_slash(response.path)
    components: frozenset[str] = frozenset()
    if service is Service.CALDAV:
        said = response.found.get(COMPONENTS)
        named = [] if said is None else [one.get("name", "").upper() for one in said.iter(COMPONENT)]
        # One that does not say takes all of them (RFC 4791, 5.2.3).
        components = frozenset(named or (EVENT, TASK)) & {EVENT, TASK}
    privileges = response.found.get(_PRIVILEGES)
    granted = set() if privileges is None else {one.tag for one in privileges.iter()}
    owner = ""
    for href in response.hrefs(_OWNER)[:1]:
        try:
            owner = prefix + path_of(href, response.path)
        except BadHref:
            continue
    return Collection(
        place=prefix + path,
        name=response.text(DISPLAY_NAME),
        components=components,
        writable=privileges is None or bool(granted & _WRITING),
        owner=owner,
    )


async def tags_of_all(client: DavClient, home: Home, *, tokens: bool) -> dict[str, Tags]:
    """The states of all that is in the home sets, one question for each; ``tokens`` asks for sync-tokens,
    which cost some servers more. Raises DavError.
    """
    found: dict[str, Tags] = {}
    for place in home.homes:
        prefix, _ = split(place)

        def take(response: Response, prefix: str = prefix) -> None:
            found[prefix + with_slash(response.path)] = _tags(response)

        names = _RESPONSE_NAMES if tokens else _RESPONSE_NAMES[:1]
        body = document(element(f"{DAV}propfind", properties(*names)))
        await client.multistatus("PROPFIND", place, body, take, depth="1")
    return found


async def tags_of(client: DavClient, place: str) -> Tags:
    """The state of one collection. Raises DavError, NotThere."""
    found: list[Response] = []
    body = document(element(f"{DAV}propfind", properties(*_RESPONSE_NAMES)))
    await client.multistatus("PROPFIND", place, body, found.append)
    if not found or found[0].status == 404:
        raise NotThere(f"{client.host}: says nothing of a collection")
    return _tags(found[0])


def _tags(response: Response) -> Tags:
    return Tags(response.text(CTAG), response.text(SYNC_TOKEN))


async def make_calendar(client: DavClient, home: Home, name: str, components: Iterable[str]) -> str:
    """A new calendar in the first home set; gives its place. Raises DavError."""
    kinds = element(COMPONENTS, *(element(COMPONENT, name=one) for one in components))
    wanted = element(f"{DAV}prop", element(DISPLAY_NAME, text=name), kinds)
    body = element(f"{CALDAV}mkcalendar", element(f"{DAV}set", wanted))
    return await _make(client, home, "MKCALENDAR", document(body))


async def make_address_book(client: DavClient, home: Home, name: str) -> str:
    """A new address book in the first home set (extended MKCOL, RFC 5689); gives its place.

    Raises DavError.
    """
    kinds = element(RESOURCE_TYPE, element(f"{DAV}collection"), element(ADDRESS_BOOK))
    wanted = element(f"{DAV}prop", kinds, element(DISPLAY_NAME, text=name))
    body = element(f"{DAV}mkcol", element(f"{DAV}set", wanted))
    return await _make(client, home, "MKCOL", document(body))


async def _make(client: DavClient, home: Home, method: str, body: bytes) -> str:
    place = f"{home.homes[0]}{canonical_name(str(uuid4()))}/"
    headers = {"Content-Type": "application/xml; charset=utf-8"}
    await client.request(method, place, body, headers)
    return place


async def rename(client: DavClient, place: str, name: str) -> None:
    """Give a collection another displayname. Raises DavError."""
    wanted = element(f"{DAV}prop", element(DISPLAY_NAME, text=name))
    body = document(element(f"{DAV}propertyupdate", element(f"{DAV}set", wanted)))
    found: list[Response] = []
    await client.multistatus("PROPPATCH", place, body, found.append)
    if not any(DISPLAY_NAME in one.found for one in found):
        raise NotAllowed(f"{client.host}, PROPPATCH: the name stays as it is", 403)
