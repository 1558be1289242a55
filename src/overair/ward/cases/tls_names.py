"""Certificates for other names than the one that phones call."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.ward.case import Case, Program
from overair.ward.showing import showing
from overair.ward.site import NAMES, healthy_site, records
from overair.ward.ward import DOMAIN, Ward

DEEP: Final = f"mail.office.{DOMAIN}"


@contextlib.asynccontextmanager
async def _typed_in(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward) as site:
        yield ward.complaint(server=Host(site.address))


@contextlib.asynccontextmanager
async def _too_deep(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    ward.zone.add(DEEP, "A", address)
    certificate = ward.authority.issue((f"*.{DOMAIN}", DOMAIN))
    async with healthy_site(ward, address=address, certificate=certificate, names=(*NAMES, DEEP), dns=False):
        yield ward.complaint(server=Host(DEEP))


@contextlib.asynccontextmanager
async def _bare(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    ward.zone.add(DOMAIN, "A", address)
    certificate = ward.authority.issue((f"*.{DOMAIN}",))
    async with healthy_site(ward, address=address, certificate=certificate, names=(DOMAIN,), dns=False):
        yield ward.complaint(server=Host(DOMAIN))


CASES: Final = (
    Case(
        id="address-typed-in",
        title="“The name did not work once, so we type the number in.”",
        illness="name-address-typed",
        program=Program.NGINX,
        start=_typed_in,
    ),
    Case(
        id="common-name-only",
        title="“We made the certificate with an instruction of 2008, and it always worked.”",
        illness="name-common-name-only",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue((f"*.{DOMAIN}",), common_name_only=True)),
    ),
    Case(
        id="netbios-name",
        title="“On the computers in the office there is no warning.”",
        illness="name-netbios",
        program=Program.APACHE,
        start=showing(lambda ward: ward.authority.issue(("exchange",)), Program.APACHE),
    ),
    Case(
        id="internal-name",
        title="“The computer is called like that, I have looked it up.”",
        illness="name-internal",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(("exchange.office.local", "exchange"))),
    ),
    Case(
        id="wildcard-too-deep",
        title="“We have a certificate for everything, and this one name does not work.”",
        illness="name-wildcard-depth",
        program=Program.NGINX,
        start=_too_deep,
    ),
    Case(
        id="wildcard-without-domain",
        title="“With the name of the company itself it does not work.”",
        illness="name-wildcard-apex",
        program=Program.NGINX,
        start=_bare,
    ),
    Case(
        id="name-of-another-site",
        title="“Since the shop is on the same server, the phones complain.”",
        illness="name-mismatch",
        program=Program.HAPROXY,
        start=showing(lambda ward: ward.authority.issue(("shop.other.test",)), Program.HAPROXY),
    ),
    Case(
        id="no-name-at-all",
        title="“The certificate came with the device.”",
        illness="name-missing",
        program=Program.NGINX,
        start=showing(lambda ward: ward.authority.issue(("Appliance Default",), common_name_only=True)),
    ),
)
"""Each name is believed by the machine, but for the wrong host."""
