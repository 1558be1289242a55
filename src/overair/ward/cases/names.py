"""Names that lead nowhere."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.ward.case import Case, Program, Start
from overair.ward.dns_programs import OTHER_KEY, asking, knot, unbound
from overair.ward.site import AUTODISCOVER, MAIL, healthy_site
from overair.ward.ward import DOMAIN, Ward
from overair.ward.zone import Behaviour

SERVER: Final = Host(MAIL)
CHAIN: Final = 10


def zone_of(lines: str) -> Start:
    """A case that is but a zone, served by Knot."""

    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        async with knot(ward, lines) as place:
            yield ward.complaint(asking(ward, place), server=SERVER)

    return start


@contextlib.asynccontextmanager
async def _chain(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward) as site:
        links = [MAIL, *(f"hop{number}.{DOMAIN}" for number in range(1, CHAIN))]
        ward.zone.remove(MAIL)
        for link, target in itertools.pairwise(links):
            ward.zone.add(link, "CNAME", f"{target}.")
        ward.zone.add(links[-1], "A", site.address)
        yield ward.complaint(server=SERVER)


@contextlib.asynccontextmanager
async def _other_key(ward: Ward) -> AsyncIterator[Complaint]:
    """The registrar still has the DS record of a key that is gone."""
    async with healthy_site(ward) as site:
        lines = f"mail A {site.address}\nautodiscover CNAME mail"
        async with knot(ward, lines, signed=True) as place, unbound(ward, place, OTHER_KEY) as resolver:
            yield ward.complaint(asking(ward, resolver), server=SERVER)


@contextlib.asynccontextmanager
async def _lame(ward: Ward) -> AsyncIterator[Complaint]:
    """The name server that the domain is delegated to knows nothing of the name below."""
    async with (
        knot(ward, "ns A 127.0.0.1", origin="other.test.") as stranger,
        knot(ward, "@ MX 10 relay.other.test.") as place,
        unbound(ward, place, stub=(MAIL, stranger)) as resolver,
    ):
        yield ward.complaint(asking(ward, resolver), server=SERVER)


@contextlib.asynccontextmanager
async def _filter(ward: Ward) -> AsyncIterator[Complaint]:
    async with (
        knot(ward, f"mail A {ward.address()}") as place,
        unbound(ward, place, f'local-zone: "{MAIL}." refuse') as resolver,
    ):
        yield ward.complaint(asking(ward, resolver), server=SERVER)


@contextlib.asynccontextmanager
async def _silent(ward: Ward) -> AsyncIterator[Complaint]:
    ward.zone.behave(MAIL, Behaviour.SILENT)
    yield ward.complaint(server=SERVER)


@contextlib.asynccontextmanager
async def _family_fails(ward: Ward) -> AsyncIterator[Complaint]:
    ward.zone.behave(MAIL, Behaviour.SERVFAIL, kind="AAAA")
    async with healthy_site(ward):
        yield ward.complaint(server=SERVER)


@contextlib.asynccontextmanager
async def _blocked(ward: Ward) -> AsyncIterator[Complaint]:
    async with (
        knot(ward, f"mail A {ward.address()}") as place,
        unbound(ward, place, f'local-zone: "{MAIL}." always_null') as resolver,
    ):
        yield ward.complaint(asking(ward, resolver), server=SERVER)


@contextlib.asynccontextmanager
async def _single_word(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint(server=Host("exchange01"))


@contextlib.asynccontextmanager
async def _local(ward: Ward) -> AsyncIterator[Complaint]:
    """The server is well, under the name that the installer gave it."""
    name = "exchange.ward.local"
    address = ward.address()
    ward.zone.add(name, "A", address)
    names = (name, MAIL, AUTODISCOVER)
    async with healthy_site(ward, address=address, names=names):
        yield ward.complaint(server=Host(name))


@contextlib.asynccontextmanager
async def _long_memory(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward) as site:
        lines = f"mail A {site.address}\nautodiscover 0 A {site.address}"
        async with knot(ward, lines, ttl=14 * 86400) as place:
            yield ward.complaint(asking(ward, place))


def _case(name: str, illness: str, title: str, start: Start, program: Program = Program.KNOT) -> Case:
    return Case(id=name, title=title, illness=illness, program=program, start=start)


CASES: Final = (
    _case(
        "name-misspelt",
        "name-unknown",
        "“It says that it cannot find the server. I have typed what stands in the letter.”",
        zone_of("exchange A 127.0.0.1"),
    ),
    _case(
        "record-forgotten",
        "name-without-address",
        "“The provider says that the name is there.”",
        zone_of('mail TXT "here comes the mail server"'),
    ),
    _case(
        "alias-of-nothing",
        "alias-dangling",
        "“We have moved the server, and everything still has its old name.”",
        zone_of("mail CNAME server7\nautodiscover CNAME mail"),
    ),
    _case(
        "alias-of-no-address",
        "alias-without-address",
        "“The alias is right, I have looked it up.”",
        zone_of('mail CNAME server7\nserver7 TXT "no longer"'),
    ),
    _case(
        "alias-in-a-circle",
        "alias-loop",
        "“One of the two names must be the right one.”",
        zone_of("mail CNAME owa\nowa CNAME mail"),
    ),
    _case(
        "alias-of-an-alias",
        "alias-chain-long",
        "“Some phones find it, some do not, and it changes.”",
        _chain,
        Program.DNS,
    ),
    _case(
        "signatures-wrong",
        "dnssec-bogus",
        "“At home it works. In the mobile network nobody finds the server.”",
        _other_key,
        Program.UNBOUND,
    ),
    _case(
        "delegated-to-a-stranger",
        "dns-fails",
        "“Since we changed the provider nobody finds the server.”",
        _lame,
        Program.UNBOUND,
    ),
    _case(
        "name-filtered",
        "dns-refuses",
        "“Since the new name server nobody in the house gets mail.”",
        _filter,
        Program.UNBOUND,
    ),
    _case(
        "question-dropped",
        "dns-silent",
        "“Everything else can be looked up.”",
        _silent,
        Program.DNS,
    ),
    _case(
        "other-family-fails",
        "dns-fails-for-a-family",
        "“The load balancer is our name server, too. Some phones find nothing.”",
        _family_fails,
        Program.DNS,
    ),
    _case(
        "name-blocked",
        "address-null",
        "“With the advertising filter the phone stopped.”",
        _blocked,
        Program.UNBOUND,
    ),
    _case(
        "single-word",
        "internal-name",
        "“In Outlook the server is called exchange01, so I have typed that.”",
        _single_word,
        Program.DNS,
    ),
    _case(
        "dot-local",
        "internal-name",
        "“The name works on every computer in the office.”",
        _local,
        Program.DNS,
    ),
    Case(
        id="ttl-odd",
        title="“We will move the server on Friday.”",
        illness=None,
        program=Program.KNOT,
        start=_long_memory,
        shows=("ttl-long", "ttl-zero"),
        harmless="one address may be remembered for two weeks, another one not at all",
    ),
)
"""What a name can have, seen from one place."""
