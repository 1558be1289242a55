"""Do this machine's name servers answer?"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import Final

import dns.rdatatype

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.complaint import Place
from overair.doctor.consequences import NOTHING_KNOWN
from overair.doctor.facts.machine import Online, Resolving
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.lookup import Looked, Outcome, look_up, name_servers

NO_RESOLVER: Final = Illness(
    id="no-resolver",
    severity=Severity.BREAKS,
    says="This machine has no name server: it cannot look up any name.",
    cure="Give it one: `nameserver ADDRESS` in /etc/resolv.conf, `resolvectl dns INTERFACE ADDRESS`, or DHCP "
    "that hands one out (option 6).",
    explains=NOTHING_KNOWN,
)
SILENT: Final = Illness(
    id="resolver-silent",
    severity=Severity.BREAKS,
    says="None of this machine's name servers ({servers}) answers.",
    cure="Look whether {servers} is the right address and runs DNS, and whether a firewall lets UDP and TCP "
    "port 53 through: `dig @{first} {domain}`. Or name another one with `nameserver ADDRESS` in "
    "/etc/resolv.conf.",
    explains=NOTHING_KNOWN,
)
REFUSED: Final = Illness(
    id="resolver-refuses",
    severity=Severity.BREAKS,
    says="This machine's name servers ({servers}) refuse its questions.",
    cure="Let the name server answer this network (BIND: `allow-recursion`, Unbound: `access-control: "
    "NETWORK allow`, Windows DNS: recursion on), or use one that does.",
    explains=NOTHING_KNOWN,
)
SOME_SILENT: Final = Illness(
    id="resolver-partly-silent",
    severity=Severity.ODDITY,
    says="Of this machine's name servers, {silent} does not answer; each look-up that begins with it is "
    "late.",
    cure="Take {silent} out of /etc/resolv.conf (or out of DHCP option 6), or mend it.",
)
INVENTS: Final = Illness(
    id="resolver-invents",
    severity=Severity.ODDITY,
    says="The name server answers names that cannot exist ({name}) with {address}: it invents answers.",
    cure="Switch the provider's “DNS assistance” off, log in where the network wants a log-in first, or use "
    "another name server: phones in this network see servers where there are none.",
)
DEAD: Final = frozenset((Outcome.SILENT, Outcome.UNREACHABLE, Outcome.MALFORMED))


def _shown(place: Place) -> str:
    return place.address


async def _examine(bedside: Bedside) -> Resolving | None:
    servers = name_servers(bedside.surroundings)
    domain = bedside.complaint.mail_domain
    if not servers:
        bedside.find(NO_RESOLVER)
        return None
    told = ", ".join(_shown(server) for server in servers)
    answers = dict(
        zip(servers, await asyncio.gather(*(_asked(bedside, one) for one in servers)), strict=True)
    )
    alive = tuple(server for server, looked in answers.items() if looked.outcome not in DEAD)
    if not alive:
        bedside.find(SILENT, servers=told, first=_shown(servers[0]), domain=domain)
        return None
    if all(answers[server].outcome is Outcome.REFUSED for server in alive):
        bedside.find(REFUSED, servers=told)
        return None
    if len(alive) < len(servers):
        bedside.find(SOME_SILENT, silent=", ".join(_shown(one) for one in servers if one not in alive))
    bedside.note(", ".join(_shown(server) for server in alive))
    return Resolving(alive, invents=await _invents(bedside, alive))


async def _asked(bedside: Bedside, server: Place) -> Looked:
    domain = bedside.complaint.mail_domain
    return await look_up(bedside.surroundings, domain, dns.rdatatype.SOA, places=(server,))


async def _invents(bedside: Bedside, alive: Sequence[Place]) -> bool:
    # RFC 6761 section 6.4: there are no names in .invalid, and resolvers say so without asking anybody.
    name = f"overair-{secrets.token_hex(4)}.invalid"
    looked = await look_up(bedside.surroundings, name, dns.rdatatype.A, places=alive)
    if looked.outcome is not Outcome.FOUND:
        return False
    bedside.find(INVENTS, name=name, address=looked.records[0].to_text())
    return True


CHECK: Final = Check(
    id="resolver",
    title="Do this machine's name servers answer?",
    section=Section.MACHINE,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Online,),
    yields=Resolving,
    finds=(NO_RESOLVER, SILENT, REFUSED, SOME_SILENT, INVENTS),
)
