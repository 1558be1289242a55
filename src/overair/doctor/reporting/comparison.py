"""What is different from an earlier report."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.doctor.reporting.discretion import printable
from overair.doctor.reporting.report import FORMAT, Change, Difference, Report, ReportedFinding, ReportedStep

REACHED: Final = frozenset(("passed", "found"))


class NoReport(ValueError):
    """What is no report of the doctor, or not one that this version reads; the message says why."""


class _Format(msgspec.Struct):
    format: int


def read(data: bytes) -> Report:
    """A report that was written as JSON. It may come from anybody. Raises NoReport."""
    try:
        written = msgspec.json.decode(data, type=_Format).format
        if written != FORMAT:
            raise NoReport(f"its format is {written}, and this version of Overair reads {FORMAT}")
        return msgspec.convert(_cleaned(msgspec.json.decode(data)), Report)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NoReport(printable(f"{error}")) from None


def compare(earlier: Report, later: Report) -> Difference:
    """What has changed from one report to a later one."""
    old, new = _findings(earlier), _findings(later)
    before = {(step.check, step.host): step for step in earlier.steps}
    changed = (
        Change(step.check, step.title, step.host, was.state, step.state)
        for step in later.steps
        if (was := before.get((step.check, step.host))) is not None and _reached(was) != _reached(step)
    )
    return Difference(
        since=earlier.date,
        was=earlier.verdict if earlier.verdict is not later.verdict else None,
        new=tuple(finding for key, finding in new.items() if key not in old),
        gone=tuple(finding for key, finding in old.items() if key not in new),
        changed=tuple(changed),
    )


def compared(earlier: Report, later: Report) -> Report:
    """The later report with its difference from an earlier one."""
    return msgspec.structs.replace(later, difference=compare(earlier, later))


def _findings(report: Report) -> dict[tuple[str, str | None], ReportedFinding]:
    cause = () if report.cause is None else (report.cause,)
    return {(one.id, one.host): one for one in (*cause, *report.others, *report.oddities)}


def _reached(step: ReportedStep) -> bool:
    return step.state in REACHED


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    return value
