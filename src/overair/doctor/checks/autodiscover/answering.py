"""Is an Autodiscover at the host?"""

from __future__ import annotations

import asyncio
from typing import Final

from overair.doctor.autodiscovering import Followed, follow
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.autodiscover import Asked
from overair.doctor.facts.hosts import Candidates
from overair.doctor.facts.tls import Encrypted
from overair.doctor.network.web import Unanswered
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH

CAPITALS: Final = "/Autodiscover/Autodiscover.xml"
"""As Exchange and Outlook write the path; Android writes it in lower case."""


async def _examine(bedside: Bedside) -> Asked:
    url = bedside.fact(Candidates).url_of(bedside.host)
    urls = [url]
    if url.endswith(AUTODISCOVER_PATH):
        urls.append(url.removesuffix(AUTODISCOVER_PATH) + CAPITALS)
    answers = await asyncio.gather(*(_followed(bedside, one) for one in urls))
    asked = [Asked(one, None) for one in answers if one is not None]
    if not asked:
        raise NotReached("it does not answer")
    best = max(asked, key=lambda one: one.is_autodiscover)  # of equals the first
    other = next((one.followed.last for one in asked if one is not best), None)
    last = best.followed.last
    bedside.note(f"{last.url}: {best.followed.stop or last.kind} (HTTP {last.status})")
    return Asked(best.followed, other)


async def _followed(bedside: Bedside, url: str) -> Followed | None:
    try:
        return await follow(bedside, url)
    except Unanswered:
        return None  # counted by who asked


CHECK: Final = Check(
    id="autodiscover-answering",
    title="Does an Autodiscover answer?",
    section=Section.AUTODISCOVER,
    scope=Scope.CANDIDATE,
    examine=_examine,
    needs=(Candidates, Encrypted),
    yields=Asked,
)
