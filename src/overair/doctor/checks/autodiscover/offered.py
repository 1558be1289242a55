"""Does Autodiscover's second version answer, which needs no log-in?"""

from __future__ import annotations

from typing import Final

import msgspec

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.autodiscover import Offered
from overair.doctor.facts.tls import Trusted
from overair.doctor.network.web import Unanswered, ask
from overair.protocol.autodiscover import json_v2
from overair.protocol.autodiscover.site import JSON_PATH


async def _examine(bedside: Bedside) -> Offered | None:
    question = json_v2.Question(bedside.complaint.address)
    url = f"https://{bedside.host.authority}{JSON_PATH}?{question.to_query()}"
    try:
        answer = await ask(bedside.complaint, "GET", url)
    except Unanswered as error:
        raise NotReached(error.why.value) from error
    if answer.status == 200:
        try:
            found = msgspec.json.decode(answer.body, type=json_v2.Found)
        except msgspec.DecodeError:
            found = None
        if found is not None:
            bedside.note(f"it names {found.url}")
            return Offered(found.url)
    # Servers before Exchange 2016 have none; phones then ask the first version.
    bedside.note(f"not offered (HTTP {answer.status})")
    return None


CHECK: Final = Check(
    id="autodiscover-json",
    title="Does Autodiscover's second version answer?",
    section=Section.AUTODISCOVER,
    scope=Scope.CANDIDATE,
    examine=_examine,
    needs=(Trusted,),
    yields=Offered,
)
