"""Where a user's calendars and address books are (RFC 6764, RFC 4791 6.2, RFC 6352 7.1, RFC 6638 2)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import msgspec

from overair.dav.errors import NotAllowed, NotThere
from overair.dav.hrefs import BadHref, canonical_path, joined, origin, place_of, split, with_slash
from overair.dav.multistatus import Response
from overair.dav.names import CALDAV, CARDDAV, DAV, document, element, properties
from overair.dav.transport import REDIRECTS, Connections, DavClient, Listed

DNS_TIMEOUT: Final = 5.0
HOME_SETS: Final = 10
"""The most home sets of a user that are looked at."""
AUTO_SCHEDULE: Final = "calendar-auto-schedule"
"""The feature of a server that sends and takes meeting messages by itself."""
_PRINCIPAL: Final = f"{DAV}current-user-principal"
_PRINCIPAL_URL: Final = f"{DAV}principal-URL"
_INBOX: Final = f"{CALDAV}schedule-inbox-URL"
_OUTBOX: Final = f"{CALDAV}schedule-outbox-URL"
_DEFAULT_CALENDAR: Final = f"{CALDAV}schedule-default-calendar-URL"
_DEFAULT_TASKS: Final = f"{CALDAV}schedule-default-tasks-URL"
_DEFAULT_ADDRESS_BOOK: Final = f"{CARDDAV}default-addressbook-URL"
_ADDRESSES: Final = f"{CALDAV}calendar-user-address-set"


class Service(StrEnum):
    """What is looked for."""

    CALDAV = "caldav"
    CARDDAV = "carddav"


_HOME: Final = {
    Service.CALDAV: f"{CALDAV}calendar-home-set",
    Service.CARDDAV: f"{CARDDAV}addressbook-home-set",
}


class Home(msgspec.Struct, frozen=True):
    """What a server says of a user; places are as in hrefs.py, empty where there is none."""

    principal: str
    homes: tuple[str, ...]
    features: frozenset[str] = frozenset()
    inbox: str = ""
    outbox: str = ""
    default: str = ""
    """The default calendar or address book."""
    default_tasks: str = ""
    addresses: tuple[str, ...] = ()
    """The user's own addresses in meetings, without ``mailto:``."""

    @property
    def schedules(self) -> bool:
        """Whether the server itself sends meeting messages for what is written."""
        return AUTO_SCHEDULE in self.features and bool(self.outbox)


async def find_server(
    connections: Connections, domain: str, service: Service, resolver: dns.asyncresolver.Resolver
) -> str:
    """The URL of the service of a domain: by SRV and TXT, else by .well-known of the domain itself.

    Nothing that a user has is sent. An SRV record is not signed, so one that leads out of the domain is
    not followed. Raises Unreachable.
    """
    host, port, path = domain, 443, f"/.well-known/{service.value}"
    name = f"_{service.value}s._tcp.{domain}."
    try:
        found = await resolver.resolve(
            name, dns.rdatatype.SRV, lifetime=DNS_TIMEOUT, raise_on_no_answer=False
        )
        records = sorted(found.rrset or (), key=lambda record: (record.priority, -record.weight))
        target = records[0].target.to_text(omit_final_dot=True).lower() if records else ""
        if target == domain or target.endswith(f".{domain}"):
            host, port = target, records[0].port
            path = await _path_of_txt(name, resolver) or path
    except (dns.exception.DNSException, OSError):
        pass  # a domain without a record is asked itself
    url = f"https://{host}:{port}{path}"
    if not path.startswith("/.well-known/"):
        return url
    return await well_known(connections, url) or f"https://{host}:{port}/"


async def _path_of_txt(name: str, resolver: dns.asyncresolver.Resolver) -> str:
    """The path that a TXT record beside the SRV record names (RFC 6764, 4)."""
    try:
        found = await resolver.resolve(
            name, dns.rdatatype.TXT, lifetime=DNS_TIMEOUT, raise_on_no_answer=False
        )
    except (dns.exception.DNSException, OSError):
        return ""
    for record in found.rrset or ():
        text = b"".join(record.strings).decode("utf-8", "replace")
        if text.lower().startswith("path=/"):
            return text[5:]
    return ""


