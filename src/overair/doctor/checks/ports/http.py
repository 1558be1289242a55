"""What does the host answer over unencrypted HTTP?"""

from __future__ import annotations

from typing import Final

from yarl import URL

from overair.doctor.autodiscovering import led_to
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.machine import Online
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Plain
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.web import Unanswered, Why, ask

CLOSED: Final = Illness(
    id="http-closed",
    severity=Severity.ODDITY,
    says="{host} does not answer at port 80 (HTTP): {why}. Phones do not need it.",
    cure="Nothing has to be done. Whoever types the address without https:// gets no page; a redirect to "
    "https:// at port 80 would help them.",
)
STRANGE: Final = Illness(
    id="http-strange",
    severity=Severity.ODDITY,
    says="Something answers at port 80 of {host}, but it is not HTTP.",
    cure="Give port 80 to the web server, for a redirect to https://, or close it.",
)


async def _examine(bedside: Bedside) -> Plain | None:
    url = URL.build(scheme="http", host=bedside.host.name, path="/")
    limit = bedside.surroundings.connect_seconds
    try:
        answer = await ask(bedside.complaint, "GET", url, seconds=limit)
    except Unanswered as error:
        if error.why is Why.NAME:
            raise NotReached(error.why.value) from error
        bedside.find(STRANGE if error.why is Why.NOT_HTTP else CLOSED, why=error.why)
        return None
    location = led_to(str(url), answer)
    bedside.note(f"HTTP {answer.status}" + (f", to {location.origin()}" if location is not None else ""))
    return Plain(answer.status, location, answer.date)


CHECK: Final = Check(
    id="http-port",
    title="What does it answer at port 80?",
    section=Section.PORTS,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Online, Addresses),
    yields=Plain,
    finds=(CLOSED, STRANGE),
)
