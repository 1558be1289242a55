"""Which server does Autodiscover name?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.autodiscover import Found, Told
from overair.protocol.autodiscover.pox import Settings


async def _examine(bedside: Bedside) -> Found:
    answer = bedside.fact(Told).followed.last.answer
    if not isinstance(answer, Settings):
        raise NotReached("it names none")
    bedside.note(answer.url)
    return Found(answer.url)


CHECK: Final = Check(
    id="autodiscover-found",
    title="Which server does Autodiscover name?",
    section=Section.AUTODISCOVER,
    scope=Scope.CANDIDATE,
    examine=_examine,
    needs=(Told,),
    yields=Found,
)
