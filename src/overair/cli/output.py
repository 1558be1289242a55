"""How commands speak: results on stdout, one line about a failure on stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

DATA_DIR: Final = Path("data")
"""In the working directory, as `make serve` has it."""
WIDTH: Final = 200
"""Columns of a table that no terminal shows."""

DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        envvar="OVERAIR_DATA_DIR",
        help="Where the server keeps everything.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Failure(Exception):
    """The command did not do what was asked; the message is one line. ``code`` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(" ".join(message.split()))
        self.code = code


def print_table(table: Table) -> None:
    """Print a table, on what is no terminal without breaking its lines."""
    # What others wrote, such as a name or an answer, is not to be taken for markup, nor :CD: for a disc.
    width = None if sys.stdout.isatty() else WIDTH
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)


def print_json(value: object) -> None:
    """Print a value as one JSON document."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
