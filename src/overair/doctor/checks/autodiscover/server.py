"""Which host has the EAS endpoint?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from yarl import URL

from overair.doctor.autodiscovering import Kind
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.autodiscover.candidates import host_of
from overair.doctor.checks.autodiscover.illnesses import SERVER_UNKNOWN
from overair.doctor.facts.autodiscover import Asked, Found, Offered, Told
from overair.doctor.facts.hosts import Candidates, Server, Source
from overair.doctor.guessing import Probe, best_of, probe, probed
from overair.doctor.host import Host
from overair.doctor.network.web import Why
from overair.protocol.http import PATH


async def _examine(bedside: Bedside) -> Server | None:
    complaint = bedside.complaint
    if complaint.server is not None:
        return Server(complaint.server, complaint.url_path or PATH, Source.GIVEN)
    named = _named(bedside)
    probes = await asyncio.gather(*(probe(complaint, host, path) for host, path in named))
    for one in probes:
        if one.answer is not None:
            bedside.note(f"{one.host.authority}, as Autodiscover says")
            return Server(one.host, complaint.url_path or one.path, Source.AUTODISCOVER)
    guesses = await probed(complaint)
    guessed = best_of(guesses, complaint.mail_domain)
    if guessed is not None:
        bedside.note(f"{guessed.host.authority} answers like one")
        return Server(guessed.host, complaint.url_path or guessed.path, Source.GUESS)
    for host, path in named:
        bedside.note(f"{host.authority}, as Autodiscover says, though it does not answer")
        return Server(host, complaint.url_path or path, Source.AUTODISCOVER)
    if any(told.followed.last.kind is Kind.LOG_IN for told in bedside.of_hosts(Told).values()):
        raise NotReached("Autodiscover names it to whoever logs in, and refuses the log-in")
    if any(asked.followed.last.kind is Kind.LOG_IN for asked in bedside.of_hosts(Asked).values()):
        raise NotReached("Autodiscover names it to whoever logs in; --server names it as well")
    bedside.find(SERVER_UNKNOWN, domain=complaint.mail_domain, more=_silent(guesses, complaint.mail_domain))
    return None


def _silent(guesses: Sequence[Probe], domain: str) -> str:
    """Which of the usual names are there without an answer, of which one may be the server."""
    there = [one for one in guesses if one.why not in (None, Why.NAME) and one.host.name != domain]
    told = ", ".join(f"{one.host.name} ({one.why})" for one in there)
    return f"; in DNS, and without an answer: {told}" if there else ""


def _named(bedside: Bedside) -> Sequence[tuple[Host, str]]:
    """The endpoints that Autodiscover names over HTTPS, each once, in the order in which phones ask.

    What the second version says without a log-in counts where no log-in was answered.
    """
    candidates = bedside.fact(Candidates)
    found = {host: fact.url for host, fact in bedside.of_hosts(Offered).items()}
    known = {host: fact.url for host, fact in bedside.of_hosts(Found).items()} or found
    named: dict[tuple[Host, str], None] = {}
    for candidate in candidates.hosts:
        try:
            url = URL(known.get(candidate, ""))
        except ValueError:
            continue  # what it says instead is looked at by a check of its own
        host = host_of(url) if url.scheme == "https" else None
        if host is not None:
            named[host, url.raw_path if url.raw_path.strip("/") else PATH] = None
    return tuple(named)


CHECK: Final = Check(
    id="server-known",
    title="Which host has the EAS endpoint?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Found, Offered, Asked, Told),
    yields=Server,
    finds=(SERVER_UNKNOWN,),
)
