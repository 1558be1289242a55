"""Machines that cannot tell anything of a server, however well that is."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from email.utils import format_datetime
from typing import Final

from overair.doctor.complaint import Complaint, Place
from overair.doctor.host import Host
from overair.ward.case import Case, Program
from overair.ward.cases.ports import silent_port, with_ports
from overair.ward.certificates import CertificateFiles
from overair.ward.dns_programs import asking, knot, unbound
from overair.ward.fronts import behind_haproxy
from overair.ward.ports import free_port
from overair.ward.site import AUTODISCOVER, MAIL, NAMES, healthy_site, records
from overair.ward.ward import DOMAIN, Ward

SERVER: Final = Host(MAIL)
NOWHERE: Final = "fe80::1"
"""An address of a link that is not named: the kernel knows no way, whatever networks there are."""
PROXY: Final = "http://proxy.office.test:3128"
PORTAL: Final = "http://login.hotspot.test/welcome"
PORTAL_SITE: Final = """
server {{
    listen {address}:{https} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    return 302 {page};
}}
server {{
    listen {address}:{http};
    return 302 {page};
}}
"""


def _portal(ward: Ward, address: str) -> str:
    """nginx as the box of a hotel: whoever is asked for, its log-in page is answered."""
    certificate = ward.other_authority.issue(("login.hotspot.test",))
    return PORTAL_SITE.format(
        address=address,
        https=ward.https,
        http=ward.http,
        certificate=certificate.chain_file,
        key=certificate.key_file,
        page=PORTAL,
    )


@contextlib.asynccontextmanager
async def _no_network(ward: Ward) -> AsyncIterator[Complaint]:
    yield ward.complaint(replace(ward.surroundings(), landmarks=(NOWHERE,)))


@contextlib.asynccontextmanager
async def _silent_resolver(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    port = free_port((address,), datagrams=True)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(address, port))
    try:
        yield ward.complaint(asking(ward, Place(address, port)))
    finally:
        transport.close()


@contextlib.asynccontextmanager
async def _refusing_resolver(ward: Ward) -> AsyncIterator[Complaint]:
    rule = "access-control: 127.0.0.1/32 refuse"
    async with knot(ward, "mail A 127.0.0.1") as place, unbound(ward, place, rule) as resolver:
        yield ward.complaint(asking(ward, resolver))


@contextlib.asynccontextmanager
async def _redirecting_network(ward: Ward) -> AsyncIterator[Complaint]:
    """Names are looked up as ever; every connection ends at the box."""
    web, mail = ward.address(), ward.address()
    records(ward, mail)
    ward.zone.add(DOMAIN, "A", web)
    async with ward.nginx(_portal(ward, web) + _portal(ward, mail)):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _inventing_network(ward: Ward) -> AsyncIterator[Complaint]:
    """Every name is answered with the box."""
    box = ward.address()
    async with knot(ward, f"* A {box}", origin=".") as place, ward.nginx(_portal(ward, box)):
        yield ward.complaint(asking(ward, place))


@contextlib.asynccontextmanager
async def _inventing_provider(ward: Ward) -> AsyncIterator[Complaint]:
    """Names that do not exist lead to advertisements; those that do are right."""
    async with healthy_site(ward) as site:
        lines = f"{MAIL}. A {site.address}\n{AUTODISCOVER}. A {site.address}\n* A {ward.address()}"
        async with knot(ward, lines, origin=".") as place:
            yield ward.complaint(asking(ward, place), server=SERVER)


def _at(ahead: dt.timedelta) -> str:
    """Lines of HAProxy: a server whose clock is that far ahead of ours."""
    return (
        f'    http-after-response set-header Date "{format_datetime(dt.datetime.now(dt.UTC) + ahead, True)}"'
    )


@contextlib.asynccontextmanager
async def _clocks(
    ward: Ward, mail: dt.timedelta, web: dt.timedelta, certificate: CertificateFiles | None = None
) -> AsyncIterator[None]:
    """The server and the web site of the domain, each with a clock of its own."""
    address, elsewhere = ward.address(), ward.address()
    records(ward, address)
    ward.zone.add(DOMAIN, "A", elsewhere)
    site = ward.authority.issue((DOMAIN,))
    async with (
        behind_haproxy(ward, address, certificate, frontend=_at(mail)),
        behind_haproxy(ward, elsewhere, site, frontend=f"{_at(web)}\n    http-request deny deny_status 404"),
    ):
        yield


@contextlib.asynccontextmanager
async def _slow_clock(ward: Ward) -> AsyncIterator[Complaint]:
    """The machine's clock stands forty days behind: a new certificate seems not to be valid yet."""
    ahead = dt.timedelta(days=40)
    async with _clocks(ward, ahead, ahead, ward.authority.issue(NAMES, start=35, end=125)):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _fast_clock(ward: Ward) -> AsyncIterator[Complaint]:
    """It runs three months ahead: the certificate seems to have expired."""
    behind = -dt.timedelta(days=95)
    async with _clocks(ward, behind, behind, ward.authority.issue(NAMES, start=-120, end=-30)):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _servers_clock(ward: Ward) -> AsyncIterator[Complaint]:
    async with _clocks(ward, dt.timedelta(hours=3), dt.timedelta()):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _clock_off(ward: Ward) -> AsyncIterator[Complaint]:
    ahead = dt.timedelta(minutes=20)
    async with _clocks(ward, ahead, ahead):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _other_time(ward: Ward) -> AsyncIterator[Complaint]:
    """There is the one server, and nobody else to ask for the time."""
    address = ward.address()
    records(ward, address)
    async with behind_haproxy(ward, address, frontend=_at(dt.timedelta(hours=-3))):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _only_proxy(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    around = replace(with_ports(ward), proxies={"https": PROXY, "no": "localhost"})
    with silent_port(address, ward.https):
        yield ward.complaint(around, server=SERVER)


@contextlib.asynccontextmanager
async def _proxy_besides(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint(replace(ward.surroundings(), proxies={"https": PROXY}))


CASES: Final = (
    Case(
        id="no-network",
        title="“Nothing works since I have moved my desk.”",
        illness="no-network",
        program=Program.SCRIPTED,
        start=_no_network,
    ),
    Case(
        id="resolver-silent",
        title="“The computer says that it is connected.”",
        illness="resolver-silent",
        program=Program.SCRIPTED,
        start=_silent_resolver,
    ),
    Case(
        id="resolver-refuses",
        title="“We have a new name server. Since then nothing can be looked up here.”",
        illness="resolver-refuses",
        program=Program.UNBOUND,
        start=_refusing_resolver,
    ),
    Case(
        id="hotel",
        title="“In the hotel my phone says that the certificate is wrong.”",
        illness="captive-portal",
        program=Program.NGINX,
        start=_redirecting_network,
    ),
    Case(
        id="train",
        title="“On the train there is a network, but no mail.”",
        illness="captive-portal",
        program=Program.KNOT,
        start=_inventing_network,
    ),
    Case(
        id="clock-behind",
        title="“It says that our new certificate is not valid yet.”",
        illness="clock-wrong",
        program=Program.HAPROXY,
        start=_slow_clock,
    ),
    Case(
        id="clock-ahead",
        title="“It says that the certificate has expired, but we have renewed it.”",
        illness="clock-wrong",
        program=Program.HAPROXY,
        start=_fast_clock,
    ),
    Case(
        id="clock-of-the-server",
        title="“Mail comes from the future.”",
        illness="server-clock-wrong",
        program=Program.HAPROXY,
        start=_servers_clock,
    ),
    Case(
        id="only-by-proxy",
        title="“In the browser everything works.”",
        illness="way-out-only-by-proxy",
        program=Program.SCRIPTED,
        start=_only_proxy,
    ),
    Case(
        id="clock-off-a-little",
        title="“The clock in the corner is never right.”",
        illness=None,
        program=Program.HAPROXY,
        start=_clock_off,
        shows=("clock-off",),
        harmless="the machine's clock is twenty minutes slow",
    ),
    Case(
        id="clocks-of-two-minds",
        title="“The server says that it is noon, my computer says that it is three.”",
        illness=None,
        program=Program.HAPROXY,
        start=_other_time,
        shows=("clocks-differ",),
        harmless="the clocks of server and machine differ by three hours",
    ),
    Case(
        id="proxy-besides",
        title="“We have a proxy, but nobody has to use it.”",
        illness=None,
        program=Program.NGINX,
        start=_proxy_besides,
        shows=("proxy-in-environment",),
        harmless="the environment names a proxy",
    ),
    Case(
        id="provider-invents",
        title="“Whatever I mistype, the provider has something to sell.”",
        illness=None,
        program=Program.KNOT,
        start=_inventing_provider,
        shows=("resolver-invents",),
        harmless="the name server answers names that do not exist",
    ),
)
"""What is wrong where the doctor stands."""
