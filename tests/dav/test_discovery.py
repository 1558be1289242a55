"""Finding a server by a domain, and what a user has by a server."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import dns.asyncresolver
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from overair.credentials import Credentials
from overair.dav.collections import collections
from overair.dav.discovery import Service, find_home, find_server
from overair.dav.errors import NotThere, Unreachable
from overair.dav.transport import Connections, DavClient
from overair.tls import private_ca
from overair.tls.contexts import tls_context
from overair.tls.machine import Machine
from support.asynchronous import run
from support.hosts import Hosts
from support.name_server import NameServer
from support.packages import needs
from support.scripted_dav import Scripted, calendar, response, scripted

DOMAIN = "example.org"
DAV = f"dav.{DOMAIN}"
CALDAV, CARDDAV = Service.CALDAV, Service.CARDDAV
JOE = Credentials("joe@example.org", "secret")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> private_ca.ServerCertificate:
    names = (DOMAIN, f"*.{DOMAIN}", "cloud.example.com")
    folder: Path = tmp_path_factory.mktemp("tls")
    return private_ca.ensure(folder, Machine(names=names, addresses=()))


class World:
    """Servers under names, each a scripted one over TLS."""

    def __init__(self, certificate: private_ca.ServerCertificate, stack: AsyncExitStack) -> None:
        self._certificate = certificate
        self._stack = stack
        self.hosts = Hosts({})
        root = certificate.root.public_bytes(Encoding.PEM).decode()
        self.connections = Connections(ssl=ssl.create_default_context(cadata=root), hosts=self.hosts)
        stack.push_async_callback(self.connections.close)

    async def serve(self, host: str, port: int = 443) -> Scripted:
        context = tls_context(self._certificate.certificate_path, self._certificate.private_key_path)
        server = await self._stack.enter_async_context(scripted(context))
        self.hosts.ports[host, port] = server.port
        return server


@asynccontextmanager
async def world(certificate: private_ca.ServerCertificate) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        yield World(certificate, stack)


def no_dns() -> dns.asyncresolver.Resolver:
    """A name server that nobody is."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = []
    return resolver


@needs("knotd")
def test_by_records(certificate: private_ca.ServerCertificate) -> None:
    lines = (
        f"_caldavs._tcp 60 IN SRV 1 1 8443 {DAV}.\n_caldavs._tcp 60 IN SRV 0 1 443 {DAV}.\n"
        '_caldavs._tcp 60 IN TXT "other=1"\n_caldavs._tcp 60 IN TXT "path=/dav/cal/"\n'
        f"_carddavs._tcp 60 IN SRV 0 1 8443 {DAV}."
    )

    async def work() -> None:
        async with world(certificate) as there:
            server = await there.serve(DAV, 8443)
            server.replies("PROPFIND", "/.well-known/carddav", 301, headers={"Location": "/books/"})
            with NameServer(DOMAIN, lines) as names:
                resolver = names.resolver()
                found = [
                    await find_server(there.connections, DOMAIN, service, resolver) for service in Service
                ]
            assert found == [f"https://{DAV}:443/dav/cal/", f"https://{DAV}:8443/books/"]
            assert all("authorization" not in headers for _, _, headers, _ in server.asked)

    run(work())


@needs("knotd")
def test_a_record_that_leads_out_of_the_domain_is_not_followed(
    certificate: private_ca.ServerCertificate,
) -> None:
    async def work() -> None:
        async with world(certificate) as there:
            server = await there.serve(DOMAIN)
            server.replies("PROPFIND", "/.well-known/caldav", 302, headers={"Location": "/own/"})
            with NameServer(DOMAIN, "_caldavs._tcp 60 IN SRV 0 1 443 cloud.example.com.") as names:
                found = await find_server(there.connections, DOMAIN, CALDAV, names.resolver())
            assert found == f"https://{DOMAIN}:443/own/"
            assert there.hosts.asked == [(DOMAIN, 443)]

    run(work())


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("https://cloud.example.com/dav/", "https://cloud.example.com/dav/"),
        ("/dav/", f"https://{DOMAIN}:443/dav/"),
        (f"https://{DOMAIN}/.well-known/caldav/", f"https://{DOMAIN}:443/"),
        ("http://cloud.example.com/dav/", f"https://{DOMAIN}:443/"),
        ("https://[broken", f"https://{DOMAIN}:443/"),
        ("mailto:joe@example.org", f"https://{DOMAIN}:443/"),
        ("", f"https://{DOMAIN}:443/"),
    ],
)
def test_without_records_the_domain_itself_says_where(
    certificate: private_ca.ServerCertificate, location: str, found: str
) -> None:
    async def work() -> None:
        async with world(certificate) as there:
            server = await there.serve(DOMAIN)
            server.replies("PROPFIND", "/.well-known/caldav", 301, headers={"Location": location})
            assert await find_server(there.connections, DOMAIN, CALDAV, no_dns()) == found
            assert "authorization" not in server.asked[0][2]

    run(work())


