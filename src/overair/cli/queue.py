"""`overair queue`: mail on its way out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json, print_table
from overair.cli.store import ask_number, ask_queue, store
from overair.server.administration import (
    ListQueue,
    Queued,
    RemoveQueued,
    Request,
    RetryQueued,
    ShowQueued,
)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The message's number.", min=1)]

application = typer.Typer(help="List, show, retry and remove messages on their way out.")


@application.callback(invoke_without_command=True, epilog="Example: overair queue list")
def overview(context: typer.Context) -> None:
    """List, show, retry and remove messages on their way out."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command("list", epilog="Example: overair queue list --json")
def list_(data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the messages that wait for somebody, the oldest first."""
    messages = asyncio.run(_all(data_dir))
    if as_json:
        print_json(messages)
        return
    table = Table(
        "Number",
        "From",
        "Submitted",
        "Waiting",
        "Attempts",
        "Next attempt",
        "Last answer",
        box=None,
        pad_edge=False,
    )
    for one in messages:
        waiting = [recipient for recipient in one.recipients if recipient.state == "waiting"]
        said = next((recipient.answer or recipient.status for recipient in waiting if recipient.status), "")
        table.add_row(
            str(one.number),
            one.sender or "<>",
            _time(one.submitted),
            f"{len(waiting)} of {len(one.recipients)}",
            str(one.attempts),
            "now" if one.sending else _time(one.next_attempt),
            said,
        )
    print_table(table)


@application.command(epilog="Example: overair queue show 12")
def show(number: Number, data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Show a message's recipients, and what was answered for each."""
    [message] = _perform(data_dir, ShowQueued(number))
    if as_json:
        print_json(message)
        return
    typer.echo(f"Message {message.number} of {message.account}, return path <{message.sender}>")
    typer.echo(f"Submitted {_time(message.submitted)}, attempts: {message.attempts}")
    typer.echo("Being sent now" if message.sending else f"Next attempt {_time(message.next_attempt)}")
    table = Table("Recipient", "State", "Status", "Answer", box=None, pad_edge=False)
    for recipient in message.recipients:
        table.add_row(recipient.address, recipient.state, recipient.status, recipient.answer)
    print_table(table)


@application.command(epilog="Example: overair queue retry --all")
def retry(
    number: Annotated[
        int | None, typer.Argument(metavar="NUMBER", help="The message's number.", min=1, show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every message.")] = False,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Attempt a message, or all, now; where no server runs, when it starts."""
    if (number is None) is not every:
        raise Failure("name the number of a message, or --all", code=2)

    async def perform() -> int:
        async with store(data_dir) as execute:
            return await ask_number(execute, RetryQueued(number))

    count = asyncio.run(perform())
    if as_json:
        print_json({"retried": count})
    else:
        typer.echo(f"Retrying {'a message' if count == 1 else f'{count} messages'}.")


@application.command(epilog="Example: overair queue remove 12 --yes")
def remove(
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Take a message out of the queue; its sender is not told. On a terminal it asks first."""
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Remove message {number} without telling its sender?", abort=True, err=True)
    [message] = _perform(data_dir, RemoveQueued(number))
    if as_json:
        print_json(message)
    else:
        typer.echo(f"Removed message {message.number} of {message.account}.")


async def _all(data_dir: Path) -> list[Queued]:
    found: list[Queued] = []
    async with store(data_dir) as execute:
        while more := (await ask_queue(execute, ListQueue(found[-1].number if found else 0))).messages:
            found.extend(more)
    return found


def _perform(data_dir: Path, request: Request) -> Sequence[Queued]:
    async def perform() -> Sequence[Queued]:
        async with store(data_dir) as execute:
            return (await ask_queue(execute, request)).messages

    return asyncio.run(perform())


def _time(moment: datetime) -> str:
    """A time on this machine's clock."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
