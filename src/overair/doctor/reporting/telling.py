"""The answer in plain words, for whatever shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Protocol, TypeVar

import msgspec

from overair.doctor.devices.device import Device
from overair.doctor.devices.profiles import PROFILES
from overair.doctor.reporting.report import Report, ReportedFinding, Verdict
from overair.doctor.step import GROUND_GONE

HEADINGS: Final = {
    Verdict.WELL: "Phones should work.",
    Verdict.IMPAIRED: "Some phones, or some of what they do, will fail.",
    Verdict.BROKEN: "Phones cannot work.",
    Verdict.UNDETERMINED: "Nothing wrong was found, as far as could be looked.",
}
OF_ONE: Final = {
    Verdict.WELL: "{device} should work.",
    Verdict.IMPAIRED: "Some of what {device} does will fail.",
    Verdict.BROKEN: "{device} cannot work.",
    Verdict.UNDETERMINED: "Nothing wrong was found for {device}, as far as could be looked.",
}
"""The headings where one kind of device was asked for."""
RANKS: Final = {"no": 0, "unknown": 1, "yes": 2}
"""Answers about a device; the first that there is stands for all."""
DOINGS: Final = {
    "find": "find the server",
    "trust": "trust the server",
    "speak": "speak a version in common with the server",
    "accept policies": "accept the policies",
}
"""What a question asks, in full where it is not said by the question."""


class Placed(Protocol):
    """Something that belongs to a section and a host."""

    @property
    def section(self) -> str: ...

    @property
    def host(self) -> str | None: ...


P = TypeVar("P", bound=Placed)


def grouped(steps: Sequence[P]) -> list[tuple[str, str | None, list[P]]]:
    """Steps by section and host, in the order in which each was first met; a section stays together."""
    places: dict[str, dict[str | None, list[P]]] = {}
    for step in steps:
        places.setdefault(step.section, {}).setdefault(step.host, []).append(step)
    return [(section, host, of) for section, hosts in places.items() for host, of in hosts.items()]


class DeviceLine(msgspec.Struct, frozen=True):
    """What one kind of device would do, in a line."""

    device: str
    answer: str
    says: str


def heading(report: Report) -> str:
    """How the patient is, in a sentence."""
    if report.seen_as is None:
        return HEADINGS[report.verdict]
    device = PROFILES[Device(report.seen_as)].called
    return OF_ONE[report.verdict].format(device=device)


def paragraph(report: Report) -> str:
    """The most likely cause and what to do."""
    begins = heading(report)
    if report.cause is not None:
        return f"{begins} {report.cause.says} {report.cause.cure} (More: {report.cause.page})"
    if report.verdict is Verdict.WELL:
        return f"{begins} Nothing that stands in their way was found at {report.server}."
    return begins


def parts(report: Report) -> Iterator[tuple[str, list[str]]]:
    """What stands below the paragraph: titles, each with its lines."""
    told = (
        ("Also to be mended", [f"{one.says} {one.cure}" for one in report.others]),
        ("Harmless", [_with_host(one) for one in report.oddities]),
        ("Not reached", unreached(report)),
        ("As each device", [f"{one.device}: {one.says}" for one in devices(report)]),
        *_since(report),
    )
    return (part for part in told if part[1])


def unreached(report: Report) -> list[str]:
    """What was not reached for a reason of its own: not because something else was not."""
    told = (
        f"{step.title} ({step.reason})"
        for step in report.steps
        if step.state in ("not reached", "stumbled") and not step.reason.startswith(GROUND_GONE)
    )
    return list(dict.fromkeys(told))


def devices(report: Report) -> list[DeviceLine]:
    """Each kind of device once, with what decides."""
    lines = []
    for device, answers in groupby(report.devices, key=lambda one: one.device):
        decides = min(answers, key=lambda one: RANKS[one.answer])
        why = f" ({decides.reason})" if decides.reason else ""
        doing = DOINGS.get(decides.question, decides.question)
        says = {
            "yes": "works",
            "no": f"does not {doing}{why}",
            "unknown": f"unknown whether it would {doing}{why}",
        }[decides.answer]
        lines.append(DeviceLine(PROFILES[Device(device)].called, decides.answer, says))
    return lines


def moment(date: str) -> str:
    """A date of a report as people read it."""
    return date.replace("T", " ").replace("Z", " UTC")


def _since(report: Report) -> Iterator[tuple[str, list[str]]]:
    difference = report.difference
    if difference is None:
        return
    lines = [f"It was {difference.was}, and is {report.verdict}."] if difference.was is not None else []
    lines += [f"New: {one.says}" for one in difference.new]
    lines += [f"Gone: {one.says}" for one in difference.gone]
    lines += [
        f"{one.title}{f' ({one.host})' if one.host else ''} was {one.before}, is {one.after}"
        for one in difference.changed
    ]
    yield f"Since {moment(difference.since)}", lines or ["Nothing is different."]


def _with_host(finding: ReportedFinding) -> str:
    return f"{finding.says} ({finding.id})"


def remarks(notes: Iterable[str], findings: Iterable[str], reason: str) -> str:
    """What came of a step, beside its state; findings by their ids."""
    return "; ".join((*notes, *findings, *filter(None, (reason,))))


def with_remarks(title: str, said: str) -> str:
    """A title, which often asks, and what came of it."""
    return f"{title}{'' if title.endswith('?') else ':'} {said}" if said else title
