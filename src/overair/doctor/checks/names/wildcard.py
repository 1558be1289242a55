"""Is autodiscover.DOMAIN there only because every name is?"""

from __future__ import annotations

import secrets
from typing import Final

import dns.rdatatype

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.consequences import CLOSED, NOT_TLS, NOTHING_KNOWN, OTHER_PORTS, SOMEBODY_ELSE
from overair.doctor.facts.autodiscover import Asked
from overair.doctor.facts.machine import Resolving
from overair.doctor.facts.names import Addresses
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.lookup import Outcome, look_up

ELSEWHERE: Final = Illness(
    id="autodiscover-by-wildcard",
    severity=Severity.BREAKS,
    says="{host} exists only because DNS answers every name under {domain} (`*.{domain}`); it leads to "
    "{address}, where no Autodiscover is, and phones stop at the web site that they find there.",
    cure="Add the record `{host}. CNAME SERVER.` with the name of the EAS server to the zone: it goes before "
    "the wildcard. Or remove the record `*.{domain}`.",
    explains=NOTHING_KNOWN | CLOSED | OTHER_PORTS | NOT_TLS | SOMEBODY_ELSE,
)
HARMLESS: Final = Illness(
    id="wildcard-record",
    severity=Severity.ODDITY,
    says="{host} exists only because DNS answers every name under {domain} (`*.{domain}`). It leads to an "
    "Autodiscover, so nothing is wrong.",
    cure="Nothing has to be done. A record of its own for {host} would outlive a change of the wildcard.",
)


async def _examine(bedside: Bedside) -> None:
    domain, addresses = bedside.complaint.mail_domain, bedside.fact(Addresses)
    if bedside.host.name != f"autodiscover.{domain}":
        raise NotReached("only autodiscover.DOMAIN is looked at")
    anything = await look_up(
        bedside.surroundings, f"overair-{secrets.token_hex(4)}.{domain}", dns.rdatatype.A
    )
    found = {record.to_text() for record in anything.records}
    if anything.outcome is not Outcome.FOUND or not found & set(addresses.ipv4):
        return
    asked = bedside.wanted(Asked)
    illness = HARMLESS if asked is not None and asked.is_autodiscover else ELSEWHERE
    bedside.find(illness, domain=domain, address=addresses.ipv4[0])


CHECK: Final = Check(
    id="wildcard-name",
    title="Does it exist, or does every name?",
    section=Section.NAMES,
    scope=Scope.CANDIDATE,
    examine=_examine,
    needs=(Addresses, Resolving),
    wants=(Asked,),
    finds=(ELSEWHERE, HARMLESS),
)
