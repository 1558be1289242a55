"""Which hosts take mail for the domain?"""

from __future__ import annotations

import asyncio
from typing import Final

import dns.rdatatype

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.machine import Resolving
from overair.doctor.facts.names import Exchangers
from overair.doctor.network.lookup import look_up, mail_exchangers

MAXIMUM: Final = 8
"""Exchangers whose addresses are looked up; nobody has more that matter."""


async def _examine(bedside: Bedside) -> Exchangers | None:
    around, domain = bedside.surroundings, bedside.complaint.mail_domain
    names = (await mail_exchangers(around, domain))[:MAXIMUM]
    if not names:
        return None
    bedside.note(", ".join(names))
    found = await asyncio.gather(*(look_up(around, name, dns.rdatatype.A) for name in names))
    addresses = (tuple(record.to_text() for record in one.records) for one in found)
    return Exchangers(dict(zip(names, addresses, strict=True)))


CHECK: Final = Check(
    id="mail-exchangers",
    title="Which hosts take mail for the domain",
    section=Section.NAMES,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Resolving,),
    yields=Exchangers,
)