def test_a_domain_that_nobody_serves(certificate: private_ca.ServerCertificate) -> None:
    async def work() -> None:
        async with world(certificate) as there:
            with pytest.raises(Unreachable):
                await find_server(there.connections, DOMAIN, CALDAV, no_dns())

    run(work())


def test_a_certificate_that_is_not_trusted_is_said_so(certificate: private_ca.ServerCertificate) -> None:
    async def work() -> None:
        async with world(certificate) as there:
            await there.serve("dav.other.test")
            client = DavClient(there.connections, "https://dav.other.test/", JOE)
            with pytest.raises(Unreachable, match="certificate is not trusted"):
                await find_home(there.connections, client, CALDAV)

    run(work())


def test_a_home_on_a_sibling_host(certificate: private_ca.ServerCertificate) -> None:
    """As iCloud has it: the log-in goes there, and to no host beyond the domain."""

    async def work() -> None:
        async with world(certificate) as there:
            server, home = await there.serve(DAV), await there.serve(f"p07.{DOMAIN}")
            server.is_home(f"https://p07.{DOMAIN}/12/home/")
            home.says("PROPFIND", "/12/home/", calendar("/12/home/work/"))
            client = DavClient(there.connections, f"https://{DAV}/", JOE)
            found = await find_home(there.connections, client, CALDAV)
            assert found.homes == (f"https://p07.{DOMAIN}:443/12/home/",)
            [work] = await collections(client, found, CALDAV)
            assert work.place == f"https://p07.{DOMAIN}:443/12/home/work/"
            assert home.asked[0][2]["authorization"] == server.asked[0][2]["authorization"]
            server.is_home("https://cloud.example.com/12/")
            assert (await find_home(there.connections, client, CALDAV)).homes == ("/12/",)

    run(work())


@asynccontextmanager
async def at(
    path: str, credentials: Credentials = JOE
) -> AsyncIterator[tuple[Scripted, DavClient, Connections]]:
    """A server, and a client whose URL has a path."""
    connections = Connections()
    async with scripted() as server:
        try:
            yield server, DavClient(connections, server.url.rstrip("/") + path, credentials), connections
        finally:
            await connections.close()


ME = "<D:current-user-principal><D:href>/me/</D:href></D:current-user-principal>"
HOME = "<C:calendar-home-set><D:href>/home</D:href></C:calendar-home-set>"


@pytest.mark.parametrize("principal_at", ["/given/", "/real/", "/"])
def test_where_a_server_says_who_the_user_is(principal_at: str) -> None:
    async def work() -> None:
        async with at("/given/") as (server, client, connections):
            server.replies("PROPFIND", "/.well-known/caldav", 301, headers={"Location": "/real/"})
            server.says("PROPFIND", principal_at, response(principal_at, ME))
            server.says("PROPFIND", "/me/", response("/me/", HOME))
            assert (await find_home(connections, client, CALDAV)).homes == ("/home/",)

    run(work())


def test_a_server_without_the_service() -> None:
    async def work() -> None:
        async with at("/") as (server, client, connections):
            with pytest.raises(NotThere, match="no principal"):
                await find_home(connections, client, CALDAV)
            server.says("PROPFIND", "/", response("/", ME))
            server.says("PROPFIND", "/me/", response("/me/", HOME))
            with pytest.raises(NotThere, match="addressbook-home-set"):
                await find_home(connections, client, CARDDAV)

    run(work())


def test_what_a_server_that_schedules_says() -> None:
    async def work() -> None:
        async with at("/") as (server, client, connections):
            server.says("PROPFIND", "/", response("/", ME))
            server.says(
                "PROPFIND",
                "/me/",
                response(
                    "/me/",
                    HOME + "<C:schedule-inbox-URL><D:href>/home/in/</D:href></C:schedule-inbox-URL>"
                    "<C:schedule-outbox-URL><D:href>/home/out/</D:href></C:schedule-outbox-URL>"
                    "<C:calendar-user-address-set><D:href>mailto:Joe@example.org</D:href>"
                    "<D:href>/me/</D:href></C:calendar-user-address-set>",
                ),
            )
            named = "C:schedule-default-calendar-URL"
            default = f"<{named}><D:href>/home/mine</D:href></{named}>"
            server.says("PROPFIND", "/home/in/", response("/home/in/", default))
            server.replies("OPTIONS", "/home/", 200, headers={"DAV": "1, 2, Calendar-Auto-Schedule"})
            found = await find_home(connections, client, CALDAV)
            assert (found.inbox, found.outbox, found.default) == ("/home/in/", "/home/out/", "/home/mine/")
            assert found.addresses == ("joe@example.org",)
            assert found.schedules
            server.replies("OPTIONS", "/home/", 200, headers={"DAV": "1, calendar-access"})
            assert not (await find_home(connections, client, CALDAV)).schedules

    run(work())
