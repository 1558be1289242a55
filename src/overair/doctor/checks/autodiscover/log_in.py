"""Does Autodiscover take the log-in?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Kind
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.autodiscover.evidence import Evidence, evidence
from overair.doctor.checks.autodiscover.illnesses import NO_BASIC, REFUSES
from overair.doctor.facts.autodiscover import Asked, Told
from overair.doctor.facts.hosts import Candidates, Server
from overair.doctor.facts.login import LoggedIn


async def _examine(bedside: Bedside) -> None:
    asking = [one for one in evidence(bedside) if one.kind is Kind.LOG_IN]
    for one in asking:
        if one.login is not None:
            _look_at_refusal(bedside, one)
        elif "basic" not in one.followed.last.schemes:
            schemes = ", ".join(one.followed.last.schemes) or "it names no way at all"
            bedside.find(NO_BASIC, name=one.host.name, schemes=schemes)


def _look_at_refusal(bedside: Bedside, one: Evidence) -> None:
    """A refusal is Autodiscover's own only where the server takes the same log-in, or is not known."""
    server, taken = bedside.wanted(Server), bedside.wanted(LoggedIn)
    if one.login is None or (server is not None and (taken is None or taken.login.user != one.login.user)):
        return
    though = f", whom {server.host.name} takes" if server is not None else ""
    bedside.find(REFUSES, name=one.host.name, user=one.login.user, though=though)


CHECK: Final = Check(
    id="autodiscover-log-in",
    title="Does Autodiscover take the log-in?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Told, Asked, Server, LoggedIn),
    finds=(NO_BASIC, REFUSES),
)
