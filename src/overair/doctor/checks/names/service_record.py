"""Is the SRV record of Autodiscover as it should be?"""

from __future__ import annotations

import asyncio
from typing import Final

import dns.name
import dns.rdatatype
from dns.rdtypes.IN.SRV import SRV

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.devices.device import EVERY, Device
from overair.doctor.facts.hosts import Server, Source
from overair.doctor.facts.machine import Resolving
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.lookup import ADDRESS_KINDS, ANSWERED, Outcome, look_up
from overair.doctor.network.resolving import literal
from overair.protocol.autodiscover.records import SRV_LABELS

_SAYS: Final = "The SRV record {record} is wrong: {why}."
_CURE: Final = (
    "Write `{record}. SRV 0 0 443 SERVER.` with the name of the EAS server, which has an A record of its own "
    "(no CNAME, no IP address), and with port 443."
)
WRONG: Final = Illness(
    id="srv-record-wrong",
    severity=Severity.BREAKS,
    hits=EVERY - {Device.ANDROID},
    says=f"{_SAYS} Nothing else leads phones to the server, either.",
    cure=_CURE,
)
ODD: Final = Illness(
    id="srv-record-odd",
    severity=Severity.ODDITY,
    says=f"{_SAYS} Phones find the server without it.",
    cure=f"{_CURE} Or remove it.",
)


async def _examine(bedside: Bedside) -> None:
    around = bedside.surroundings
    name = f"{SRV_LABELS}.{bedside.complaint.mail_domain}"
    looked = await look_up(around, name, dns.rdatatype.SRV)
    records = [record for record in looked.records if isinstance(record, SRV)]
    reasons = await asyncio.gather(*(_wrong(bedside, record) for record in records))
    for record in records:
        bedside.note(record.to_text())
    if not records or not all(reasons):
        return
    server = bedside.wanted(Server)
    known = server is not None and server.source is not Source.GUESS
    bedside.find(ODD if known else WRONG, record=name, why=reasons[0])


async def _wrong(bedside: Bedside, record: SRV) -> str | None:
    """What is wrong with a record; None where nothing."""
    around, target = bedside.surroundings, record.target.to_text(omit_final_dot=True).lower()
    if record.target == dns.name.root:
        # RFC 2782: the service is decidedly not there.
        return "it says by its target “.” that there is no Autodiscover"
    if literal(target) is not None:
        return f"its target {target} is an IP address, where a name belongs"
    if record.port == 0:
        return "its port is 0"
    found = await asyncio.gather(*(look_up(around, target, kind) for kind in ADDRESS_KINDS))
    if any(one.outcome is Outcome.FOUND for one in found):
        alias = next((one.chain[0] for one in found if one.chain), None)
        # RFC 2782 forbids it, and some clients take it at its word.
        return f"its target {target} is an alias (CNAME) of {alias}" if alias is not None else None
    if all(one.outcome in ANSWERED for one in found):
        return f"its target {target} has no address"
    return None  # nobody can say; the host's own look-up tells what fails


CHECK: Final = Check(
    id="service-record",
    title="Is the SRV record of Autodiscover as it should be?",
    section=Section.NAMES,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Resolving,),
    wants=(Server,),
    finds=(WRONG, ODD),
)
