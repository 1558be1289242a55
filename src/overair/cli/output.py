"""How commands speak: results on stdout, one line about a failure on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

DATA_DIR: Final = Path("data")
"""In the working directory, as `make serve` has it."""

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


def print_json(value: object) -> None:
    """Print a value as one JSON document."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