async def well_known(connections: Connections, url: str) -> str:
    """Where a .well-known URL leads, asked without a log-in; empty where it leads nowhere.

    Who redirects is known by its certificate, so it may name any server of HTTPS; from HTTPS nothing
    leads to plain HTTP. Raises Unreachable where a server cannot be reached.
    """
    for _ in range(REDIRECTS):
        _, location = await connections.location(url)
        try:
            there = joined(url, location)
            secure = origin(there).startswith("https://") or origin(there) == origin(url)
        except BadHref:
            return ""
        if not location or not secure:
            return ""
        url = there
        if "/.well-known/" not in url:
            return url
    return ""


async def find_home(connections: Connections, client: DavClient, service: Service) -> Home:
    """What the server says of the client's user: at its URL, at .well-known, at the top.

    Raises DavError; NotThere where the server has no such service or the user nothing on it.
    """
    found = await _principal(client, client.base)
    if found is None:
        leads = await well_known(connections, f"{client.origin}/.well-known/{service.value}")
        if leads and origin(leads) == client.origin:
            found = await _principal(client, canonical_path(urlsplit(leads).path or "/"))
    if found is None and client.base != "/":
        found = await _principal(client, "/")
    if found is None:
        raise NotThere(f"{client.host}: says of no principal that it is the user's")
    home = await _home(client, found, service)
    if not home.homes:
        raise NotThere(f"{client.host}: has no {_HOME[service].rpartition('}')[2]} for the user")
    return home


async def _principal(client: DavClient, place: str) -> str | None:
    """The user's principal as the resource at a place names it."""
    try:
        response, _ = await _properties(client, place, (_PRINCIPAL, _PRINCIPAL_URL))
    except (NotThere, NotAllowed):
        return None
    if response is None:
        return None
    for name in (_PRINCIPAL, _PRINCIPAL_URL):
        for place_ in _places(client, place, response, name):
            return place_
    return None


async def _home(client: DavClient, principal: str, service: Service) -> Home:
    names = (_HOME[service], _INBOX, _OUTBOX, _ADDRESSES, _DEFAULT_ADDRESS_BOOK)
    said, listed = await _properties(client, principal, names)
    if said is None:
        raise NotThere(f"{client.host}: does not know its own principal")
    inbox = next(iter(_places(client, principal, said, _INBOX)), "")
    outbox = next(iter(_places(client, principal, said, _OUTBOX)), "")
    homes = tuple(dict.fromkeys(map(with_slash, _places(client, principal, said, _HOME[service]))))
    features = listed.features
    default = next(iter(_places(client, principal, said, _DEFAULT_ADDRESS_BOOK)), "")
    default_tasks = ""
    if service is Service.CALDAV:
        default, default_tasks = await _defaults(client, inbox)
        if outbox and homes:
            # It is said of calendars, and in some servers' answers to OPTIONS alone (RFC 6638, 2).
            features |= (await client.request("OPTIONS", homes[0])).features
    return Home(
        principal=principal,
        homes=homes[:HOME_SETS],
        features=features,
        inbox=inbox,
        outbox=outbox,
        default=default,
        default_tasks=default_tasks,
        addresses=tuple(
            dict.fromkeys(
                href[7:].lower() for href in said.hrefs(_ADDRESSES) if href.lower().startswith("mailto:")
            )
        ),
    )


async def _defaults(client: DavClient, inbox: str) -> tuple[str, str]:
    """The default collections for events and tasks, which the inbox names."""
    if not inbox:
        return "", ""
    try:
        said, _ = await _properties(client, inbox, (_DEFAULT_CALENDAR, _DEFAULT_TASKS))
    except (NotThere, NotAllowed):
        return "", ""
    if said is None:
        return "", ""
    calendar, tasks = (_places(client, inbox, said, name) for name in (_DEFAULT_CALENDAR, _DEFAULT_TASKS))
    return next(iter(map(with_slash, calendar)), ""), next(iter(map(with_slash, tasks)), "")


async def _properties(
    client: DavClient, place: str, names: tuple[str, ...]
) -> tuple[Response | None, Listed]:
    """What one resource says of itself; the answer may call it otherwise than it was asked for."""
    found: list[Response] = []
    body = document(element(f"{DAV}propfind", properties(*names)))
    listed = await client.multistatus("PROPFIND", place, body, found.append)
    return next(iter(found), None), listed


def _places(client: DavClient, asked: str, response: Response, name: str) -> list[str]:
    """The places that a property names; what is none is left out."""
    prefix, path = split(asked)
    places = []
    for href in response.hrefs(name):
        try:
            places.append(place_of(href, path, prefix or client.origin))
        except BadHref:
            continue
    return [one if one.startswith("http") or not prefix else prefix + one for one in places]
