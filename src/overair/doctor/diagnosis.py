"""The doctor's reasoning: of all that was found, the one cause.

A finding counts where it stands in the way: at the server, or of the whole; at a host that Autodiscover
asks only where no host answered, and then of the one that came farthest; of Autodiscover never where the
user named the server. What another finding explains is its consequence. Of what is left the gravest is the
cause, and of those the one that comes first in the order of the checks, since whatever comes later stands on
it. What keeps phones from a host of Autodiscover breaks nothing where the server was found without it: who
types its name in gets there.

For one kind of device an illness counts that hits it, as gravely as it does; and what the device lacks at a
server that others get on with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from overair.doctor.check import Section
from overair.doctor.devices.answers import opinions
from overair.doctor.devices.device import Device
from overair.doctor.devices.discovery import SECTIONS as FINDING_SECTIONS
from overair.doctor.devices.illnesses import SECTIONS as OF_DEVICES
from overair.doctor.devices.illnesses import suffered
from overair.doctor.devices.opinion import Opinion, Question, Reply
from overair.doctor.examination import Examined
from overair.doctor.facts.autodiscover import Asked
from overair.doctor.facts.hosts import Source
from overair.doctor.facts.web import Endpoint
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Severity
from overair.doctor.step import State

ORDER: Final = tuple(Section)


class Diagnosis(msgspec.Struct, frozen=True):
    """What is wrong."""

    cause: Finding | None
    """None where phones should work."""
    section: Section | None
    """That of the cause's check."""
    others: tuple[Finding, ...]
    """What else should be mended: findings that the cause does not explain, the gravest first."""
    oddities: tuple[Finding, ...]
    device: Device | None = None
    """Of what kind of device it is told; None where of all."""
    opinions: tuple[Opinion, ...] = ()
    """What there is to say of that kind; that it does not find a server that the user has named is not."""


def diagnose(examined: Examined, device: Device | None = None) -> Diagnosis:
    """Name the cause; with a device, of what that kind of device suffers."""
    sections = {step.check.id: step.check.section for step in examined.steps}
    in_the_way = _in_the_way(examined)
    # What explains may concern other devices alone: the doctor itself may be like those.
    grave = [one for one in in_the_way if one.illness.severity is not Severity.ODDITY]
    explained = frozenset().union(*(one.illness.explains for one in grave)) & {one.id for one in grave}
    concerning = [one for one in in_the_way if _concerns(one, device)]
    counting = [one for one in concerning if _severity(one, device) is not Severity.ODDITY]
    oddities = tuple(
        one
        for one in examined.findings
        if _concerns(one, device) and _severity(one, device) is Severity.ODDITY
    )
    # Two that explain each other would hide one another: then neither is a mere consequence.
    roots = [one for one in counting if one.id not in explained]
    asked: tuple[Opinion, ...] = ()
    if device is not None:
        asked = _asked(examined, device)
        roots = [*roots, *_of_its_own(examined, device, asked, counting)]
        roots.sort(key=lambda one: ORDER.index(_section(one, sections)))
    elif not roots:
        roots = counting
    ranked = sorted(roots, key=lambda one: -_severity(one, device))
    cause = ranked[0] if ranked else None
    consequences = cause.illness.explains if cause is not None else frozenset()
    others = tuple(one for one in ranked[1:] if one.id not in consequences)
    section = None if cause is None else _section(cause, sections)
    return Diagnosis(cause, section, others, oddities, device, asked)


def _section(finding: Finding, sections: Mapping[str, Section]) -> Section:
    return OF_DEVICES.get(finding.id) or sections[finding.check]


def _concerns(finding: Finding, device: Device | None) -> bool:
    return device is None or device in finding.illness.hits


def _severity(finding: Finding, device: Device | None) -> Severity:
    return finding.illness.severity_for(device)


def _asked(examined: Examined, device: Device) -> tuple[Opinion, ...]:
    server = examined.server
    given = server is not None and server.source is Source.GIVEN
    return tuple(one for one in opinions(examined, device) if not (given and one.question is Question.FIND))


def _of_its_own(
    examined: Examined, device: Device, asked: Sequence[Opinion], counting: Sequence[Finding]
) -> Sequence[Finding]:
    """What a device suffers from and none of the checks finds.

    That it does not find the server is told where there is nothing else that may be why.
    """
    found = frozenset(one.id for one in counting)
    places = {step.check.id: step.check.section for step in examined.steps}
    explained = any(places[one.check] in FINDING_SECTIONS for one in counting) or any(
        one.question is Question.TRUST and one.reply is Reply.NO for one in asked
    )
    left = [one for one in asked if not (explained and one.question is Question.FIND)]
    return suffered(device, left, found, examined.server.host if examined.server is not None else None)


def _in_the_way(examined: Examined) -> Sequence[Finding]:
    """The findings that stand in the way, in the order of the checks."""
    server = examined.server
    hosts: set[Host | None] = {None}
    beyond: Host | None = None
    if server is not None:
        hosts.add(server.host)
    if server is None or server.source is Source.GUESS:
        farthest = _farthest(examined)
        if farthest is not None:
            hosts.add(farthest)
        if server is not None and farthest != server.host and (Endpoint, server.host) in examined.facts:
            beyond = farthest
    given = server is not None and server.source is Source.GIVEN
    beside = {
        step.check.id for step in examined.steps if given and step.check.section is Section.AUTODISCOVER
    }
    found = [one for one in examined.findings if one.host in hosts and one.check not in beside]
    if server is not None:
        # What both have is told of the server first.
        ranks = {step.check.id: rank for rank, step in enumerate(examined.steps)}
        found.sort(key=lambda one: (ranks[one.check], one.host != server.host))
    return [_softened(one) if beyond is not None and one.host == beyond else one for one in found]


def _softened(finding: Finding) -> Finding:
    """As it counts where phones get on without the host that has it."""
    illness = finding.illness
    severity = min(illness.severity, Severity.IMPAIRS)
    return msgspec.structs.replace(
        finding, illness=msgspec.structs.replace(illness, severity=severity, breaks=frozenset())
    )


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
