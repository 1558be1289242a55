"""Can phones outside get to the host's addresses?"""

from __future__ import annotations

import ipaddress
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.consequences import CLOSED, OTHER_PORTS
from overair.doctor.facts.names import Addresses, Outside
from overair.doctor.facts.ports import Open
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.neighbourhood import is_inner

NULL: Final = Illness(
    id="address-null",
    severity=Severity.BREAKS,
    says="{host} has the address {bad}, which leads nowhere: a filter of the name server blocks the name.",
    cure="Take {host} off the block list of the name server (Pi-hole, AdGuard, the provider's filter), or "
    "correct the record in the zone.",
    explains=CLOSED | OTHER_PORTS,
)
PRIVATE_OUTSIDE: Final = Illness(
    id="private-address-outside",
    severity=Severity.BREAKS,
    says="DNS gives {bad} for {host}, an address of an inner network: phones outside cannot get there.",
    cure="Put the server's public address into the record `{host}. A ADDRESS` of the public zone, and let "
    "the router forward TCP port 443 from there to {bad}.",
    explains=CLOSED | OTHER_PORTS,
)
PRIVATE_AMONG: Final = Illness(
    id="private-address-among",
    severity=Severity.IMPAIRS,
    says="Of the addresses of {host}, {bad} is of an inner network: phones outside that are given it wait or "
    "fail.",
    cure="Take the record with {bad} out of the zone of {host}. (A server that registers all of its "
    "addresses does so by itself: switch “Register this connection's addresses in DNS” off for the inner "
    "one.)",
)
PRIVATE_HERE: Final = Illness(
    id="private-address",
    severity=Severity.ODDITY,
    says="In this network {host} is {bad}, an inner address; this examination tells nothing of the way in "
    "from outside.",
    cure="Run the doctor from outside, or name a public name server to compare with.",
)


def is_null(address: str) -> bool:
    """Whether an address is what filters answer for names that they block."""
    return ipaddress.ip_address(address.partition("%")[0]).is_unspecified


async def _examine(bedside: Bedside) -> None:
    outside, here = bedside.wanted(Outside), bedside.wanted(Addresses)
    if here is None and outside is None:
        raise NotReached("it has no address")
    addresses = outside.addresses if outside is not None else here.all if here is not None else ()
    null = [address for address in addresses if is_null(address)]
    inner = [address for address in addresses if is_inner(address)]
    if null:
        bedside.find(NULL, bad=null[0])
    elif inner and len(inner) < len(addresses):
        bedside.find(PRIVATE_AMONG, bad=", ".join(inner))
    elif inner:
        # Where nobody was asked how the outside sees it, an address that answers is taken for home.
        known = outside is not None or bedside.wanted(Open) is None
        bedside.find(PRIVATE_OUTSIDE if known else PRIVATE_HERE, bad=", ".join(inner))


CHECK: Final = Check(
    id="address-kinds",
    title="Can phones outside get to its addresses?",
    section=Section.NAMES,
    scope=Scope.HOST,
    examine=_examine,
    wants=(Addresses, Outside, Open),
    finds=(NULL, PRIVATE_OUTSIDE, PRIVATE_AMONG, PRIVATE_HERE),
)
