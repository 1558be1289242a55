"""What does Autodiscover answer to the user?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Kind, follow, login_of
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.autodiscover import Asked, Told
from overair.doctor.facts.tls import Trusted
from overair.doctor.network.web import Unanswered


async def _examine(bedside: Bedside) -> Told:
    followed = bedside.fact(Asked).followed
    if followed.last.kind is not Kind.LOG_IN:
        return Told(followed, None)
    if "basic" not in followed.last.schemes:
        raise NotReached("it takes no password (Basic authentication)")
    login = login_of(bedside.complaint)
    if login is None:
        raise NotReached("it asks for a log-in, and no password was given")
    try:
        told = await follow(bedside, followed.last.url, login)
    except Unanswered as error:
        raise NotReached(error.why.value) from error
    last = told.last
    refused = last.kind is Kind.LOG_IN
    bedside.note("it refuses the log-in" if refused else f"{told.stop or last.kind} {last.code}".strip())
    return Told(told, login)


CHECK: Final = Check(
    id="autodiscover-answer",
    title="What does Autodiscover answer to the user?",
    section=Section.AUTODISCOVER,
    scope=Scope.CANDIDATE,
    examine=_examine,
    needs=(Asked, Trusted),
    yields=Told,
)
