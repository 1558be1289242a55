"""The command's root: its nouns, its version, and how failures are told."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

import overair
from overair.cli import logs, tracebacks
from overair.cli.output import Failure

if TYPE_CHECKING:
    from typer._click.core import Command, Context, Parameter  # what TyperGroup says of its methods

COMMANDS: Final = {
    "user": "overair.cli.user:application",
    "device": "overair.cli.device:application",
    "queue": "overair.cli.queue:application",
    "store": "overair.cli.databases:application",
    "cert": "overair.cli.cert:application",
    "client": "overair.cli.client.commands:application",
    "autodiscover": "overair.cli.autodiscover:application",
    "gateway": "overair.cli.gateway:application",
    "doctor": "overair.cli.doctor.commands:application",
    "ward": "overair.cli.ward:application",
    "serve": "overair.cli.serve:application",
    "import": "overair.cli.importing:application",
    "export": "overair.cli.exporting:application",
}
"""Where each is; loaded when it is asked for, since all together take a second to load."""
COMPLETION: Final = frozenset(("install_completion", "show_completion"))
"""Options that every noun would have, each being an application of its own to typer."""


class Commands(TyperGroup):
    """The commands of the table."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """The options of the command itself, with those that print help."""
        return _shown_plainly(super().get_params(ctx))

    def list_commands(self, ctx: Context) -> list[str]:
        """Their names, in the order in which they are shown."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = get_command(getattr(import_module(module), name))
        command.name = cmd_name
        command.params = [option for option in command.params if option.name not in COMPLETION]
        _with_plain_help(command, ctx)
        return command


def _with_plain_help(command: Command, context: Context) -> None:
    """The same for a command and all below it."""
    _shown_plainly(command.get_params(command.context_class(command, parent=context)))
    for inner in getattr(command, "commands", {}).values():
        _with_plain_help(inner, context)


def _shown_plainly(params: list[Parameter]) -> list[Parameter]:
    """Parameters whose help says of a flag that it takes nothing, rather than <bool>."""
    for option in params:
        if getattr(option, "is_flag", False):
            option.metavar = ""
    return params


application = typer.Typer(name="overair", cls=Commands, add_completion=False, pretty_exceptions_enable=False)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"overair {overair.__version__}")
        raise typer.Exit


@application.callback(invoke_without_command=True, epilog="Example: overair serve --data-dir data")
def overview(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An Exchange ActiveSync server with mailboxes of its own."""
    logs.configure(logging.WARNING)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command. Exit codes: 0 done, 1 not done, 2 asked for wrongly."""
    # What is written is for this user alone: files and folders of libraries, too, and a socket in the
    # moment before it gets its mode.
    os.umask(0o077)
    tracebacks.take_uncaught()
    try:
        code = application(standalone_mode=False)
    except TyperException as error:
        _fail(error.format_message(), error.exit_code)
    except Failure as error:
        _fail(str(error), error.code)
    except typer.Abort:
        _fail("given up", 1)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    typer.echo(f"overair: {' '.join(message.split())}", err=True)
    sys.exit(code)
