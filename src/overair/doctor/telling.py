"""The answer in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import msgspec

from overair.doctor.report import Report, ReportedFinding, ReportedStep, Verdict

HEADINGS: Final = {
    Verdict.WELL: "Phones should work.",
    Verdict.IMPAIRED: "Some phones, or some of what they do, will fail.",
    Verdict.BROKEN: "Phones cannot work.",
    Verdict.UNDETERMINED: "Nothing wrong was found, as far as could be looked.",
}


class Group(msgspec.Struct, frozen=True):
    """Steps of one section at one host, or of the whole."""

    section: str
    host: str | None
    steps: tuple[ReportedStep, ...]


def groups(steps: Sequence[ReportedStep]) -> tuple[Group, ...]:
    """The steps by section and host, in the order in which each was first met."""
    places: dict[tuple[str, str | None], list[ReportedStep]] = {}
    for step in steps:
        places.setdefault((step.section, step.host), []).append(step)
    in_order = groupby(places, key=lambda place: place[0])
    return tuple(
        Group(section, host, tuple(places[section, host])) for section, of in in_order for _, host in of
    )


def paragraph(report: Report) -> str:
    """The most likely cause and what to do."""
    heading = HEADINGS[report.verdict]
    if report.cause is not None:
        return f"{heading} {report.cause.says} {report.cause.cure} (More: {report.cause.page})"
    if report.verdict is Verdict.UNDETERMINED:
        reasons = unreached(report)
        return f"{heading} Not reached: {'; '.join(reasons)}." if reasons else heading
    return f"{heading} Nothing that stands in their way was found at {report.server}."


def unreached(report: Report) -> list[str]:
    """What was not reached for a reason of its own: not because something else was not."""
    told = (
        f"{step.title} ({step.reason})"
        for step in report.steps
        if step.state in ("not reached", "stumbled") and not step.reason.startswith(STANDS)
    )
    return list(dict.fromkeys(told))


STANDS: Final = "it stands on"


def line(finding: ReportedFinding) -> str:
    """A finding that is not the cause."""
    return f"{finding.says} {finding.cure}"
