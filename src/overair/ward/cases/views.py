"""Names that the inside and the outside see differently, and names that lead to somebody else."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.ward.case import Case, Program
from overair.ward.cases.ports import SMTP_PORT, smtp_server, with_ports
from overair.ward.dns_programs import OTHER_KEY, asking, knot, unbound
from overair.ward.site import AUTODISCOVER, MAIL, NAMES, healthy_site, records
from overair.ward.ward import DOMAIN, OTHER_DOMAIN, Ward
from overair.ward.zone import Behaviour

SERVER: Final = Host(MAIL)
PRIVATE: Final = "10.20.30.40"
"""Only ever answered by the name server outside: nobody connects there."""
SRV: Final = f"_autodiscover._tcp.{DOMAIN}"
RELAY: Final = "cluster5.eu.messagelabs.com"
EXCHANGE: Final = f"exch7.{DOMAIN}"
WEB_SITE: Final = """
server {{
    listen {address}:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ default_type text/html; return 200 "<html><title>Welcome</title></html>"; }}
}}
"""


@contextlib.asynccontextmanager
async def _only_inside(ward: Ward) -> AsyncIterator[Complaint]:
    ward.outside.behave(MAIL, Behaviour.NXDOMAIN)
    async with healthy_site(ward):
        yield ward.complaint(ward.surroundings(public=True), server=SERVER)


@contextlib.asynccontextmanager
async def _only_outside(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward) as site:
        ward.zone.behave(MAIL, Behaviour.NXDOMAIN)
        ward.outside.add(MAIL, "A", site.address)
        yield ward.complaint(ward.surroundings(public=True), server=SERVER)


@contextlib.asynccontextmanager
async def _private(ward: Ward) -> AsyncIterator[Complaint]:
    ward.outside.add(MAIL, "A", PRIVATE)
    async with healthy_site(ward):
        yield ward.complaint(ward.surroundings(public=True), server=SERVER)


@contextlib.asynccontextmanager
async def _private_among(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward) as site:
        for address in (PRIVATE, site.address):
            ward.outside.add(MAIL, "A", address)
        yield ward.complaint(ward.surroundings(public=True), server=SERVER)


@contextlib.asynccontextmanager
async def _split(ward: Ward) -> AsyncIterator[Complaint]:
    ward.outside.add(MAIL, "A", ward.address())
    async with healthy_site(ward):
        yield ward.complaint(ward.surroundings(public=True))


@contextlib.asynccontextmanager
async def _fails_outside(ward: Ward) -> AsyncIterator[Complaint]:
    """The outside asks a name server that was never told of the name."""
    async with (
        healthy_site(ward),
        knot(ward, "ns A 127.0.0.1", origin=f"{OTHER_DOMAIN}.") as stranger,
        unbound(ward, stranger) as outside,
    ):
        yield ward.complaint(asking(ward, ward.surroundings().resolvers[0], outside), server=SERVER)


@contextlib.asynccontextmanager
async def _bogus_outside(ward: Ward) -> AsyncIterator[Complaint]:
    """The office asks the zone itself; everybody else looks at the signatures."""
    async with healthy_site(ward) as site:
        lines = f"mail A {site.address}\nautodiscover CNAME mail"
        async with knot(ward, lines) as place, unbound(ward, place, OTHER_KEY) as outside:
            yield ward.complaint(asking(ward, place, outside), server=SERVER)


@contextlib.asynccontextmanager
async def _relay_given(ward: Ward) -> AsyncIterator[Complaint]:
    """The user was told what stands in the MX record."""
    address, relay = ward.address(), f"mx1.{OTHER_DOMAIN}"
    around = with_ports(ward)
    async with healthy_site(ward), smtp_server(address, around.ports[SMTP_PORT]):
        ward.zone.replace(DOMAIN, "MX", f"10 {relay}.")
        ward.zone.add(relay, "A", address)
        yield ward.complaint(around, server=Host(relay))


@contextlib.asynccontextmanager
async def _relay_by_alias(ward: Ward) -> AsyncIterator[Complaint]:
    around = with_ports(ward)
    async with healthy_site(ward):
        ward.zone.replace(AUTODISCOVER, "CNAME", f"{RELAY}.")
        ward.zone.replace(DOMAIN, "MX", f"10 {RELAY}.")
        ward.zone.add(RELAY, "A", ward.address())
        yield ward.complaint(around)


@contextlib.asynccontextmanager
async def _wildcard(ward: Ward) -> AsyncIterator[Complaint]:
    web, certificate = ward.address(), ward.authority.issue((DOMAIN, f"www.{DOMAIN}"))
    text = WEB_SITE.format(
        address=web, port=ward.https, certificate=certificate.chain_file, key=certificate.key_file
    )
    mail = ward.address()
    async with (
        healthy_site(ward, address=mail, dns=False),
        ward.nginx(text),
        knot(ward, f"@ A {web}\n* A {web}\nmail A {mail}") as place,
    ):
        yield ward.complaint(asking(ward, place))


@contextlib.asynccontextmanager
async def _wildcard_works(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, dns=False) as site, knot(ward, f"* A {site.address}") as place:
        yield ward.complaint(asking(ward, place))


@contextlib.asynccontextmanager
async def _service_record(ward: Ward) -> AsyncIterator[Complaint]:
    """The one record that leads to the server has the address where its name belongs."""
    address = ward.address()
    async with healthy_site(ward, address=address, names=(EXCHANGE,), dns=False):
        ward.zone.add(EXCHANGE, "A", address)
        ward.zone.add(SRV, "SRV", f"0 0 443 {address}.")
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _needless_record(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    ward.zone.add(SRV, "SRV", "0 0 0 .")
    async with healthy_site(ward, address=address, names=NAMES, dns=False):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="only-the-office-knows",
        title="“In the office it works, outside it does not.”",
        illness="name-only-inside",
        program=Program.DNS,
        start=_only_inside,
    ),
    Case(
        id="office-does-not-know",
        title="“As soon as I come into the office my phone stops.”",
        illness="name-only-outside",
        program=Program.DNS,
        start=_only_outside,
    ),
    Case(
        id="private-address-published",
        title="“The name is in DNS, I have seen to it myself.”",
        illness="private-address-outside",
        program=Program.DNS,
        start=_private,
    ),
    Case(
        id="private-address-besides",
        title="“Outside it works every second time.”",
        illness="private-address-among",
        program=Program.DNS,
        start=_private_among,
    ),
    Case(
        id="fails-outside",
        title="“The provider changed something about the domain.”",
        illness="dns-fails-outside",
        program=Program.UNBOUND,
        start=_fails_outside,
    ),
    Case(
        id="signatures-wrong-outside",
        title="“Here everything works, at customers' nothing.”",
        illness="dnssec-bogus-outside",
        program=Program.UNBOUND,
        start=_bogus_outside,
    ),
    Case(
        id="mail-relay-typed",
        title="“I have asked what our mail server is called, and typed that.”",
        illness="relay-not-server",
        program=Program.SCRIPTED,
        start=_relay_given,
    ),
    Case(
        id="autodiscover-at-relay",
        title="“We have all mail filtered by somebody now. Phones set themselves up no longer.”",
        illness="relay-not-server",
        program=Program.DNS,
        start=_relay_by_alias,
    ),
    Case(
        id="wildcard-to-web-site",
        title="“Phones want to know whether they trust our web site.”",
        illness="autodiscover-by-wildcard",
        program=Program.KNOT,
        start=_wildcard,
    ),
    Case(
        id="service-record-with-address",
        title="“I have set the SRV record as Outlook wants it.”",
        illness="srv-record-wrong",
        program=Program.DNS,
        start=_service_record,
    ),
    Case(
        id="split-horizon",
        title="“Inside and outside have addresses of their own.”",
        illness=None,
        program=Program.DNS,
        start=_split,
        shows=("split-horizon",),
        harmless="the name has another address outside",
    ),
    Case(
        id="wildcard-to-server",
        title="“Every name leads to our one server.”",
        illness=None,
        program=Program.KNOT,
        start=_wildcard_works,
        shows=("wildcard-record",),
        harmless="autodiscover.ward.test exists by a wildcard in DNS",
    ),
    Case(
        id="service-record-needless",
        title="“Somebody has set an SRV record once.”",
        illness=None,
        program=Program.DNS,
        start=_needless_record,
        shows=("srv-record-odd",),
        harmless="the SRV record of Autodiscover says that there is none",
    ),
)
"""What a name can have, seen from two places."""
