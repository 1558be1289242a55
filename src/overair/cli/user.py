"""`overair user`: the accounts."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from overair.cli.out_of_office import application as out_of_office_application
from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json, print_table
from overair.cli.passwords import new_password
from overair.cli.sizes import format_size, parse_size
from overair.cli.store import ask, store
from overair.server.administration import (
    Account,
    AddAlias,
    AddUser,
    GrantSending,
    ListUsers,
    RemoveAlias,
    RemoveUser,
    Request,
    RevokeSending,
    SetPassword,
    SetQuota,
)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The account's e-mail address.")]
OtherAddress = Annotated[str, typer.Argument(metavar="OTHER", help="The address to send as.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]
Generate = Annotated[bool, typer.Option("--generate", help="Make up a password and print it, once.")]

application = typer.Typer(
    help="Add, list and remove accounts, their passwords, addresses, rights to send and quotas."
)
application.add_typer(out_of_office_application, name="out-of-office")


@application.callback(invoke_without_command=True, epilog="Example: overair user list")
def overview(context: typer.Context) -> None:
    """Add, list and remove accounts, and set their passwords."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(epilog="Example: overair user add anna@example.org --name 'Anna Keller' --generate")
def add(
    address: Address,
    name: Annotated[str | None, typer.Option("--name", help="The name that others see.")] = None,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Add an account. The password is asked for twice unless an option says otherwise."""
    password = _password(password_stdin, generate)
    request = AddUser(address=address, name=name or address.partition("@")[0], password=password)
    [user] = _perform(data_dir, request, create=True)
    _report(f"Added {user.address}.", user, password if generate else None, as_json)


@application.command("list", epilog="Example: overair user list --json")
def list_(data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the accounts."""
    users = _perform(data_dir, ListUsers())
    if as_json:
        print_json(users)
        return
    table = Table("Address", "Name", "Holds", "Other addresses", "Sends as", box=None, pad_edge=False)
    for user in users:
        granted = [*user.sends_as, *(f"{other} (on behalf)" for other in user.sends_on_behalf)]
        table.add_row(user.address, user.name, _held(user), ", ".join(user.aliases), ", ".join(granted))
    print_table(table)


@application.command(
    epilog="Example: echo 'correct horse' | overair user passwd anna@example.org --password-stdin"
)
def passwd(
    address: Address,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Set a new password. Phones that still use the old one are turned away at once."""
    password = _password(password_stdin, generate)
    [user] = _perform(data_dir, SetPassword(address=address, password=password))
    _report(f"Set the password of {user.address}.", user, password if generate else None, as_json)


@application.command(epilog="Example: overair user remove anna@example.org --yes")
def remove(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Remove an account with its whole mailbox. On a terminal it asks first."""
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Remove {address} with everything in its mailbox?", abort=True, err=True)
    [user] = _perform(data_dir, RemoveUser(address=address))
    _report(f"Removed {user.address}.", user, None, as_json)


@application.command(epilog="Example: overair user alias anna@example.org office@example.org")
def alias(
    address: Address,
    other: Annotated[str, typer.Argument(metavar="ALIAS", help="The further address.")],
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Give an account a further address: it receives mail there and may send as it."""
    [user] = _perform(data_dir, AddAlias(address=address, alias=other))
    _report(f"{user.address} has the address {other} now.", user, None, as_json)


@application.command(epilog="Example: overair user unalias office@example.org")
def unalias(
    other: Annotated[str, typer.Argument(metavar="ALIAS", help="The further address.")],
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Take a further address away from the account that has it."""
    [user] = _perform(data_dir, RemoveAlias(alias=other))
    _report(f"{user.address} has the address {other} no more.", user, None, as_json)


@application.command(epilog="Example: overair user grant anna@example.org sales@example.org --on-behalf")
def grant(
    address: Address,
    other: OtherAddress,
    on_behalf: Annotated[
        bool, typer.Option("--on-behalf", help="Name the account as the sender (Sender) beside it.")
    ] = False,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Let an account send as another address, which need not be anybody's here."""
    [user] = _perform(data_dir, GrantSending(address=address, other=other, on_behalf=on_behalf))
    _report(f"{user.address} may send {'for' if on_behalf else 'as'} {other} now.", user, None, as_json)


@application.command(epilog="Example: overair user revoke anna@example.org sales@example.org")
def revoke(
    address: Address, other: OtherAddress, data_dir: DataDir = DATA_DIR, as_json: AsJson = False
) -> None:
    """Let an account send as another address no more."""
    [user] = _perform(data_dir, RevokeSending(address=address, other=other))
    _report(f"{user.address} may send as {other} no more.", user, None, as_json)


@application.command(epilog="Example: overair user quota anna@example.org 2GB")
def quota(
    address: Address,
    size: Annotated[
        str, typer.Argument(metavar="SIZE", help="Such as 500MB or 2GB; none, or default for the setting's.")
    ],
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Say how much a mailbox may hold. What it holds beyond that stays; it takes nothing more."""
    own = {"none": 0, "default": None}
    asked = own[size.lower()] if size.lower() in own else parse_size(size)
    [user] = _perform(data_dir, SetQuota(address=address, quota=asked))
    if as_json:
        print_json(user)
    else:
        typer.echo(f"The mailbox of {user.address} holds {_held(user)}.")


def _held(user: Account) -> str:
    """What a mailbox holds, and how much it may."""
    held = format_size(user.used or 0)
    return f"{held} of {format_size(user.quota)}" if user.quota else held


def _password(from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        raise Failure("--password-stdin and --generate exclude each other", code=2)
    if generate:
        return new_password()
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise Failure(
            "there is no terminal to ask for a password: use --password-stdin or --generate", code=2
        )
    if not password:
        raise Failure("the password is empty")
    return password


def _perform(data_dir: Path, request: Request, *, create: bool = False) -> tuple[Account, ...]:
    async def perform() -> tuple[Account, ...]:
        async with store(data_dir, create=create) as execute:
            return (await ask(execute, request)).users

    return asyncio.run(perform())


def _report(sentence: str, user: Account, password: str | None, as_json: bool) -> None:
    if as_json:
        extra = {} if password is None else {"password": password}
        print_json({"address": user.address, "name": user.name, **extra})
        return
    typer.echo(sentence)
    if password is not None:
        typer.echo(f"Password: {password}")
