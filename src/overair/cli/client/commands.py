"""`overair client`: its commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from overair.cli.client.words import Kind, Reach, Since
from overair.cli.output import AsJson

SERVER: Final = "Server"
"""The part of the help that says how it is reached."""

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The account's e-mail address.")]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        envvar="OVERAIR_URL",
        rich_help_panel=SERVER,
        help="The server, https://HOST:PORT. Without it Autodiscover looks for the address.",
    ),
]
User = Annotated[
    str | None,
    typer.Option(
        "--user", metavar="NAME", rich_help_panel=SERVER, help="The log-in where it is not the address."
    ),
]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        rich_help_panel=SERVER,
        help="Read the password from the first line of stdin; else OVERAIR_PASSWORD, else it is asked for.",
    ),
]
Authority = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        metavar="FILE",
        envvar="OVERAIR_CA",
        rich_help_panel=SERVER,
        help="Trust this root as well: tls/root.pem in the server's data directory.",
    ),
]
Insecure = Annotated[
    bool,
    typer.Option("--insecure", rich_help_panel=SERVER, help="Trust any certificate, to tell faults apart."),
]
Protocol = Annotated[
    str | None,
    typer.Option(
        "--protocol",
        metavar="VERSION",
        rich_help_panel=SERVER,
        help="Such as 14.1; the newest of both without.",
        show_default=False,
    ),
]
FolderName = Annotated[
    str | None,
    typer.Option("--folder", metavar="NAME", help="A folder's name, path (Work/Plans) or ID, not the Inbox."),
]
Class = Annotated[Kind | None, typer.Option("--class", help="The folder that every mailbox has for this.")]
Back = Annotated[
    Since | None,
    typer.Option(
        "--since",
        help="How far back, as phones ask. Without: messages of a month, events from today on.",
    ),
]

application = typer.Typer(help="Be a phone: see folders and items, send, wait for news.")


@application.callback(
    invoke_without_command=True,
    epilog="Example: overair client list anna@example.org --url https://mail.example.org",
)
def overview(context: typer.Context) -> None:
    """Be a phone: see folders and items, send, wait for news, as a phone would."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(epilog="Example: overair client folders anna@example.org --ca data/tls/root.pem")
def folders(
    address: Address,
    url: Url = None,
    user: User = None,
    password_stdin: FromStdin = False,
    ca: Authority = None,
    insecure: Insecure = False,
    protocol: Protocol = None,
    as_json: AsJson = False,
) -> None:
    """List the folders, and say which server and protocol version it is."""
    from overair.cli.client import actions

    actions.folders(_reach(address, url, user, password_stdin, ca, insecure, protocol), as_json=as_json)


@application.command("list", epilog="Example: overair client list anna@example.org --class calendar")
def list_(
    address: Address,
    folder: FolderName = None,
    item_class: Class = None,
    since: Back = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most items shown.")] = 20,
    url: Url = None,
    user: User = None,
    password_stdin: FromStdin = False,
    ca: Authority = None,
    insecure: Insecure = False,
    protocol: Protocol = None,
    as_json: AsJson = False,
) -> None:
    """List messages, newest first, or contacts, events, tasks or notes."""
    from overair.cli.client import actions

    reach = _reach(address, url, user, password_stdin, ca, insecure, protocol)
    actions.list_(reach, folder, item_class, since, limit, as_json=as_json)


@application.command(epilog="Example: overair client show anna@example.org 1")
def show(
    address: Address,
    which: Annotated[
        str, typer.Argument(metavar="NUMBER|ID", help="As `list` tells them; 1 is the newest message.")
    ],
    folder: FolderName = None,
    item_class: Class = None,
    since: Back = None,
    mime: Annotated[bool, typer.Option("--mime", help="A message as it came, with all its headers.")] = False,
    url: Url = None,
    user: User = None,
    password_stdin: FromStdin = False,
    ca: Authority = None,
    insecure: Insecure = False,
    protocol: Protocol = None,
    as_json: AsJson = False,
) -> None:
    """Show an item whole, its body as text. It is not marked as read."""
    from overair.cli.client import actions

    reach = _reach(address, url, user, password_stdin, ca, insecure, protocol)
    actions.show(reach, which, folder, item_class, since, mime=mime, as_json=as_json)


@application.command(
    epilog="Example: echo Hello | overair client send anna@example.org --to ben@example.org --subject Hi"
)
def send(
    address: Address,
    to: Annotated[list[str], typer.Option("--to", metavar="ADDRESS", help="To whom; for each again.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="What it says, as text. Stdin without.", show_default=False),
    ] = None,
    cc: Annotated[list[str] | None, typer.Option("--cc", metavar="ADDRESS", help="A copy to whom.")] = None,
    subject: Annotated[str, typer.Option("--subject", metavar="TEXT", help="The subject.")] = "",
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", metavar="FILE", help="A file to go with it.")
    ] = None,
    url: Url = None,
    user: User = None,
    password_stdin: FromStdin = False,
    ca: Authority = None,
    insecure: Insecure = False,
    protocol: Protocol = None,
    as_json: AsJson = False,
) -> None:
    """Send a message, and keep it in Sent Items."""
    from overair.cli.client import actions

    reach = _reach(address, url, user, password_stdin, ca, insecure, protocol)
    actions.send(reach, to, cc or (), subject, file, attach or (), as_json=as_json)


@application.command(epilog="Example: overair client watch anna@example.org --count 1")
def watch(
    address: Address,
    folder: FolderName = None,
    item_class: Class = None,
    since: Back = None,
    heartbeat: Annotated[
        int, typer.Option("--heartbeat", metavar="SECONDS", min=1, help="How long the server may wait.")
    ] = 540,
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="End after so much news.", show_default=False)
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0, help="End after this time.", show_default=False)
    ] = None,
    url: Url = None,
    user: User = None,
    password_stdin: FromStdin = False,
    ca: Authority = None,
    insecure: Insecure = False,
    protocol: Protocol = None,
    as_json: AsJson = False,
) -> None:
    """Wait as a phone does, and print what comes, changes and goes, until Ctrl+C."""
    from overair.cli.client import actions

    reach = _reach(address, url, user, password_stdin, ca, insecure, protocol)
    actions.watch(reach, folder, item_class, since, heartbeat, count, minutes, as_json=as_json)


def _reach(
    address: str,
    url: str | None,
    user: str | None,
    password_stdin: bool,
    ca: Path | None,
    insecure: bool,
    protocol: str | None,
) -> Reach:
    return Reach(
        address=address,
        url=url,
        user=user,
        password_stdin=password_stdin,
        ca=ca,
        insecure=insecure,
        protocol=protocol,
    )
