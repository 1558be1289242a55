"""Is the host's name one that only the inner network knows?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.consequences import SOMEBODY_ELSE
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.neighbourhood import internal_ending
from overair.doctor.network.resolving import literal

INTERNAL: Final = Illness(
    id="internal-name",
    severity=Severity.BREAKS,
    says="{host} is a name of the inner network ({why}): a phone outside can never look it up, and no public "
    "certificate can be issued for it.",
    cure="Give the server a name under a domain of yours, as mail.{domain}, with an A record of its public "
    "address and a certificate, and have Autodiscover and the phones use that name.",
    explains=SOMEBODY_ELSE
    | {
        "name-unknown",
        "name-without-address",
        "name-only-here",
        "name-only-inside",
        "dns-fails",
        "dns-silent",
        "private-address-outside",
    },
)


def why_internal(name: str) -> str | None:
    """Why a name cannot be known outside; None where it can."""
    if literal(name) is not None:
        return None
    if "." not in name:
        return "a single word without a domain"
    ending = internal_ending(name)
    return f"“.{ending}” is not of the Internet" if ending is not None else None


async def _examine(bedside: Bedside) -> None:
    why = why_internal(bedside.host.name)
    if why is not None:
        domain = bedside.complaint.mail_domain
        known = why_internal(domain) is None
        bedside.find(INTERNAL, why=why, domain=domain if known else "example.com")


CHECK: Final = Check(
    id="internal-name",
    title="Is its name known outside?",
    section=Section.NAMES,
    scope=Scope.HOST,
    examine=_examine,
    finds=(INTERNAL,),
)
