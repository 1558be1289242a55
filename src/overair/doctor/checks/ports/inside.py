"""Is the server reached from inside, from outside, or from neither?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.consequences import CLOSED, OTHER_PORTS
from overair.doctor.facts.machine import Online
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Open
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.connecting import Connection, connect
from overair.doctor.network.resolving import Hosts

CLOSED_OUTSIDE: Final = Illness(
    id="closed-from-outside",
    severity=Severity.BREAKS,
    says="The server answers at {inside} within its network, but not at {addresses}, the address that {host} "
    "has for phones: the server is well, the way in from outside is closed.",
    cure="Forward TCP port {port} of {addresses} to {inside} in the router, and let it through in the "
    "firewall, from everywhere. (Some routers do not lead their own outer address back in: then try again "
    "from a mobile network before you change anything.)",
    explains=CLOSED | OTHER_PORTS,
)
DOWN: Final = Illness(
    id="service-down",
    severity=Severity.BREAKS,
    says="The server answers at port {port} neither from outside ({host}) nor within its network ({inside}: "
    "{how}): it is the server, not the firewall.",
    cure="Start the web server and look at its log for why it stopped.",
    explains=CLOSED | OTHER_PORTS,
)
CLOSED_INSIDE: Final = Illness(
    id="closed-from-inside",
    severity=Severity.ODDITY,
    says="The server answers at {host}, but not at its inner address {inside} ({how}).",
    cure="Look whether {inside} is the server's address, and whether it listens there, too. Phones that come "
    "by {host} do not notice.",
)


async def _examine(bedside: Bedside) -> None:
    complaint, host = bedside.complaint, bedside.host
    if complaint.inside is None:
        raise NotReached("no inner address was given")
    if host.name == complaint.mail_domain and (complaint.server is None or host != complaint.server):
        raise NotReached("the inner address is the server's")
    try:
        found = await Hosts(bedside.surroundings).resolve(complaint.inside)
    except OSError as error:
        raise NotReached("the inner name has no address") from error
    how = await connect(bedside.surroundings, found[0]["host"], host.port)
    told = {"inside": complaint.inside, "port": str(host.port), "how": str(how)}
    if bedside.wanted(Open) is not None:
        if how is not Connection.OPEN:
            bedside.find(CLOSED_INSIDE, **told)
    elif how is Connection.OPEN:
        bedside.find(CLOSED_OUTSIDE, addresses=", ".join(bedside.fact(Addresses).all), **told)
    else:
        bedside.find(DOWN, **told)


CHECK: Final = Check(
    id="inside-and-outside",
    title="Is it reached from inside and from outside?",
    section=Section.PORTS,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Online, Addresses),
    wants=(Open,),
    finds=(CLOSED_OUTSIDE, DOWN, CLOSED_INSIDE),
)
