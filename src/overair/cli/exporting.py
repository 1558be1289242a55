"""`overair export`: events, tasks and notes as a calendar file."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json
from overair.cli.store import begin, store, take
from overair.server.administration import BeginExport

if TYPE_CHECKING:
    from overair.items.icalendar.results import Dropped

application = typer.Typer()
IN_MEMORY: Final = 16 * 1024 * 1024
_WORDS: Final = {"Calendar": "events", "Tasks": "tasks", "Notes": "notes"}


class Summary(msgspec.Struct):
    """What an export did."""

    events: int = 0
    tasks: int = 0
    notes: int = 0
    left_out: Counter[str] = msgspec.field(default_factory=Counter)
    """What a calendar file has no word for, and of how many items it was left out."""

    def count(self, item_class: str, dropped: Iterable[Dropped]) -> None:
        """Count an item that was written."""
        word = _WORDS[item_class]
        setattr(self, word, getattr(self, word) + 1)
        self.left_out.update(f"{one.name}: {one.reason}" if one.reason else one.name for one in dropped)


@application.command(epilog="Example: overair export anna@example.org --output anna.ics")
def export(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The account.")],
    folder: Annotated[
        str | None,
        typer.Option(
            "--folder",
            metavar="NAME",
            help="Only this folder; Work/Plans is one in another. Without it all of them.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="The file to write.", show_default="stdout"),
    ] = None,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Write events, tasks and notes to a calendar file (.ics), with their attachments.

    Other programs read it, and so does `overair import`.
    """
    if as_json and output is None:
        raise Failure("--json tells about a file: name it with --output", code=2)
    summary = Summary()
    if output is None:
        try:
            asyncio.run(_export(address, folder, data_dir, sys.stdout.buffer, summary))
        except BrokenPipeError:
            raise Failure("nobody reads the output any more") from None
    else:
        _into_file(output, address, folder, data_dir, summary)
    if as_json:
        print_json(summary)
    else:
        _print(summary)


def _into_file(output: Path, address: str, folder: str | None, data_dir: Path, summary: Summary) -> None:
    """Write a file, which is there whole or not at all. Raises Failure."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{output.name}", dir=output.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                asyncio.run(_export(address, folder, data_dir, file, summary))
            Path(name).replace(output)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Failure(f"{output} cannot be written: {error.strerror or error}") from None


async def _export(
    address: str, folder: str | None, data_dir: Path, file: IO[bytes], summary: Summary
) -> None:
    # Items take a third of a second to load, which help and errors need not.
    from overair.cli.calendar_files import written
    from overair.items.icalendar.clock import Used
    from overair.items.icalendar.writing import TAIL, head

    async with store(data_dir) as perform:
        begun = await begin(perform, BeginExport(address=address, folder=folder))
        zones: list[Used] = []
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as components:
            while items := await take(perform):
                for item in items:
                    one = written(item, begun.time_zone)
                    components.write(one.components)
                    zones.extend(one.zones)
                    summary.count(item.item_class, one.dropped)
            components.seek(0)
            file.write(head(zones))
            while data := components.read(IN_MEMORY):
                file.write(data)
            file.write(TAIL)
            file.flush()


def _print(summary: Summary) -> None:
    counts = (summary.events, summary.tasks, summary.notes)
    typer.echo("{} events, {} tasks, {} notes".format(*counts), err=True)
    for what, count in sorted(summary.left_out.items()):
        typer.echo(f"  left out of {count}: {what}", err=True)
