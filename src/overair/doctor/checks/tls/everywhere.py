"""Whether every address of a host shows a certificate that is believed."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.believing import Disbelief, Failed, believe
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.tls import Encrypted, Trusted
from overair.doctor.illness import Illness, Severity
from overair.doctor.resolving import literal

_CURE: Final = (
    "Give the server behind {bad} the certificate that {good} shows; where nobody means to run one there, "
    "take the address out of DNS."
)
BY_FAMILY: Final = Illness(
    id="certificate-differs-by-family",
    severity=Severity.IMPAIRS,
    says="At {bad} ({family}) {host} shows another certificate than at {good}, and it is not believed: "
    "{reason}. Phones fail in one network and work in another.",
    cure=_CURE,
)
BY_ADDRESS: Final = Illness(
    id="certificate-differs-by-address",
    severity=Severity.IMPAIRS,
    says="At {bad} {host} shows another certificate than at {good}, and it is not believed: {reason}. "
    "Phones fail now and then.",
    cure=_CURE,
)
DIFFERS: Final = Illness(
    id="certificates-differ",
    severity=Severity.ODDITY,
    says="{host} shows different certificates at its addresses; each is believed.",
    cure="Nothing has to be done; mind that each has to be renewed.",
)


async def examine(bedside: Bedside) -> None:
    """Compare what the addresses show with the first one's, and try whether the others are believed."""
    shakes = bedside.fact(Encrypted).shakes
    good, *others = shakes
    different = [one for one in others if shakes[one].chain[:1] != shakes[good].chain[:1]]
    if not different or bedside.wanted(Trusted) is None:
        return  # where the first one is not believed, that is what is to be mended
    reasons = await asyncio.gather(*(_reason(bedside, address) for address in different))
    for address, reason in zip(different, reasons, strict=True):
        family = _family(address)
        if reason:
            illness = BY_FAMILY if family != _family(good) else BY_ADDRESS
            bedside.find(illness, bad=address, good=good, family=family, reason=reason)
    if not any(reasons):
        bedside.find(DIFFERS)


async def _reason(bedside: Bedside, address: str) -> str:
    """Why an address is not believed; empty where it is."""
    wanted = bedside.complaint.trusted_fingerprint
    if wanted is not None:
        shown = hashlib.sha256(bedside.fact(Encrypted).shakes[address].chain[0]).hexdigest()
        return "" if shown == wanted else "it is not the one that you trust"
    try:
        await believe(bedside.host, address, bedside.surroundings)
    except (Disbelief, Failed) as reason:
        return str(reason)
    return ""


def _family(address: str) -> str:
    known = literal(address)
    return f"IPv{known.version}" if known is not None else ""


CHECK = Check(
    id="certificate-everywhere",
    title="Is it believed at each of its addresses?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted,),
    wants=(Trusted,),
    finds=(BY_FAMILY, BY_ADDRESS, DIFFERS),
)
