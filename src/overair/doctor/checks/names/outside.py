"""Does the outside see the host as this network does?"""

from __future__ import annotations

import asyncio
from typing import Final

import dns.rdatatype

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.machine import Online
from overair.doctor.facts.names import Addresses, Outside
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.lookup import ADDRESS_KINDS, ANSWERED, Looked, Outcome, look_up
from overair.doctor.network.resolving import literal

ONLY_INSIDE: Final = Illness(
    id="name-only-inside",
    severity=Severity.BREAKS,
    says="Only the inner name server knows {host} ({inside}); the public ones do not, and neither do phones "
    "outside.",
    cure="Add the record `{host}. A ADDRESS` with the public address of the server to the public zone: at "
    "the registrar or provider whom `dig NS ZONE @8.8.8.8` names, not only at the inner name server.",
)
ONLY_OUTSIDE: Final = Illness(
    id="name-only-outside",
    severity=Severity.IMPAIRS,
    says="The public name servers know {host} ({outside}), the one of this network does not: phones fail as "
    "soon as they are in this network.",
    cure="Add {host} to the inner zone as well: a zone of the same name inside hides all records of the "
    "public one.",
    explains=frozenset(("name-unknown", "name-without-address", "autodiscover-name-missing")),
)
FAILS_OUTSIDE: Final = Illness(
    id="dns-fails-outside",
    severity=Severity.BREAKS,
    says="This network's name server knows {host}; the public ones fail ({outcome}).",
    cure="Ask each name server of the zone itself (`dig NS ZONE`, then `dig @SERVER {host}`) from outside: "
    "mend those that are not reached, or take them out of the delegation at the registrar.",
)
BOGUS_OUTSIDE: Final = Illness(
    id="dnssec-bogus-outside",
    severity=Severity.BREAKS,
    says="The signatures (DNSSEC) of {host} are wrong: this network's name server does not look at them, but "
    "the public ones do and give no address.",
    cure="Sign the zone anew (signatures that have expired), and let the DS record at the registrar match "
    "the zone's key: compare `dig +cd DNSKEY ZONE` with `dig DS ZONE`. Without a key any more, remove the "
    "DS record.",
)
SPLIT: Final = Illness(
    id="split-horizon",
    severity=Severity.ODDITY,
    says="{host} is {inside} in this network and {outside} outside: two ways in, of which this examination "
    "walks the inner one.",
    cure="Nothing has to be done where both lead to the same server with the same certificate. Run the "
    "doctor from outside (or with `--resolver` at a public name server) to see what phones see there.",
)


async def _examine(bedside: Bedside) -> Outside | None:
    name, around = bedside.host.name, bedside.surroundings
    if not around.public_resolvers:
        raise NotReached("no public name server was given")
    if literal(name) is not None:
        raise NotReached("an address was typed in")
    asked = await asyncio.gather(
        *(look_up(around, name, kind, places=around.public_resolvers) for kind in ADDRESS_KINDS)
    )
    seen = tuple(record.to_text() for looked in asked for record in looked.records)
    inside = bedside.wanted(Addresses)
    if seen:
        bedside.note(", ".join(seen))
        _compare(bedside, inside, seen)
        return Outside(seen)
    if inside is not None:
        await _say_why(bedside, inside, asked)
    return None


def _compare(bedside: Bedside, inside: Addresses | None, seen: tuple[str, ...]) -> None:
    outside = ", ".join(seen)
    if inside is None:
        bedside.find(ONLY_OUTSIDE, outside=outside)
    elif not set(inside.all) & set(seen):
        bedside.find(SPLIT, inside=", ".join(inside.all), outside=outside)


async def _say_why(bedside: Bedside, inside: Addresses, asked: list[Looked]) -> None:
    failed = next((looked.outcome for looked in asked if looked.outcome not in ANSWERED), None)
    if failed is None:
        bedside.find(ONLY_INSIDE, inside=", ".join(inside.all))
        return
    if failed in (Outcome.SILENT, Outcome.UNREACHABLE):
        raise NotReached("the public name servers do not answer this machine")
    around, name = bedside.surroundings, bedside.host.name
    places = around.public_resolvers
    unchecked = await look_up(around, name, dns.rdatatype.A, places=places, checked=False)
    bedside.find(BOGUS_OUTSIDE if unchecked.outcome in ANSWERED else FAILS_OUTSIDE, outcome=failed)


CHECK: Final = Check(
    id="outside-view",
    title="Does the outside see it alike?",
    section=Section.NAMES,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Online,),
    wants=(Addresses,),
    yields=Outside,
    finds=(ONLY_INSIDE, BOGUS_OUTSIDE, FAILS_OUTSIDE, ONLY_OUTSIDE, SPLIT),
)
