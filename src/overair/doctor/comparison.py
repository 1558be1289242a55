"""What is different from an earlier report."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from overair.doctor.report import Report, ReportedFinding, ReportedStep, Verdict


class Difference(msgspec.Struct, frozen=True):
    """Between two reports of the same address."""

    since: str
    """The date of the earlier one."""
    verdicts: tuple[Verdict, Verdict] | None
    """The earlier and the later one, where they differ."""
    new: tuple[ReportedFinding, ...]
    """Findings that were not there."""
    gone: tuple[ReportedFinding, ...]
    """Findings that are there no more."""
    steps: tuple[tuple[ReportedStep, ReportedStep], ...]
    """Steps that were reached and are not, or the other way round, or with other findings."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.verdicts or self.new or self.gone or self.steps)


def compare(earlier: Report, later: Report) -> Difference:
    """What has changed from one report to a later one."""
    old, new = _findings(earlier), _findings(later)
    before = {(step.check, step.host): step for step in earlier.steps}
    steps = tuple(
        (before[key], step)
        for step in later.steps
        if (key := (step.check, step.host)) in before and _differ(before[key], step)
    )
    return Difference(
        since=earlier.date,
        verdicts=(earlier.verdict, later.verdict) if earlier.verdict is not later.verdict else None,
        new=tuple(finding for key, finding in new.items() if key not in old),
        gone=tuple(finding for key, finding in old.items() if key not in new),
        steps=steps,
    )


def _findings(report: Report) -> dict[tuple[str, str | None], ReportedFinding]:
    cause: Iterable[ReportedFinding] = () if report.cause is None else (report.cause,)
    return {(one.id, one.host): one for one in (*cause, *report.others, *report.oddities)}


def _differ(earlier: ReportedStep, later: ReportedStep) -> bool:
    return (earlier.state, earlier.findings) != (later.state, later.findings)
