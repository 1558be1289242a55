"""Whether every address of a host shows a certificate that is believed."""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.consequences import SOMEBODY_ELSE
from overair.doctor.facts.tls import Encrypted, Trusted
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.resolving import literal

_CURE: Final = (
    "Give the server behind {bad} the certificate that {good} shows; where nobody means to run one there, "
    "take the address out of DNS."
)
_OF_ONE: Final = SOMEBODY_ELSE | {
    "certificate-expired",
    "certificate-not-yet-valid",
    "certificate-not-for-servers",
    "intermediate-expired",
    "intermediate-missing",
    "issuer-unknown",
    "name-address-typed",
    "name-common-name-only",
    "name-missing",
    "key-too-weak",
    "signature-too-weak",
}
"""What the checks of one certificate say of the first address's."""
BY_FAMILY: Final = Illness(
    id="certificate-differs-by-family",
    severity=Severity.IMPAIRS,
    says="At {bad} ({family}) {host} shows another certificate than at {good}, and it is not believed: "
    "{reason}. Phones fail in one network and work in another.",
    cure=_CURE,
    explains=_OF_ONE,
)
BY_ADDRESS: Final = Illness(
    id="certificate-differs-by-address",
    severity=Severity.IMPAIRS,
    says="At {bad} {host} shows another certificate than at {good}, and it is not believed: {reason}. "
    "Phones fail now and then.",
    cure=_CURE,
    explains=_OF_ONE,
)
DIFFERS: Final = Illness(
    id="certificates-differ",
    severity=Severity.ODDITY,
    says="{host} shows different certificates at its addresses; each is believed.",
    cure="Nothing has to be done; mind that each has to be renewed.",
)


async def examine(bedside: Bedside) -> None:
    """Look which addresses show a certificate that is not believed, where another does."""
    shakes, doubts = bedside.fact(Encrypted).shakes, bedside.fact(Trusted).doubts
    good = next(address for address in shakes if address not in doubts)
    for address, reason in doubts.items():
        family = _family(address)
        illness = BY_FAMILY if family != _family(good) else BY_ADDRESS
        bedside.find(illness, bad=address, good=good, family=family, reason=reason)
    if not doubts and len({one.chain[0] for one in shakes.values()}) > 1:
        bedside.find(DIFFERS)


def _family(address: str) -> str:
    known = literal(address)
    return f"IPv{known.version}" if known is not None else ""


CHECK = Check(
    id="certificate-everywhere",
    title="Is it believed at each of its addresses?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted, Trusted),
    finds=(BY_FAMILY, BY_ADDRESS, DIFFERS),
)
