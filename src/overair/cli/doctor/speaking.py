"""What is said of an examination: on a terminal a tree and colours, elsewhere plain lines."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from overair.cli.doctor.tree import Watch, lines_of, tree_of
from overair.doctor.answering import answer
from overair.doctor.complaint import Complaint
from overair.doctor.reporting.anonymous import ADDRESS
from overair.doctor.reporting.report import Report, Verdict
from overair.doctor.reporting.telling import grouped, paragraph, parts, with_remarks

REFRESHES: Final = 5
"""Of the live tree, in a second."""
STYLES: Final = {
    Verdict.WELL: "green",
    Verdict.IMPAIRED: "yellow",
    Verdict.BROKEN: "bold red",
    Verdict.UNDETERMINED: "yellow",
}


def examined(complaint: Complaint, *, anonymous: bool, live: bool, on_stderr: bool) -> Report:
    """Examine; with ``live`` the steps are shown meanwhile if there is a terminal to show them on."""
    watch = Watch(ADDRESS if anonymous else complaint.address)
    stream = sys.stderr if on_stderr else sys.stdout
    with _shown(watch, on_stderr) if live and stream.isatty() else _unseen():
        return asyncio.run(answer(complaint, watch=watch, without_names=anonymous))


def tell(report: Report) -> None:
    """Say all of a report on stdout."""
    if sys.stdout.isatty():
        _tell_terminal(report)
    else:
        typer.echo("\n".join(plain_lines(report)))


def plain_lines(report: Report) -> Iterator[str]:
    """A report for what is no terminal."""
    for section, host, lines in grouped(list(lines_of(report))):
        yield f"{section}{f', {host}' if host is not None else ''}"
        for line in lines:
            step = with_remarks(line.title, line.said)
            yield f"  {line.state:12} {step} ({line.seconds:.1f} s)"
    yield ""
    yield paragraph(report)
    for title, told in parts(report):
        yield ""
        yield f"{title}:"
        yield from (f"- {one}" for one in told)


def _tell_terminal(report: Report) -> None:
    console = _console()
    console.print(tree_of(report))
    console.print()
    console.print(Text(paragraph(report), style=STYLES[report.verdict]))
    for title, told in parts(report):
        console.print()
        console.print(Text(title, style="bold"))
        for one in told:
            console.print(Padding(Text(one), (0, 0, 0, 2)))


def _console(*, stderr: bool = False) -> Console:
    # What servers say is neither markup nor :CD: for a disc.
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


@contextmanager
def _shown(watch: Watch, on_stderr: bool) -> Iterator[None]:
    with Live(
        watch,
        console=_console(stderr=on_stderr),
        transient=True,
        refresh_per_second=REFRESHES,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


@contextmanager
def _unseen() -> Iterator[None]:
    yield
