"""Do both versions of Autodiscover name the same server?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import MAXIMUM_URL
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.autodiscover.illnesses import JSON_DIFFERS, JSON_MISSING
from overair.doctor.facts.autodiscover import Found, Offered
from overair.doctor.facts.hosts import Candidates


async def _examine(bedside: Bedside) -> None:
    found, offered = bedside.of_hosts(Found), bedside.of_hosts(Offered)
    hosts = bedside.fact(Candidates).hosts
    xml = next((found[host].url for host in hosts if host in found), None)
    json = next((offered[host].url for host in hosts if host in offered), None)
    if xml is None:
        raise NotReached("the first version names no server")
    if json is None:
        bedside.find(JSON_MISSING)
    elif xml.rstrip("/").lower() != json.rstrip("/").lower():
        bedside.find(JSON_DIFFERS, xml=xml[:MAXIMUM_URL], json=json[:MAXIMUM_URL])


CHECK: Final = Check(
    id="autodiscover-versions",
    title="Do both versions of Autodiscover name the same server?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Found, Offered),
    finds=(JSON_DIFFERS, JSON_MISSING),
)
