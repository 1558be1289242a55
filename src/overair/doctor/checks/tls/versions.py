"""Which versions of TLS a host accepts, each by a handshake of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.devices.device import CURRENT, RETIRED, Device
from overair.doctor.facts.tls import Encrypted, Versions
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.handshaking import VERSIONS, NoShake, attempt, hello_to, place_of

OLD: Final = ("TLSv1", "TLSv1.1")
_CURES: Final = {
    Product.NGINX: "`ssl_protocols TLSv1.2 TLSv1.3;`",
    Product.APACHE: "`SSLProtocol -all +TLSv1.2 +TLSv1.3`",
    Product.HAPROXY: "`bind :443 ssl … ssl-min-ver TLSv1.2` without `ssl-max-ver`",
    Product.EXCHANGE: "Bring Windows and Exchange up to date and enable TLS 1.2 for Schannel and .NET in the "
    "registry (`SCHANNEL\\Protocols\\TLS 1.2\\Server`: `Enabled` 1, `DisabledByDefault` 0), then restart.",
    Product.IIS: "Enable TLS 1.2 for Schannel in the registry (`SCHANNEL\\Protocols\\TLS 1.2\\Server`: "
    "`Enabled` 1, `DisabledByDefault` 0), then restart Windows.",
}
ONLY_OLD: Final = Illness(
    id="tls-only-old",
    severity=Severity.IMPAIRS,
    hits=CURRENT,
    breaks=CURRENT - {Device.IOS},
    says="{host} speaks TLS 1.0 or 1.1 and nothing newer; Outlook and current phones demand TLS 1.2.",
    cure="Switch on TLS 1.2 and TLS 1.3 at the server.",
    cures=_CURES,
)
ONLY_NEW: Final = Illness(
    id="tls-only-newest",
    severity=Severity.IMPAIRS,
    breaks=RETIRED,
    says="{host} speaks TLS 1.3 alone; Android before 10, iOS before 12.2 and Outlook on Windows before 11 "
    "do not.",
    cure="Switch on TLS 1.2 beside TLS 1.3 at the server.",
    cures=_CURES,
)
OLD_TOO: Final = Illness(
    id="tls-old-accepted",
    severity=Severity.ODDITY,
    says="{host} still accepts {old}, which is broken in parts; phones do no longer need it, unless they "
    "are as old as Windows Mobile or Android 4.",
    cure="Switch off TLS 1.0 and TLS 1.1 if no such device is left.",
    cures=_CURES,
)


async def examine(bedside: Bedside) -> Versions:
    """Offer each version alone, side by side."""
    host, around = bedside.host, bedside.surroundings
    place = place_of(host, bedside.fact(Encrypted).address, around)
    hello = hello_to(host)
    outcomes = await asyncio.gather(
        *(attempt(place, replace(hello, minimum=version, maximum=version), around) for version in VERSIONS)
    )
    accepted = [
        version
        for version, outcome in zip(VERSIONS, outcomes, strict=True)
        if not isinstance(outcome, NoShake)
    ]
    if not accepted:
        raise NotReached("no handshake with one version alone succeeded")
    old = [version for version in accepted if version in OLD]
    if len(old) == len(accepted):
        bedside.find(ONLY_OLD)
    elif accepted == ["TLSv1.3"]:
        bedside.find(ONLY_NEW)
    elif old:
        bedside.find(OLD_TOO, old=" and ".join(called(version) for version in old))
    bedside.note(", ".join(called(version) for version in accepted))
    return Versions(tuple(accepted))


def called(version: str) -> str:
    """As people write it: TLS 1.0 for TLSv1."""
    return f"TLS {version.removeprefix('TLSv') if '.' in version else '1.0'}"


CHECK = Check(
    id="tls-versions",
    title="Which versions of TLS does it accept?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted,),
    yields=Versions,
    finds=(ONLY_OLD, ONLY_NEW, OLD_TOO),
)
