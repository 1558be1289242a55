"""Does this machine have a network?"""

from __future__ import annotations

import socket
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.consequences import NOTHING_KNOWN
from overair.doctor.facts.machine import Online
from overair.doctor.illness import Illness, Severity

NO_NETWORK: Final = Illness(
    id="no-network",
    severity=Severity.BREAKS,
    says="This machine has no way to any network: there is no route but to itself.",
    cure="Plug the cable in or join the wireless network, then look at `ip route` (`route print` on "
    "Windows): it has to show a default route. Then run the doctor again.",
    explains=NOTHING_KNOWN,
)
FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
DISCARD_PORT: Final = 9


def has_route(landmark: str) -> bool:
    """Whether the kernel knows a way to an address. Nothing is sent: to connect UDP only looks at routes."""
    family = socket.AF_INET6 if ":" in landmark else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((landmark, DISCARD_PORT))
    except OSError:
        return False
    return True


async def _examine(bedside: Bedside) -> Online | None:
    routed = [landmark for landmark in bedside.surroundings.landmarks if has_route(landmark)]
    ipv6 = any(":" in landmark for landmark in routed)
    ipv4 = any(":" not in landmark for landmark in routed)
    if not routed:
        bedside.find(NO_NETWORK)
        return None
    bedside.note(" and ".join(name for name, there in (("IPv4", ipv4), ("IPv6", ipv6)) if there))
    return Online(ipv4, ipv6)


CHECK: Final = Check(
    id="network",
    title="Does this machine have a network?",
    section=Section.MACHINE,
    scope=Scope.ONCE,
    examine=_examine,
    yields=Online,
    finds=(NO_NETWORK,),
)
