"""Names that this machine sees in its own way."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from overair.doctor.complaint import Complaint, Place
from overair.doctor.host import Host
from overair.ward.case import Case, Program
from overair.ward.dns_programs import asking, unbound
from overair.ward.ports import free_port
from overair.ward.site import AUTODISCOVER, MAIL, healthy_site
from overair.ward.ward import Ward

SLOWNESS: Final = 1.6
"""Seconds that the zone's name server takes for each answer."""
PATIENT: Final = "unknown-server-time-limit: 9000"
"""Unbound's milliseconds before it asks again."""


@contextlib.asynccontextmanager
async def _no_resolver(ward: Ward) -> AsyncIterator[Complaint]:
    """The file that names the name servers is there, and names none."""
    file = ward.folder() / "resolv.conf"
    file.write_text("# made by hand\nsearch ward.test\n")
    yield ward.complaint(replace(ward.surroundings(), resolvers=(), resolver_file=str(file), hosts={}))


@contextlib.asynccontextmanager
async def _only_here(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward) as site:
        ward.zone.remove(MAIL)
        yield ward.complaint(replace(ward.surroundings(), hosts={MAIL: (site.address,)}), server=Host(MAIL))


@contextlib.asynccontextmanager
async def _test_server(ward: Ward) -> AsyncIterator[Complaint]:
    """The administrator's machine is led to the new server, which is well; the world goes to the old."""
    async with healthy_site(ward) as site:
        ward.zone.replace(MAIL, "A", ward.address())
        hosts = dict.fromkeys((MAIL, AUTODISCOVER), (site.address,))
        yield ward.complaint(replace(ward.surroundings(), hosts=hosts))


@contextlib.asynccontextmanager
async def _slow(ward: Ward) -> AsyncIterator[Complaint]:
    """Only the first look-up is slow, as everywhere where a resolver remembers."""
    async with healthy_site(ward) as site:
        ward.zone.remove(AUTODISCOVER)
        ward.zone.add(AUTODISCOVER, "A", site.address)
        ward.zone.behave(MAIL, delay=SLOWNESS)
        async with unbound(ward, ward.surroundings().resolvers[0], PATIENT) as resolver:
            yield ward.complaint(replace(asking(ward, resolver), connect_seconds=4.0), server=Host(MAIL))


@contextlib.asynccontextmanager
async def _one_is_gone(ward: Ward) -> AsyncIterator[Complaint]:
    usual = ward.surroundings()
    address = ward.address()
    gone = Place(address, free_port((address,), datagrams=True))
    async with healthy_site(ward):
        yield ward.complaint(replace(usual, resolvers=(*usual.resolvers, gone)))


CASES: Final = (
    Case(
        id="no-name-server",
        title="“I have cleaned up some files. Now nothing is found.”",
        illness="no-resolver",
        program=Program.SCRIPTED,
        start=_no_resolver,
    ),
    Case(
        id="only-this-machine-knows",
        title="“On my computer the name works, I have seen to that. On phones it does not.”",
        illness="name-only-here",
        program=Program.DNS,
        start=_only_here,
    ),
    Case(
        id="hosts-file",
        title="“I try the new server out before the others see it.”",
        illness=None,
        program=Program.NGINX,
        start=_test_server,
        shows=("hosts-file",),
        harmless="the hosts file of this machine leads somewhere else than DNS",
    ),
    Case(
        id="slow-name-server",
        title="“The first time it takes a while.”",
        illness=None,
        program=Program.UNBOUND,
        start=_slow,
        shows=("dns-slow",),
        harmless="a name server takes its time",
    ),
    Case(
        id="one-name-server-gone",
        title="“We have two name servers, so that nothing can happen.”",
        illness=None,
        program=Program.DNS,
        start=_one_is_gone,
        shows=("resolver-partly-silent",),
        harmless="one of two name servers does not answer",
    ),
)
"""What only this machine has."""
