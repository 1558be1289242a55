"""What addresses has the host?"""

from __future__ import annotations

import asyncio
from typing import Final

import dns.rdatatype

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.names.illnesses import (
    ALIAS_DANGLING,
    ALIAS_LONG,
    ALIAS_LOOP,
    ALIAS_WITHOUT_ADDRESS,
    AUTODISCOVER_MISSING,
    DNS_FAILS,
    DNS_REFUSES,
    DNS_SILENT,
    DNSSEC_BOGUS,
    FAMILY_FAILS,
    HOSTS_FILE,
    HOSTS_FILE_ONLY,
    SLOW,
    UNKNOWN,
    WITHOUT_ADDRESS,
)
from overair.doctor.facts.machine import Online, Resolving
from overair.doctor.facts.names import Addresses
from overair.doctor.illness import Illness
from overair.doctor.network.lookup import ADDRESS_KINDS, ANSWERED, Looked, Outcome, look_up, walk
from overair.doctor.network.resolving import literal, of_this_machine

LONG_CHAIN: Final = 8
"""Some resolvers follow no more (BIND 9.18 stops at 11, PowerDNS at 10)."""
SLOW_SECONDS: Final = 1.5
"""Phones wait 5 seconds for one name server, and look up several names."""
_UNANSWERED: Final[dict[Outcome, Illness]] = {
    Outcome.FAILED: DNS_FAILS,
    Outcome.MALFORMED: DNS_FAILS,
    Outcome.REFUSED: DNS_REFUSES,
    Outcome.SILENT: DNS_SILENT,
    Outcome.UNREACHABLE: DNS_SILENT,
}


async def _examine(bedside: Bedside) -> Addresses | None:
    """The addresses of the host that may be asked. Raises NotReached where none may."""
    found = await _found(bedside)
    name, may_ask = bedside.host.name, bedside.complaint.may_ask
    if found is None or all(may_ask(name, address) for address in found.all):
        return found
    ipv4 = tuple(address for address in found.ipv4 if may_ask(name, address))
    ipv6 = tuple(address for address in found.ipv6 if may_ask(name, address))
    if not ipv4 and not ipv6:
        raise NotReached("it is of another domain and within a network, where it is not asked from here")
    return Addresses(ipv4, ipv6, found.chain, found.ttl)


async def _found(bedside: Bedside) -> Addresses | None:
    name = bedside.host.name
    typed = literal(name)
    if typed is not None:
        return Addresses((name,), ()) if typed.version == 4 else Addresses((), (name,))
    here = await of_this_machine(bedside.surroundings, name)
    ours = _told(here) if here else None
    if bedside.wanted(Resolving) is None:
        if ours is None:
            raise NotReached("no name server answers")
        return ours
    asked = await asyncio.gather(*(look_up(bedside.surroundings, name, kind) for kind in ADDRESS_KINDS))
    found = _addresses(asked)
    if found is None:
        if ours is not None:
            bedside.find(HOSTS_FILE_ONLY, addresses=", ".join(ours.all))
            return ours
        await _say_why(bedside, asked)
        return None
    if ours is not None and not set(ours.all) & set(found.all):
        bedside.find(HOSTS_FILE, here=", ".join(ours.all), there=", ".join(found.all))
    if len(found.chain) > LONG_CHAIN:
        bedside.find(ALIAS_LONG, count=len(found.chain), last=found.chain[-1])
    for kind, looked in zip(ADDRESS_KINDS, asked, strict=True):
        if looked.outcome not in ANSWERED:
            bedside.find(FAMILY_FAILS, kind=kind.name, outcome=looked.outcome)
    slowest = max(looked.seconds for looked in asked)
    if slowest >= SLOW_SECONDS:
        bedside.find(SLOW, seconds=f"{slowest:.1f}")
    for alias in found.chain:
        bedside.note(f"alias of {alias}")
    bedside.note(", ".join(found.all))
    # What the system says is what HTTP goes to; DNS's answer is the phones'.
    return Addresses(ours.ipv4, ours.ipv6, found.chain, found.ttl) if ours is not None else found


def _told(addresses: tuple[str, ...]) -> Addresses:
    return Addresses(
        tuple(address for address in addresses if ":" not in address),
        tuple(address for address in addresses if ":" in address),
    )


def _addresses(asked: list[Looked]) -> Addresses | None:
    ipv4, ipv6 = (tuple(record.to_text() for record in looked.records) for looked in asked)
    if not ipv4 and not ipv6:
        return None
    ttl = min(looked.ttl for looked in asked if looked.ttl is not None)
    return Addresses(ipv4, ipv6, max((looked.chain for looked in asked), key=len), ttl)


async def _say_why(bedside: Bedside, asked: list[Looked]) -> None:
    """Find the illness of a name without an address."""
    name, around = bedside.host.name, bedside.surroundings
    domain, given = bedside.complaint.mail_domain, bedside.complaint.server
    may_be_missing = given is None or given.name != name
    answered = [looked for looked in asked if looked.outcome in ANSWERED]
    chain = max((looked.chain for looked in asked), key=len)
    worst = next((looked.outcome for looked in asked if looked.outcome not in ANSWERED), None)
    if worst is not None and not chain:
        walked = await walk(around, name)
        if len(set(walked) | {name}) <= len(walked):
            bedside.find(ALIAS_LOOP, trail=" → ".join((name, *walked)))
            return
        chain = walked
    if worst is Outcome.FAILED:
        unchecked = await look_up(around, name, dns.rdatatype.A, checked=False)
        if unchecked.outcome in ANSWERED:
            bedside.find(DNSSEC_BOGUS, name=chain[-1] if chain else name)
            return
    if worst is Outcome.LOOP:
        bedside.find(ALIAS_LOOP, trail=" → ".join((name, *await walk(around, name))))
    elif worst is not None:
        bedside.find(_UNANSWERED[worst])
    elif chain:
        unknown = any(looked.outcome is Outcome.UNKNOWN for looked in answered)
        bedside.find(ALIAS_DANGLING if unknown else ALIAS_WITHOUT_ADDRESS, target=chain[-1])
    elif name == domain and may_be_missing:
        bedside.note("no address, and needs none")
    elif name == f"autodiscover.{domain}" and may_be_missing:
        bedside.find(AUTODISCOVER_MISSING, domain=domain)
    else:
        unknown = any(looked.outcome is Outcome.UNKNOWN for looked in answered)
        bedside.find(UNKNOWN if unknown else WITHOUT_ADDRESS)


CHECK: Final = Check(
    id="addresses",
    title="Which addresses has the host?",
    section=Section.NAMES,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Online,),
    wants=(Resolving,),
    yields=Addresses,
    finds=(
        UNKNOWN,
        WITHOUT_ADDRESS,
        ALIAS_DANGLING,
        ALIAS_WITHOUT_ADDRESS,
        ALIAS_LOOP,
        DNSSEC_BOGUS,
        DNS_FAILS,
        DNS_REFUSES,
        DNS_SILENT,
        HOSTS_FILE_ONLY,
        ALIAS_LONG,
        FAMILY_FAILS,
        AUTODISCOVER_MISSING,
        HOSTS_FILE,
        SLOW,
    ),
)
