"""The doctor's reasoning: of all that was found, the one cause.

A finding counts where it stands in the way: at the server, or of the whole; at a host that Autodiscover
asks only where no host answered, and then of the one that came farthest; of Autodiscover never where the
user named the server. What another finding explains
is its consequence. Of what is left the gravest is the cause, and of those the one that comes first in the
order of the checks, since whatever comes later stands on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from overair.doctor.check import Section
from overair.doctor.examination import Examined
from overair.doctor.facts.autodiscover import Asked
from overair.doctor.facts.hosts import Source
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Severity
from overair.doctor.step import State


class Diagnosis(msgspec.Struct, frozen=True):
    """What is wrong."""

    cause: Finding | None
    """None where phones should work."""
    section: Section | None
    """That of the cause's check."""
    others: tuple[Finding, ...]
    """What else should be mended: findings that the cause does not explain, the gravest first."""
    oddities: tuple[Finding, ...]


def diagnose(examined: Examined) -> Diagnosis:
    """Name the cause."""
    findings = examined.findings
    oddities = tuple(one for one in findings if one.illness.severity is Severity.ODDITY)
    counting = [one for one in _in_the_way(examined) if one.illness.severity is not Severity.ODDITY]
    present = {one.id for one in counting}
    explained = frozenset().union(*(one.illness.explains for one in counting)) & present
    # Two that explain each other would hide one another: then neither is a mere consequence.
    roots = [one for one in counting if one.id not in explained] or counting
    ranked = sorted(roots, key=lambda one: -one.illness.severity)
    cause = ranked[0] if ranked else None
    sections = {step.check.id: step.check.section for step in examined.steps}
    consequences = cause.illness.explains if cause is not None else frozenset()
    others = tuple(one for one in ranked[1:] if one.id not in consequences)
    return Diagnosis(cause, sections[cause.check] if cause is not None else None, others, oddities)


def _in_the_way(examined: Examined) -> Sequence[Finding]:
    """The findings that stand in the way, in the order of the checks."""
    server = examined.server
    hosts: set[Host | None] = {None}
    if server is not None:
        hosts.add(server.host)
    if server is None or server.source is Source.GUESS:
        farthest = _farthest(examined)
        if farthest is not None:
            hosts.add(farthest)
    given = server is not None and server.source is Source.GIVEN
    beside = {
        step.check.id for step in examined.steps if given and step.check.section is Section.AUTODISCOVER
    }
    return [one for one in examined.findings if one.host in hosts and one.check not in beside]


def _farthest(examined: Examined) -> Host | None:
    """The host of Autodiscover with the most checks that were reached; of equals the last one.

    DOMAIN itself is asked first and is often a web site of somebody else, so it speaks only where an
    Autodiscover is.
    """
    reached: dict[Host, int] = {}
    for step in examined.steps:
        if step.host in examined.candidates and step.state in (State.PASSED, State.FOUND):
            reached[step.host] = reached.get(step.host, 0) + 1
    best: Host | None = None
    for host in examined.candidates:
        asked = examined.facts.get((Asked, host))
        if host.name == examined.complaint.mail_domain and not (
            isinstance(asked, Asked) and asked.is_autodiscover
        ):
            continue
        if best is None or reached.get(host, 0) >= reached.get(best, 0):
            best = host
    return best
