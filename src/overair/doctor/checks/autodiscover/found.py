"""Which server does Autodiscover name to whoever logs in?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Kind, Said, follow, login_of
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.autodiscover import Answering, Found
from overair.doctor.facts.tls import Trusted
from overair.doctor.web import Unanswered
from overair.protocol.autodiscover.pox import Settings


async def _examine(bedside: Bedside) -> Found | None:
    answering = bedside.fact(Answering)
    login = login_of(bedside.complaint) if answering.schemes else None
    if login is None and answering.schemes:
        raise NotReached("it asks for a log-in, and there is no password")
    if login is not None and not bedside.complaint.may_tell(bedside.host.name):
        raise NotReached(
            f"the password is not told to {bedside.host.name}, which is outside "
            f"{bedside.complaint.mail_domain}; --server {bedside.host.name} confirms it"
        )
    try:
        followed = await follow(bedside, answering.url, login)
    except Unanswered as error:
        raise NotReached(error.why.value) from error
    last = followed.last
    if isinstance(last.answer, Settings):
        bedside.note(f"it names {last.answer.url}")
        return Found(last.answer.url, login.user if login is not None else "")
    bedside.note(_refusal(last))
    return None


def _refusal(said: Said) -> str:
    if said.kind is Kind.LOG_IN:
        return "it refuses the log-in"
    return f"{said.kind} {said.code}".strip()


CHECK: Final = Check(
    id="autodiscover-answer",
    title="What Autodiscover answers",
    section=Section.AUTODISCOVER,
    scope=Scope.CANDIDATE,
    examine=_examine,
    needs=(Answering, Trusted),
    yields=Found,
)
