"""`overair gateway`: the servers that a gateway stands in front of, seen as a user of theirs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from overair.cli.output import AsJson, Failure, print_json, print_table

if TYPE_CHECKING:
    from overair.server.settings import Settings
    from overair.server.upstream_check import GatewayChecked, ServerChecked

application = typer.Typer(help="Look at the servers of a gateway as one of their users.")


@application.callback(
    invoke_without_command=True, epilog="Example: overair gateway check anna@example.org --config FILE"
)
def overview(context: typer.Context) -> None:
    """Look at the servers of a gateway as one of their users."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(epilog="Example: overair gateway check anna@example.org --config /etc/overair.toml")
def check(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address of a user.")],
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="The server's settings in TOML.")
    ] = None,
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin",
            help="Read the password from the first line of stdin, not from OVERAIR_PASSWORD or a terminal.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Log in everywhere, say what each server can do and what is kept here, and show the folders.

    Nothing is changed on the servers. The exit code is 1 where one of them cannot be used.
    """
    found = _checked(address, _settings(config), password_stdin)
    if as_json:
        print_json(found)
    else:
        _print(found)
    if found.failures:
        raise Failure(f"{found.failures} of {len(found.servers)} servers cannot be used as they are")


def _settings(config: Path | None) -> Settings:
    from overair.server.settings import SettingsError, load

    try:
        settings = load(config)
    except SettingsError as error:
        raise Failure(str(error), code=2) from None
    if not settings.gateway.configured:
        raise Failure("there is no [gateway] in the settings: name their file with --config", code=2)
    return settings


def _checked(address: str, settings: Settings, password_stdin: bool) -> GatewayChecked:
    # Loading what speaks to servers takes a second, which help and wrong settings need not.
    from overair.cli.client.reaching import read_password
    from overair.mailboxes.gateway.settings import GatewayError
    from overair.mailboxes.interface import MailboxUnavailable
    from overair.server import upstream_check

    gateway = settings.gateway
    by_others = gateway.token_command or (gateway.master_user and not (gateway.caldav or gateway.carddav))
    password = "" if by_others else read_password(password_stdin)[0]
    try:
        return asyncio.run(upstream_check.check(settings, address, password))
    except (GatewayError, MailboxUnavailable) as error:
        raise Failure(str(error)) from None


def _print(found: GatewayChecked) -> None:
    for server in found.servers:
        typer.echo(f"{server.setting.upper()}: {server.place}")
        typer.echo(f"  {server.failure or f'logged in as {found.user}'}")
        _print_abilities(server)
        if server.kept_here:
            typer.echo("  Kept here alone, because it cannot keep it:")
        for words in server.kept_here:
            typer.echo(f"    {words}")
        typer.echo()
    for setting in found.without:
        typer.echo(f"{setting.upper()}: there is no [gateway] {setting}; {found.without[setting]}")
    typer.echo("Phones are refused:")
    for words in found.refused:
        typer.echo(f"  {words}")
    typer.echo()
    table = Table("Folder", "Type", "Where", box=None, pad_edge=False)
    for folder in found.folders:
        notes = [folder.server]
        if folder.state != "there":
            notes.append(folder.state)
        if not folder.writable:
            notes.append("read only")
        table.add_row("  " * folder.level + folder.name, folder.type, ", ".join(notes))
    print_table(table)


def _print_abilities(server: ServerChecked) -> None:
    for title, has in (("It has", True), ("It lacks", False), ("It may have", None)):
        abilities = [one for one in server.can if one.has is has]
        if abilities:
            typer.echo(f"  {title}:")
        for one in abilities:
            typer.echo(f"    {one.name}: {one.meaning}")
