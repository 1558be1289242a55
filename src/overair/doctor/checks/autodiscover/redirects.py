"""Where do the redirects of Autodiscover lead?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import Stop
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.autodiscover.evidence import Evidence, evidence
from overair.doctor.checks.autodiscover.illnesses import (
    ADDRESS_LOOP,
    BROKEN_REDIRECT,
    LOOP,
    OUTSIDE,
    UNENCRYPTED,
)
from overair.doctor.facts.autodiscover import Asked, Found, Told
from overair.doctor.facts.hosts import Candidates

_ILLNESSES: Final = {
    Stop.LOOP: LOOP,
    Stop.ADDRESS_LOOP: ADDRESS_LOOP,
    Stop.OUTSIDE: OUTSIDE,
    Stop.OPEN: UNENCRYPTED,
    Stop.NOWHERE: BROKEN_REDIRECT,
}


async def _examine(bedside: Bedside) -> None:
    if bedside.wanted(Found) is not None:
        return
    for one in evidence(bedside):
        stop = one.followed.stop
        if stop is Stop.ADDRESS:
            bedside.note("the mailbox is at an address of another domain, which is examined by itself")
        elif stop is not None:
            _find(bedside, one, stop)


def _find(bedside: Bedside, one: Evidence, stop: Stop) -> None:
    last = one.followed.last
    bedside.find(
        _ILLNESSES[stop],
        name=one.host.name,
        domain=bedside.complaint.mail_domain,
        trail=one.trail,
        target=last.location.host if stop is Stop.OUTSIDE and last.location else str(last.location),
        status=last.status,
    )


CHECK: Final = Check(
    id="autodiscover-redirects",
    title="Where do the redirects of Autodiscover lead?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Found, Told, Asked),
    finds=tuple(_ILLNESSES.values()),
)
