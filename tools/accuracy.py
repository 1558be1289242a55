"""``python -m tools.accuracy``: examine every case of the ward, and write docs/doctor/accuracy.md.

The cases are examined one after the other, so that the seconds are those of one examination. With
``--new`` only those that the page lacks, or has otherwise.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from overair.cli import logs
from overair.doctor.check import Section
from overair.doctor.checks import CHECKS
from overair.doctor.illness import Severity
from overair.ward.case import Case, Program
from overair.ward.cases import CASES
from overair.ward.rounds import visit
from overair.ward.supplies import Supplies

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "doctor" / "accuracy.md"
HEALTHY: Final = "none"
OF_THE_WARD: Final = frozenset((Program.SCRIPTED, Program.DNS, Program.OVERAIR))
"""What is no broken configuration of a program that others made."""
SECTIONS: Final = {illness.id: check.section for check in reversed(CHECKS) for illness in check.finds}
SEVERITIES: Final = {illness.id: illness.severity for check in CHECKS for illness in check.finds}
HEAD: Final = (
    "# How often the doctor is right\n\n"
    "The doctor is tested on [the ward](../ward.md): servers on loopback, each with one illness, or with "
    "none. For each case it has to name that illness as the cause; of a healthy server it has to say that "
    "nothing is wrong, whatever oddity there is, and to tell the oddity. This page was made by `make "
    "accuracy`; the tests examine the same cases each time they run, and fail where an answer is wrong, or "
    "where this page lacks a case.\n"
)


class Row(msgspec.Struct, frozen=True):
    """One case of the page."""

    case: str
    program: str
    illness: str
    shows: str
    """The oddities that have to be found besides."""
    named: str
    complete: bool
    """Whether those were found."""
    seconds: float = 0.0

    @property
    def about(self) -> tuple[str, str, str, str]:
        """What the case is."""
        return self.case, self.program, self.illness, self.shows

    @property
    def right(self) -> bool:
        """Whether the doctor named what it should, and found what it should find besides."""
        return self.illness == self.named and self.complete


def row(case: Case, named: str | None, seconds: float, lacking: Sequence[str] = ()) -> Row:
    """The row of a case that was examined; ``lacking`` are oddities that were not found."""
    return Row(
        case.id,
        case.program.value,
        case.illness or HEALTHY,
        ", ".join(case.shows),
        named or HEALTHY,
        not lacking,
        seconds,
    )


async def examined(cases: Iterable[Case]) -> list[Row]:
    """Examine cases. Raises programs.Missing where a program is not installed."""
    rows = []
    async with Supplies() as supplies:
        await supplies.overair()
        for case in cases:
            started = time.monotonic()
            seen = await visit(case, supplies)
            rows.append(row(case, seen.named, time.monotonic() - started, seen.lacking))
            said = "right" if seen.right else f"WRONG: {seen.named}, without {seen.lacking}"
            print(f"{case.id}: {said}", file=sys.stderr)
    return rows


def page(rows: Sequence[Row]) -> str:
    """The page as Markdown."""
    return "\n".join(
        (HEAD, *_totals(rows), "", *_confusion(rows), "", *_by_illness(rows), "", *_cases(rows), "")
    )


def _totals(rows: Sequence[Row]) -> Iterator[str]:
    sick = [one for one in rows if one.illness != HEALTHY]
    healthy = [one for one in rows if one.illness == HEALTHY]
    real = sum(one.program not in OF_THE_WARD for one in sick)
    yield "## In all"
    yield ""
    right = sum(one.right for one in sick)
    illnesses = len({one.illness for one in sick})
    yield f"- {len(sick)} sick cases with {illnesses} illnesses: {right} named rightly"
    yield f"- {len(healthy)} healthy cases: {sum(one.right for one in healthy)} found healthy"
    oddities = {one for row in rows for one in row.shows.split(", ") if one}
    yield f"- {len(oddities)} oddities that have to be told and are no cause"
    yield f"- {real} of the sick are a program of the distribution with a broken configuration"
    yield f"- {sum(one.seconds for one in rows):.0f} seconds in all, with the starts of the servers"


def _confusion(rows: Sequence[Row]) -> Iterator[str]:
    """By the part of the examination: where the illness is, and where the doctor looked for it."""
    parts = [section.value for section in Section]
    counts = Counter((_part(one.illness), _part(one.named)) for one in rows)
    columns = [*parts, HEALTHY]
    yield "## Confusion, by parts of the examination"
    yield ""
    yield "A row is where the illness is, a column where the doctor saw the cause."
    yield ""
    yield f"| | {' | '.join(columns)} |"
    yield f"| --- |{' ---: |' * len(columns)}"
    for here in columns:
        yield f"| {here} | {' | '.join(str(counts[here, there] or '') for there in columns)} |"


def _part(illness: str) -> str:
    return HEALTHY if illness == HEALTHY else SECTIONS[illness].value


def _by_illness(rows: Sequence[Row]) -> Iterator[str]:
    """Every pair of an illness and what was named that is not empty."""
    counts = Counter((one.illness, one.named) for one in rows)
    yield "## Confusion, by illnesses"
    yield ""
    yield "Every illness with what the doctor named; pairs that are not here did not happen."
    yield ""
    yield "| Illness | Named | Cases | |"
    yield "| --- | --- | ---: | --- |"
    for (illness, named), count in sorted(counts.items()):
        yield f"| {illness} | {named} | {count} | {_verdict(illness == named)} |"
    unseen = sorted(
        one
        for one in SECTIONS
        if one not in {one.illness for one in rows} and SEVERITIES[one] != Severity.ODDITY
    )
    if unseen:
        yield ""
        yield f"The doctor knows illnesses without a case, too: {', '.join(unseen)}."


def _cases(rows: Sequence[Row]) -> Iterator[str]:
    yield "## The cases"
    yield ""
    yield "| Case | Program | Illness | Oddities to tell | Named | | Seconds |"
    yield "| --- | --- | --- | --- | --- | --- | ---: |"
    for one in rows:
        cells = (*one.about, one.named, _verdict(one.right), f"{one.seconds:.1f}")
        yield f"| {' | '.join(cells)} |"


def _verdict(right: bool) -> str:
    return "right" if right else "**wrong**"


def rows_of(text: str) -> list[Row]:
    """The cases that a page has."""
    lines = text.partition("## The cases\n")[2].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [
        Row(
            case,
            program,
            illness,
            shows,
            named,
            verdict == _verdict(True) or illness != named,
            float(seconds),
        )
        for case, program, illness, shows, named, verdict, seconds in cells[2:]
    ]


def kept(cases: Sequence[Case], before: Sequence[Row]) -> dict[str, Row]:
    """By case, the rows of an earlier page that still say what the case is, and that are right."""
    now = {row(case, case.illness, 0.0).about: case.id for case in cases}
    return {now[one.about]: one for one in before if one.about in now and one.right}


def main() -> None:
    """Write the page; exit code 1 where an answer is wrong."""
    logs.configure(logging.ERROR)
    before = kept(CASES, rows_of(PAGE.read_text(encoding="utf-8"))) if "--new" in sys.argv[1:] else {}
    fresh = asyncio.run(examined(case for case in CASES if case.id not in before))
    known = before | {one.case: one for one in fresh}
    rows = [known[case.id] for case in CASES]
    PAGE.write_text(page(rows), encoding="utf-8")
    wrong = [one.case for one in rows if not one.right]
    print(f"{len(rows)} cases, wrong: {', '.join(wrong) or 'none'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
