"""The answer in plain words."""

from __future__ import annotations

from typing import Final

from overair.doctor.report import Report, ReportedFinding, Verdict

HEADINGS: Final = {
    Verdict.WELL: "Phones should work.",
    Verdict.IMPAIRED: "Some phones, or some of what they do, will fail.",
    Verdict.BROKEN: "Phones cannot work.",
    Verdict.UNDETERMINED: "Nothing wrong was found, as far as could be looked.",
}


def paragraph(report: Report) -> str:
    """The most likely cause and what to do."""
    heading = HEADINGS[report.verdict]
    if report.cause is not None:
        return f"{heading} {report.cause.says} {report.cause.cure} (More: {report.cause.page})"
    if report.verdict is Verdict.UNDETERMINED:
        reasons = list(dict.fromkeys(unreached(report)))
        return f"{heading} Not reached: {'; '.join(reasons)}." if reasons else heading
    return f"{heading} Nothing that stands in their way was found at {report.server}."


def unreached(report: Report) -> list[str]:
    """What was not reached for a reason of its own: not because something else was not."""
    return [
        f"{step.title}: {step.reason}"
        for step in report.steps
        if step.state in ("not reached", "stumbled") and not step.reason.startswith(STANDS)
    ]


STANDS: Final = "it stands on"


def line(finding: ReportedFinding) -> str:
    """A finding that is not the cause."""
    return f"{finding.says} {finding.cure}"
