"""Does webmail (OWA) answer at the same host?"""

from __future__ import annotations

import asyncio
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.tls import Encrypted
from overair.doctor.facts.web import Greeting, Webmail
from overair.doctor.greeting import Nature, nature_of
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Answer, Unanswered, ask

PATHS: Final = ("/owa/", "/exchange/")
"""Exchange 2007 and later; Exchange 2003."""
SILENT: Final = Illness(
    id="owa-not-answering",
    severity=Severity.ODDITY,
    says="{host} is an Exchange server whose OWA does not answer: HTTP {status} at {path}.",
    cure="Nothing has to be done where OWA is meant to be closed. Otherwise look at the application pool of "
    "OWA (MSExchangeOWAAppPool) and at the rules of the proxy for /owa.",
)
_THERE: Final = frozenset((Nature.LOG_IN, Nature.FORMS, Nature.LOGIN_PAGE))


async def _examine(bedside: Bedside) -> Webmail | None:
    asked = await asyncio.gather(*(_asked(bedside, path) for path in PATHS))
    for path, answer in zip(PATHS, asked, strict=True):
        nature = nature_of(f"https://{bedside.host.authority}{path}", answer) if answer is not None else None
        if nature in _THERE:
            bedside.note(f"{path} answers: {nature}")
            return Webmail(path, forms=nature is Nature.FORMS)
    greeting = bedside.wanted(Greeting)
    first = next((answer for answer in asked if answer is not None), None)
    if greeting is not None and greeting.product is Product.EXCHANGE and first is not None:
        bedside.find(SILENT, status=first.status, path=PATHS[0])
        return None
    raise NotReached("there is none at /owa or /exchange")


async def _asked(bedside: Bedside, path: str) -> Answer | None:
    try:
        return await ask(bedside.complaint, "GET", f"https://{bedside.host.authority}{path}")
    except Unanswered:
        return None  # whether the host answers at all is the question of others


CHECK: Final = Check(
    id="owa",
    title="Does webmail (OWA) answer at the same host?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Encrypted,),
    wants=(Greeting,),
    yields=Webmail,
    finds=(SILENT,),
)
