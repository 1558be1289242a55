"""Is an Autodiscover at the host?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Kind, follow
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.autodiscover import Answering
from overair.doctor.facts.hosts import Candidates
from overair.doctor.facts.tls import Encrypted
from overair.doctor.web import Unanswered

ANSWERS: Final = frozenset(
    (Kind.SETTINGS, Kind.ELSEWHERE, Kind.FAILURE, Kind.WRONG_SCHEMA, Kind.NO_SERVER, Kind.LOG_IN)
)
"""What only an Autodiscover says; anything else may be a web site of any kind."""


async def _examine(bedside: Bedside) -> Answering | None:
    url = bedside.fact(Candidates).url_of(bedside.host)
    try:
        followed = await follow(bedside, url)
    except Unanswered as error:
        raise NotReached(error.why.value) from error
    last = followed.last
    bedside.note(f"{last.url}: {followed.stop or last.kind} (HTTP {last.status})")
    return Answering(last.url, last.schemes) if last.kind in ANSWERS else None


CHECK: Final = Check(
    id="autodiscover-answering",
    title="Whether an Autodiscover answers",
    section=Section.AUTODISCOVER,
    scope=Scope.CANDIDATE,
    examine=_examine,
    needs=(Candidates, Encrypted),
    yields=Answering,
)
