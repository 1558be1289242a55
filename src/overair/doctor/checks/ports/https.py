"""Does the host take connections at its port for HTTPS?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.machine import Online
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Open
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.connecting import Connection, connect_each

REFUSED: Final = Illness(
    id="port-refused",
    severity=Severity.BREAKS,
    says="{host} refuses connections at port {port} (HTTPS): nothing listens there, or a firewall says no.",
    cure="Start the web server on {host} and let it listen at port {port} (`ss -ltn` there shows it); "
    "where a router stands in front, forward TCP port {port} to the server.",
)
FILTERED: Final = Illness(
    id="port-filtered",
    severity=Severity.BREAKS,
    says="{host} does not answer at all at port {port} (HTTPS): a firewall drops the packets, the address is "
    "wrong, or the machine is off.",
    cure="Let TCP port {port} from everywhere through to {addresses} in the firewall, forward it in the "
    "router, and look whether the server is on and really has this address.",
)
UNREACHABLE: Final = Illness(
    id="host-unreachable",
    severity=Severity.BREAKS,
    says="There is no way to {addresses}, the address of {host}.",
    cure="Look whether the address in DNS is right and the server is on: `traceroute {first}` shows where "
    "the way ends.",
)
NO_IPV6_HERE: Final = Illness(
    id="only-ipv6",
    severity=Severity.BREAKS,
    says="{host} has only an IPv6 address ({addresses}), and this machine has no IPv6; many phones have none "
    "either.",
    cure="Give {host} an IPv4 address as well: an A record beside the AAAA record.",
)
IPV6_DEAD: Final = Illness(
    id="ipv6-unreachable",
    severity=Severity.IMPAIRS,
    says="{host} publishes the IPv6 address {bad}, but nobody answers there ({how}); phones with IPv6, as in "
    "most mobile networks, wait for it or fail.",
    cure="Let the server listen at {bad} and the firewall let TCP port {port} through for IPv6, too; or "
    "remove the AAAA record of {host}.",
)
IPV4_DEAD: Final = Illness(
    id="ipv4-unreachable",
    severity=Severity.IMPAIRS,
    says="{host} answers at its IPv6 address alone; at {bad} (IPv4) nobody does ({how}), and phones in "
    "networks without IPv6 get no connection.",
    cure="Let the server listen at {bad} and the firewall let TCP port {port} through for IPv4, too.",
)
SOME_DEAD: Final = Illness(
    id="some-addresses-closed",
    severity=Severity.IMPAIRS,
    says="{host} has several addresses, and at {bad} nobody answers ({how}): phones that are given this one "
    "fail now and then.",
    cure="Mend the server at {bad}, or take its address out of DNS until it is mended.",
)
_CLOSED: Final = (
    (Connection.REFUSED, REFUSED),
    (Connection.SILENT, FILTERED),
    (Connection.UNREACHABLE, UNREACHABLE),
)
"""What tells most goes first: who refuses is there."""


async def _examine(bedside: Bedside) -> Open | None:
    host, online, addresses = bedside.host, bedside.fact(Online), bedside.fact(Addresses)
    reachable = (addresses.ipv4 if online.ipv4 else ()) + (addresses.ipv6 if online.ipv6 else ())
    if not reachable:
        # Without IPv4 of its own, the machine is the odd one, and a phone has no such trouble.
        bedside.find(NO_IPV6_HERE if online.ipv4 else UNREACHABLE, **_told(addresses.all))
        return None
    if reachable != addresses.all:
        left = ", ".join(address for address in addresses.all if address not in reachable)
        bedside.note(f"{left} is not tried, since this machine has no such network")
    outcomes = await connect_each(bedside.surroundings, reachable, host.port)
    good = tuple(address for address, outcome in outcomes.items() if outcome is Connection.OPEN)
    for address, outcome in outcomes.items():
        bedside.note(f"{address}: {outcome}")
    if not good:
        seen = set(outcomes.values())
        illness = next(illness for outcome, illness in _CLOSED if outcome in seen)
        bedside.find(illness, port=host.port, **_told(reachable))
        return None
    closed: dict[tuple[bool, Connection], list[str]] = {}
    for address, outcome in outcomes.items():
        if outcome is not Connection.OPEN:
            closed.setdefault((":" in address, outcome), []).append(address)
    for (_, outcome), bad in closed.items():
        bedside.find(_of_one(bad[0], good), bad=", ".join(bad), how=outcome, port=host.port)
    return Open(good)


def _told(addresses: tuple[str, ...]) -> dict[str, str]:
    return {"addresses": ", ".join(addresses), "first": addresses[0]}


def _of_one(bad: str, good: tuple[str, ...]) -> Illness:
    """What it is that one address is closed where others are open."""
    ipv6 = ":" in bad
    if any((":" in address) == ipv6 for address in good):
        return SOME_DEAD
    return IPV6_DEAD if ipv6 else IPV4_DEAD


CHECK: Final = Check(
    id="https-port",
    title="Does it take connections at the port for HTTPS?",
    section=Section.PORTS,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Online, Addresses),
    yields=Open,
    finds=(REFUSED, FILTERED, UNREACHABLE, NO_IPV6_HERE, IPV4_DEAD, IPV6_DEAD, SOME_DEAD),
)
