"""`overair ward`: sick servers on loopback, to train on."""

from __future__ import annotations

import asyncio
import shlex
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from overair.cli.output import AsJson, Failure, print_json, print_table

if TYPE_CHECKING:
    from overair.doctor.complaint import Complaint
    from overair.ward.case import Case

application = typer.Typer(help="Sick servers on this machine, to train on.")


@application.callback(invoke_without_command=True, epilog="Example: overair ward list")
def overview(context: typer.Context) -> None:
    """Sick servers on this machine, to train on."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command("list", epilog="Example: overair ward list --answers")
def list_(
    answers: Annotated[bool, typer.Option("--answers", help="Say what is wrong, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the cases: the program and what its users complain of."""
    # Loading the server takes a second, which help need not.
    from overair.ward.cases import CASES

    rows = [_row(case, answers) for case in CASES]
    if as_json:
        print_json(rows)
        return
    names = ["Case", "Program", "Complaint", *(["Illness"] if answers else [])]
    table = Table(*names, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    print_table(table)


def _row(case: Case, answers: bool) -> dict[str, str]:
    row = {"case": case.id, "program": case.program.value, "complaint": case.title}
    if answers:
        healthy = f"none: {case.harmless}" if case.harmless else "none"
        row["illness"] = healthy if case.illness is None else case.illness
    return row


@application.command(epilog="Example: overair ward start expired")
def start(name: Annotated[str, typer.Argument(metavar="CASE", help="Its name in the list.")]) -> None:
    """Start a case on loopback, and say which command examines it. Ctrl-C ends it."""
    from overair.ward.cases import CASES
    from overair.ward.programs import DidNotStart, Missing
    from overair.ward.training import until_told

    case = next((case for case in CASES if case.id == name), None)
    if case is None:
        raise Failure(f"there is no case {name!r}: see overair ward list", code=2)

    async def main() -> None:
        started: asyncio.Future[Complaint] = asyncio.get_running_loop().create_future()
        started.add_done_callback(lambda done: None if done.cancelled() else _tell(case, done.result()))
        await until_told(case, started)

    try:
        asyncio.run(main())
    except Missing as missing:
        raise Failure(f"{case.id} is a case of {case.program.value}, and {missing}") from None
    except DidNotStart as error:
        raise Failure(f"{case.program.value} did not start: {error}") from None


def _tell(case: Case, complaint: Complaint) -> None:
    from overair.ward.training import options, pretended, variables

    typer.echo(f"{complaint.address}: {case.title}\n")
    typer.echo(f"    {shlex.join((*variables(complaint), 'overair', 'doctor', *options(complaint)))}\n")
    if stood_for := pretended(complaint):
        typer.echo(
            f"The case is of the machine itself ({', '.join(stood_for)}), which that command cannot know: "
            "what it says differs. `overair ward list --answers` has what the doctor says there."
        )
    if complaint.password is not None:
        typer.echo(f"The password is {complaint.password.reveal()}")
    typer.echo("Ctrl-C ends it.")
