"""The command's root: its nouns, its version, and how failures are told."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

import overair
from overair.cli import logs, tracebacks
from overair.cli.autodiscover import application as autodiscover_application
from overair.cli.client.commands import application as client_application
from overair.cli.databases import application as store_application
from overair.cli.exporting import EXAMPLE as EXPORT_EXAMPLE
from overair.cli.exporting import export
from overair.cli.importing import EXAMPLE as IMPORT_EXAMPLE
from overair.cli.importing import import_
from overair.cli.output import Failure
from overair.cli.queue import application as queue_application
from overair.cli.serve import EXAMPLE as SERVE_EXAMPLE
from overair.cli.serve import serve
from overair.cli.user import application as user_application

application = typer.Typer(name="overair", add_completion=False, pretty_exceptions_enable=False)
application.add_typer(user_application, name="user")
application.add_typer(queue_application, name="queue")
application.add_typer(store_application, name="store")
application.add_typer(client_application, name="client")
application.add_typer(autodiscover_application, name="autodiscover")
application.command(epilog=SERVE_EXAMPLE)(serve)
application.command("import", epilog=IMPORT_EXAMPLE)(import_)
application.command(epilog=EXPORT_EXAMPLE)(export)


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
