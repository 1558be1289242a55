"""How long may the host's addresses be remembered?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.names import Addresses
from overair.doctor.illness import Illness, Severity

DAY: Final = 24 * 60 * 60
LONG: Final = Illness(
    id="ttl-long",
    severity=Severity.ODDITY,
    says="The addresses of {host} may be remembered for {days} days: after a move, phones look for the old "
    "one that long.",
    cure="Lower the TTL of the record of {host} to an hour (3600), at the latest as many days before a "
    "move as it has now.",
)
NONE: Final = Illness(
    id="ttl-zero",
    severity=Severity.ODDITY,
    says="The addresses of {host} may not be remembered at all (TTL 0): every connection of every phone "
    "waits for DNS.",
    cure="Raise the TTL of the record of {host} to at least 60 seconds.",
)


async def _examine(bedside: Bedside) -> None:
    ttl = bedside.fact(Addresses).ttl
    if ttl is None:
        return
    bedside.note(f"{ttl} seconds")
    if ttl > 2 * DAY:
        bedside.find(LONG, days=ttl // DAY)
    elif ttl == 0:
        bedside.find(NONE)


CHECK: Final = Check(
    id="time-to-live",
    title="How long may its addresses be remembered?",
    section=Section.NAMES,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Addresses,),
    finds=(LONG, NONE),
)
