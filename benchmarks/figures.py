"""What a benchmark says, and how it is shown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable

import msgspec
from rich.console import Console
from rich.table import Table


class Figure(msgspec.Struct, frozen=True):
    """One measured value and what it should be."""

    name: str
    value: float
    unit: str
    target: float | None
    """None where the figure is there for comparison only."""
    higher_is_better: bool

    @property
    def met(self) -> bool:
        """Whether the value is at least as good as the target."""
        if self.target is None:
            return True
        return self.value >= self.target if self.higher_is_better else self.value <= self.target


def machine() -> str:
    """What the figures were measured on."""
    usable = len(os.sched_getaffinity(0))
    system = f"{platform.system()} {platform.machine()}"
    return f"{usable} of {os.cpu_count()} cores, Python {platform.python_version()}, {system}"


def show(figures: Iterable[Figure], console: Console) -> None:
    """Print figures as a table."""
    table = Table(title=machine(), title_justify="left")
    table.add_column("figure")
    table.add_column("measured", justify="right")
    table.add_column("target", justify="right")
    table.add_column("")
    for figure in figures:
        target = verdict = ""
        if figure.target is not None:
            sign = "at least" if figure.higher_is_better else "at most"
            target = f"{sign} {_number(figure.target)} {figure.unit}"
            verdict = "[green]met[/green]" if figure.met else "[red]missed[/red]"
        table.add_row(figure.name, f"{_number(figure.value)} {figure.unit}", target, verdict)
    console.print(table)


def _number(value: float) -> str:
    """Three figures, or all of those before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
