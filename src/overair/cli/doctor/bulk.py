"""Many addresses in one go: a file of them, a bar of progress, JSON Lines or a table in the end."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from overair.cli.doctor.patient import Wishes, complaint
from overair.cli.output import Failure, print_table
from overair.doctor.answering import answer
from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.reporting.report import GRAVEST_FIRST, Report
from overair.doctor.secret import Secret

COMMENT = "#"


def patients(path: Path, wishes: Wishes, around: Surroundings, *, passwords: bool) -> list[Complaint]:
    """A complaint for each address of a file; ``passwords`` tells that stdin has them. Raises Failure."""
    addresses = list(_addresses(path))
    if not addresses:
        raise Failure(f"--addresses {path} names no address", code=2)
    secrets = _passwords(len(addresses), path) if passwords else [None] * len(addresses)
    complaints = []
    for (number, text), secret in zip(addresses, secrets, strict=True):
        try:
            complaints.append(complaint(text, secret, wishes, around))
        except Failure as failure:
            raise Failure(f"{path}, line {number}: {failure}", code=2) from None
    twice = [name for name, count in Counter(one.address for one in complaints).items() if count > 1]
    if twice:
        raise Failure(f"--addresses {path} names {twice[0]} more than once", code=2)
    return complaints


def examine_all(
    complaints: Sequence[Complaint], *, anonymous: bool, at_once: int, as_json: bool, quiet: bool
) -> list[Report]:
    """Examine all, some at a time, and print what came of it; the reports are in the complaints' order."""

    def done(report: Report) -> None:
        if as_json:
            typer.echo(msgspec.json.encode(report).decode())
        advance()

    with _progress(len(complaints), shown=not quiet and sys.stderr.isatty()) as advance:
        reports = asyncio.run(_all(complaints, anonymous, at_once, done))
    if not quiet and not as_json:
        _print_summary(reports)
    return reports


async def _all(
    complaints: Sequence[Complaint], anonymous: bool, at_once: int, done: Callable[[Report], None]
) -> list[Report]:
    some = asyncio.Semaphore(at_once)

    async def one(patient: Complaint) -> Report:
        async with some:
            report = await answer(patient, without_names=anonymous)
        done(report)
        return report

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(patient)) for patient in complaints]
    return [task.result() for task in tasks]


def _addresses(path: Path) -> Iterator[tuple[int, str]]:
    """The lines with an address in them, numbered from 1. Raises Failure."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Failure(f"--addresses {path}: {error.strerror}", code=2) from None
    except UnicodeDecodeError:
        raise Failure(f"--addresses {path} is not UTF-8", code=2) from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(COMMENT):
            yield number, line.strip()


def _passwords(count: int, path: Path) -> list[Secret | None]:
    """The lines of stdin; an empty one stands for no password. Raises Failure."""
    lines = sys.stdin.buffer.read().splitlines()
    if len(lines) != count:
        raise Failure(f"stdin has {len(lines)} lines of passwords, and {path} {count} addresses", code=2)
    try:
        return [Secret(line.decode()) if line else None for line in lines]
    except UnicodeDecodeError:
        raise Failure("a password from stdin is not UTF-8", code=2) from None


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    """What is called for each that is done; the bar is on stderr."""
    columns = (TextColumn("examined"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown)
    with bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def _print_summary(reports: Sequence[Report]) -> None:
    table = Table("", "address", "server", "verdict", "cause", "section", "seconds")
    for number, report in enumerate(reports, 1):
        table.add_row(
            str(number),
            report.address,
            report.server or "",
            report.verdict,
            report.cause.id if report.cause is not None else "",
            report.section or "",
            f"{report.seconds:.1f}",
        )
    print_table(table)
    counts = Counter(report.verdict for report in reports)
    typer.echo(", ".join(f"{counts[verdict]} {verdict}" for verdict in GRAVEST_FIRST if counts[verdict]))
