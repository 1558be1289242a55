"""Does Autodiscover answer in upper and lower case alike?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Kind, Said
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.autodiscover.answering import CAPITALS
from overair.doctor.checks.autodiscover.illnesses import CAPITALS_FAIL, LOWER_CASE_FAILS
from overair.doctor.facts.autodiscover import OF_AUTODISCOVER, Asked
from overair.doctor.facts.hosts import Candidates


async def _examine(bedside: Bedside) -> None:
    asked = bedside.of_hosts(Asked)
    for host in bedside.fact(Candidates).hosts:
        one = asked.get(host)
        if one is not None and one.is_autodiscover and one.otherwise is not None:
            _compare(bedside, one.followed.trail[0], one.otherwise, host.name)


def _compare(bedside: Bedside, works: Said, other: Said, name: str) -> None:
    if other.kind not in OF_AUTODISCOVER | {Kind.REDIRECT}:
        said = f"{other.kind}, HTTP {other.status}"
        illness = LOWER_CASE_FAILS if works.url.endswith(CAPITALS) else CAPITALS_FAIL
        bedside.find(illness, name=name, works=works.url, fails=other.url, said=said)


CHECK: Final = Check(
    id="autodiscover-letter-case",
    title="Does Autodiscover answer in any letter case?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Asked,),
    finds=(CAPITALS_FAIL, LOWER_CASE_FAILS),
)
