"""The client library finds a server by an address and a password, and gives the password to nobody else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import dns.asyncresolver
import pytest
from aiohttp import web

from overair.client import Client, DiscoveryFailed, SynchronousClient, discover
from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import Failure, Redirect, Schema, Settings
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH as PATH
from overair.tls.contexts import tls_context
from support.hosts import Hosts
from support.name_server import NameServer
from support.packages import needs
from support.ports import free_port
from support.server import ANNA, DOMAIN, PASSWORD, RunningServer, running_server

AUTODISCOVER = f"autodiscover.{DOMAIN}"


@pytest.fixture(scope="module", name="server")
def server_with_a_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server whose certificate is for the domain's names."""
    settings: dict[str, Any] = {
        "autodiscover.addresses": {f"old@{DOMAIN}": ANNA, f"loop@{DOMAIN}": f"loop@{AUTODISCOVER}"}
    }
    with running_server(tmp_path_factory.mktemp("discovery"), tls=True, **settings) as running:
        yield running


def no_dns() -> dns.asyncresolver.Resolver:
    """A name server that nobody is."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = []
    return resolver


def find(
    server: RunningServer,
    ports: dict[tuple[str, int], int],
    address: str = ANNA,
    password: str = PASSWORD,
    *,
    confirm: Callable[[str], bool] | None = None,
    resolver: dns.asyncresolver.Resolver | None = None,
) -> tuple[list[tuple[str, str]], str | None, DiscoveryFailed | None]:
    """What was tried, the URL that was found, and the failure."""

    async def work() -> tuple[list[tuple[str, str]], str | None, DiscoveryFailed | None]:
        try:
            found = await discover(
                address,
                password,
                ssl=server.trust or True,
                hosts=Hosts(ports),
                confirm=confirm,
                timeout=2,
                dns_resolver=resolver or no_dns(),
            )
        except DiscoveryFailed as error:
            return [(one.where, one.outcome) for one in error.attempts], None, error
        assert (found.address, found.display_name) == (ANNA, "Anna Ámund")
        return [(one.where, one.outcome) for one in found.attempts], found.url, None

    return asyncio.run(work())


def test_at_the_domain_itself(server: RunningServer) -> None:
    tried, url, _ = find(server, {(DOMAIN, 443): server.port})
    assert url == f"{server.url}/Microsoft-Server-ActiveSync"
    assert tried == [(f"https://{DOMAIN}{PATH}", "found")]


@pytest.mark.parametrize("address", ["ANNA@Example.ORG", "old@example.org"])
def test_at_autodiscover(server: RunningServer, address: str) -> None:
    tried, url, _ = find(server, {(AUTODISCOVER, 443): server.port}, address)
    assert url == f"{server.url}/Microsoft-Server-ActiveSync"
    assert [where for where, _ in tried][:2] == [f"https://{DOMAIN}{PATH}", f"https://{AUTODISCOVER}{PATH}"]


@needs("knotd")
def test_by_the_record_of_dns(server: RunningServer) -> None:
    lines = f"_autodiscover._tcp 60 IN SRV 0 0 {server.port} localhost."
    with NameServer(DOMAIN, lines) as names:
        ports = {("localhost", server.port): server.port}
        tried, url, failure = find(server, ports, resolver=names.resolver())
        assert url is None
        assert failure is not None
        assert tried[-1] == ("https://localhost", f"not asked: outside {DOMAIN}, and not confirmed")
        said: list[str] = []

        def confirm(host: str) -> bool:
            said.append(host)
            return True

        tried, url, _ = find(server, ports, resolver=names.resolver(), confirm=confirm)
        assert url == f"{server.url}/Microsoft-Server-ActiveSync"
        assert said == ["localhost"]
        assert [where for where, _ in tried] == [
            f"https://{DOMAIN}{PATH}",
            f"https://{AUTODISCOVER}{PATH}",
            f"http://{AUTODISCOVER}{PATH}",
            f"_autodiscover._tcp.{DOMAIN} SRV",
            f"https://localhost:{server.port}{PATH}",
        ]


def test_a_wrong_password(server: RunningServer) -> None:
    _, url, failure = find(server, {(DOMAIN, 443): server.port}, password="wrong")
    assert url is None
    assert failure is not None
    assert failure.refused
    assert "wrong" not in str(failure)


def test_addresses_that_lead_in_circles(server: RunningServer) -> None:
    tried, url, _ = find(server, {(DOMAIN, 443): server.port}, f"loop@{DOMAIN}")
    assert url is None
    assert len(tried) < 30


@pytest.mark.parametrize("address", ["", "anna", "@", "anna@", "anna@exa mple", "anna@-.example"])
def test_what_is_no_address(server: RunningServer, address: str) -> None:
    tried, url, _ = find(server, {}, address)
    assert (tried, url) == ([], None)


def test_a_client_of_the_server_that_is_found(server: RunningServer) -> None:
    hosts, trust = Hosts({(AUTODISCOVER, 443): server.port}), server.trust or True

    async def work() -> int:
        async with await Client.discover(ANNA, PASSWORD, device_id="d1", ssl=trust, hosts=hosts) as client:
            await client.folder_sync()
            return len(client.folders)

    assert asyncio.run(work()) > 5
    with SynchronousClient.discover(ANNA, PASSWORD, device_id="d2", ssl=trust, hosts=hosts) as client:
        assert client.options().versions
    with pytest.raises(DiscoveryFailed):
        SynchronousClient.discover(ANNA, "wrong", device_id="d3", ssl=trust, hosts=hosts)


# Servers that mean no good


Answering = Callable[[web.Request], Awaitable[web.Response]]


def document(answer: pox.Answer) -> bytes:
    from datetime import time

    return pox.write_answer(answer, Schema.MOBILE_SYNC, time(), 1)


def always(status: int = 200, body: bytes = b"", **headers: str) -> Answering:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return answer


async def endless(request: web.Request) -> web.Response:
    raise web.HTTPFound(f"https://{DOMAIN}/{len(request.path)}{'a' * (len(request.path) % 50)}")


async def huge(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(10_000):
        await response.write(b"<a>" * 10_000)
    return response


HOSTILE: dict[str, tuple[Answering, str]] = {
    "in the clear": (always(302, Location=f"http://{DOMAIN}/x"), "no https"),
    "in the clear by 451": (always(451, X_MS_Location=f"http://{DOMAIN}/x"), "no https"),
    "nowhere": (always(302), "no https"),
    "with a log-in": (always(302, Location="https://a:b@evil.example/"), "no https"),
    "a script": (always(301, Location="javascript:alert(1)"), "no https"),
    "a broken URL": (always(307, Location="https://[::1"), "no https"),
    "endless": (endless, "leads to"),
    "huge": (huge, "more than"),  # type: ignore[dict-item]  # a StreamResponse does as well
    "no XML": (always(200, b"<html>"), "not well-formed"),
    "another document": (always(200, b"<html/>"), "not an answer"),
    "entities": (always(200, b'<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>'), "not well-formed"),
    "an error": (always(200, document(Failure(601))), "error 601"),
    "another log-in": (always(401, WWW_Authenticate="Negotiate"), "HTTP 401"),
    "a server in the clear": (always(200, document(Settings(ANNA, "", f"http://{DOMAIN}"))), "no https"),
    "a server by a path": (always(200, document(Settings(ANNA, "", "/eas"))), "no https"),
    "no address": (always(200, document(Redirect("nobody"))), "no address"),
}


@asynccontextmanager
async def evil(server: RunningServer, answering: Answering, seen: list[str]) -> AsyncIterator[int]:
    """A server for the domain's names that answers so; what came as a log-in is seen."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        seen.append(request.headers.get("Authorization", ""))
        return await answering(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application)
    await runner.setup()
    assert server.root_certificate is not None
    folder = server.root_certificate.parent
    context: ssl.SSLContext = tls_context(folder / "server.pem", folder / "server.key")
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    try:
        yield port
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("name", HOSTILE)
def test_servers_that_mean_no_good(server: RunningServer, name: str) -> None:
    answering, said = HOSTILE[name]
    seen: list[str] = []

    async def work() -> DiscoveryFailed:
        async with evil(server, answering, seen) as port:
            hosts = Hosts({(DOMAIN, 443): port})
            with pytest.raises(DiscoveryFailed) as failed:
                await discover(
                    ANNA, PASSWORD, ssl=server.trust or True, hosts=hosts, timeout=5, dns_resolver=no_dns()
                )
            assert all(port == 443 for host, port in hosts.asked if host != AUTODISCOVER)
            return failed.value

    failure = asyncio.run(work())
    assert said in " ".join(one.outcome for one in failure.attempts)
    assert len(failure.attempts) < 20
    assert set(seen) == {""}  # nobody who does not ask for a password gets it


def test_a_server_that_only_asks_for_passwords(server: RunningServer) -> None:
    """It gets the password, as from every phone; but only over HTTPS, and not from where it redirects to."""
    seen: list[str] = []

    async def work() -> None:
        async with evil(server, always(401, WWW_Authenticate='Basic realm="x"'), seen) as port:
            hosts = Hosts({(DOMAIN, 443): port, (AUTODISCOVER, 80): port})
            with pytest.raises(DiscoveryFailed) as failed:
                await discover(
                    ANNA, PASSWORD, ssl=server.trust or True, hosts=hosts, timeout=5, dns_resolver=no_dns()
                )
            assert failed.value.refused

    asyncio.run(work())
    assert [bool(one) for one in seen] == [False, True]


def test_an_unknown_certificate(server: RunningServer) -> None:
    async def work() -> None:
        hosts = Hosts({(DOMAIN, 443): server.port})
        with pytest.raises(DiscoveryFailed, match=r"(?i)certificate"):
            await discover(ANNA, PASSWORD, hosts=hosts, timeout=5, dns_resolver=no_dns())

    asyncio.run(work())
