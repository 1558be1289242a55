"""The steps of an examination as a tree, while it runs and when it is over."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from rich.text import Text
from rich.tree import Tree

from overair.doctor.check import Section
from overair.doctor.illness import Severity
from overair.doctor.reporting.report import Report
from overair.doctor.reporting.telling import grouped, remarks, with_remarks
from overair.doctor.step import State, Step

ODDITY: Final = "oddity"
"""The state of a step that found nothing but oddities; the others are those of ``State``."""
MARKS: Final = {
    State.RUNNING.value: ("…", "cyan"),
    State.PASSED.value: ("✓", "green"),
    State.FOUND.value: ("✗", "bold red"),
    ODDITY: ("!", "yellow"),
    State.NOT_REACHED.value: ("·", "dim"),
    State.STUMBLED.value: ("?", "yellow"),
}
"""The sign of each state, and its style."""
WORTH_SHOWING: Final = frozenset((State.FOUND.value, State.STUMBLED.value))
"""What stays open of a part that is over, while others run."""


class Line(msgspec.Struct, frozen=True):
    """A step, as far as it is shown."""

    section: str
    host: str | None
    title: str
    state: str
    said: str
    seconds: float


class Watch:
    """Is told of the steps, and shows them while they run: what runs, what was found, and sums."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._steps: dict[tuple[str, str | None], Line] = {}
        self._begun: dict[tuple[str, str | None], float] = {}
        self._started = time.monotonic()

    def __call__(self, step: Step) -> None:
        """Take note of a step."""
        host = step.host.authority if step.host is not None else None
        self._steps[step.check.id, host] = _line(step, host)
        if step.state is State.RUNNING:
            self._begun[step.check.id, host] = time.monotonic()

    def __rich__(self) -> Tree:
        """As things are now."""
        now = time.monotonic()
        # The examination goes on in another thread: this takes what is there in one go.
        steps = list(self._steps.items())
        lines = [
            msgspec.structs.replace(line, seconds=now - self._begun.get(key, now))
            if line.state == State.RUNNING
            else line
            for key, line in steps
        ]
        lines.sort(key=lambda line: _ORDER[line.section])
        settled = sum(line.state in MARKS and line.state != State.RUNNING for line in lines)
        passed = now - self._started
        tree = Tree(Text(f"{self._address}: {settled} of {len(lines)} steps, {passed:.0f} s", style="bold"))
        for section, host, of in grouped(lines):
            reached = [line for line in of if line.state != State.WAITING]
            if reached:
                _add(tree, section, host, _open(reached), f" {_sum(reached)}")
        return tree


def tree_of(report: Report) -> Tree:
    """Every step of an examination that is over."""
    tree = Tree(Text(f"{report.address}, {report.seconds:.1f} s", style="bold"))
    for section, host, of in grouped(list(lines_of(report))):
        _add(tree, section, host, of)
    return tree


def lines_of(report: Report) -> Iterator[Line]:
    """The steps of a report."""
    odd = {one.id for one in report.oddities}
    for step in report.steps:
        state = ODDITY if step.findings and odd.issuperset(step.findings) else step.state
        said = remarks(step.notes, step.findings, step.reason)
        yield Line(step.section, step.host, step.title, state, said, step.seconds)


_ORDER: Final = {section.value: place for place, section in enumerate(Section)}


def _line(step: Step, host: str | None) -> Line:
    odd = step.findings and all(one.illness.severity is Severity.ODDITY for one in step.findings)
    said = remarks(step.notes, (one.id for one in step.findings), step.reason)
    state = ODDITY if odd else step.state.value
    return Line(step.check.section.value, host, step.check.title, state, said, step.seconds)


def _open(lines: list[Line]) -> list[Line]:
    """The lines of a part that are shown while others run."""
    running = any(line.state == State.RUNNING for line in lines)
    shown = WORTH_SHOWING | {State.RUNNING.value} if running else WORTH_SHOWING
    return [line for line in lines if line.state in shown]


def _sum(lines: list[Line]) -> str:
    counts = ((mark, sum(line.state == state for line in lines)) for state, (mark, _) in MARKS.items())
    return " ".join(f"{mark}{count}" for mark, count in counts if count)


def _add(tree: Tree, section: str, host: str | None, lines: Iterable[Line], summary: str = "") -> None:
    title = Text(section, style="bold")
    if host is not None:
        title.append(f" {host}", style="not bold cyan")
    title.append(summary, style="not bold dim")
    branch = tree.add(title)
    for line in lines:
        mark, style = MARKS[line.state]
        text = Text.assemble((mark, style), " ", line.title)
        text.append(with_remarks(line.title, line.said).removeprefix(line.title), style="dim")
        if line.seconds >= SHOWN_SECONDS:
            text.append(f" {line.seconds:.1f} s", style="cyan")
        branch.add(text)


SHOWN_SECONDS: Final = 0.05
"""What took less has no time beside it."""
