"""Can a phone read what Autodiscover answers?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Kind
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.autodiscover.evidence import evidence
from overair.doctor.checks.autodiscover.illnesses import (
    ERROR,
    MALFORMED,
    NO_SERVER,
    OUTLOOK_ONLY,
    WEB_PAGE,
)
from overair.doctor.facts.autodiscover import Asked, Found, Told
from overair.doctor.facts.hosts import Candidates, Server

_ILLNESSES: Final = {
    Kind.FAILURE: ERROR,
    Kind.WRONG_SCHEMA: OUTLOOK_ONLY,
    Kind.NO_SERVER: NO_SERVER,
    Kind.MALFORMED: MALFORMED,
    Kind.PAGE: WEB_PAGE,
}
_MEANINGS: Final = {
    "2": ": it did not reach its directory of users",
    "600": ": the request reached it changed, or is none it knows",
    "601": ": it has no provider for phones",
    "602": ": it does not know the address",
}


async def _examine(bedside: Bedside) -> None:
    if bedside.wanted(Found) is not None:
        return
    server = bedside.wanted(Server)
    for one in evidence(bedside):
        illness = _ILLNESSES.get(one.kind)
        if illness is not None:
            last = one.followed.last
            bedside.find(
                illness,
                name=one.host.name,
                domain=bedside.complaint.mail_domain,
                url=last.url,
                code=last.code,
                meaning=_MEANINGS.get(last.code, ""),
                target=server.host.name if server is not None else "HOST",
            )


CHECK: Final = Check(
    id="autodiscover-content",
    title="Can a phone read what Autodiscover answers?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Found, Told, Asked, Server),
    finds=tuple(_ILLNESSES.values()),
)
