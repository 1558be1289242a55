"""Is there an Autodiscover at all?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Kind
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.autodiscover.evidence import Evidence, evidence
from overair.doctor.checks.autodiscover.illnesses import FAILS, HTTP_LOOP, MISSING, PATH_MISSING
from overair.doctor.facts.autodiscover import Asked, Found, Told
from overair.doctor.facts.hosts import Candidates, Server
from overair.doctor.facts.names import Addresses

_FAILURES: Final = frozenset((403, 500, 502, 503, 504))


async def _examine(bedside: Bedside) -> None:
    if bedside.wanted(Found) is not None:
        return
    domain = bedside.complaint.mail_domain
    seen = list(evidence(bedside))
    if _look_at_fruitless(bedside) or any(one.kind is not Kind.STATUS for one in seen):
        return
    for one in seen:
        _find_status(bedside, one)
    if seen:
        return
    named = [host.name for host in bedside.of_hosts(Addresses) if host.name != domain]
    silent = [host.name for host in bedside.fact(Candidates).hosts if host.name in named]
    if silent:
        raise NotReached(f"{silent[0]} does not answer")
    server = bedside.wanted(Server)
    bedside.find(MISSING, domain=domain, target=server.host.name if server is not None else "SERVER")


def _look_at_fruitless(bedside: Bedside) -> bool:
    trail = bedside.fact(Candidates).fruitless
    if not trail or trail.count(trail[-1]) < 2:
        return False
    bedside.find(HTTP_LOOP, domain=bedside.complaint.mail_domain, trail=" → ".join(trail))
    return True


def _find_status(bedside: Bedside, one: Evidence) -> None:
    last = one.followed.last
    if last.status in _FAILURES:
        bedside.find(FAILS, name=one.host.name, url=last.url, status=last.status)
    else:
        bedside.find(PATH_MISSING, name=one.host.name, url=last.url, said=f"answered by HTTP {last.status}")


CHECK: Final = Check(
    id="autodiscover-there",
    title="Is there an Autodiscover at all?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Found, Told, Asked, Server, Addresses),
    finds=(FAILS, PATH_MISSING, HTTP_LOOP, MISSING),
)
