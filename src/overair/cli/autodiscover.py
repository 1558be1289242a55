"""`overair autodiscover`: DNS records, configuration profiles and QR codes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.table import Table

from overair.cli.output import DATA_DIR, AsJson, Failure, print_json, print_table
from overair.cli.store import ask, store
from overair.protocol.autodiscover.names import comparable
from overair.server.administration import ListUsers
from overair.server.settings import Settings, SettingsError, load

OwnDataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        envvar="OVERAIR_DATA_DIR",
        help="Where the server keeps everything.",
        show_default=str(DATA_DIR),
    ),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The server's settings in TOML.")
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url", metavar="URL", help="Where clients reach the server, in place of the settings' url."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Where to write it; - for stdout.")
]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The account's address.")]

application = typer.Typer(help="DNS records, configuration profiles and QR codes for phones.")


@application.callback(invoke_without_command=True, epilog="Example: overair autodiscover dns example.org")
def overview(context: typer.Context) -> None:
    """DNS records, configuration profiles and QR codes for phones."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(epilog="Example: overair autodiscover dns example.org --config overair.toml --check")
def dns(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain of the addresses.")],
    data_dir: OwnDataDir = None,
    config: Config = None,
    url: Url = None,
    zone: Annotated[bool, typer.Option("--zone", help="Print lines for a zone file.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compare with what DNS says.")] = False,
    server: Annotated[
        str | None,
        typer.Option(
            "--server", metavar="ADDRESS[:PORT]", help="The name server to ask, in place of the system's."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the records that let clients find the server; --check compares them with DNS."""
    from overair.cli import dns_records

    if zone and (check or as_json):
        raise Failure("--zone goes with neither --check nor --json", code=2)
    records = dns_records.wanted(domain, _settings(data_dir, config, url))
    if zone:
        typer.echo("\n".join(record.in_zone for record in records))
        return
    if not check:
        if as_json:
            print_json(records)
            return
        table = Table("Name", "Type", "Value", "For", box=None, pad_edge=False)
        for record in records:
            table.add_row(record.name, record.type, record.value, record.purpose)
        print_table(table)
        return
    findings = dns_records.compare(records, server)
    if as_json:
        print_json(findings)
    else:
        table = Table("Name", "Type", "Value", "In DNS", "Found", box=None, pad_edge=False)
        for one in findings:
            table.add_row(one.name, one.type, one.value, one.state, ", ".join(one.found))
        print_table(table)
    wrong = sum(one.state != "ok" for one in findings)
    if wrong:
        raise Failure(f"{wrong} of {len(findings)} records are not in DNS as they should be")


@application.command(
    epilog="Example: overair autodiscover profile anna@example.org --output anna.mobileconfig"
)
def profile(
    address: Address,
    data_dir: OwnDataDir = None,
    config: Config = None,
    url: Url = None,
    output: Output = None,
) -> None:
    """Write an account's configuration profile for iPhone and iPad, signed with the server's certificate."""
    from overair.cli import account_files

    settings = _settings(data_dir, config, url)
    owner = _owner(settings, address)
    data, signed = account_files.profile(owner, settings)
    target = output or Path(f"{quote(owner, safe='@')}.mobileconfig")
    _write(data, target)
    if target != Path("-"):
        said = "" if signed else ", unsigned: the server has no certificate here"
        typer.echo(f"Wrote {target}{said}.")


@application.command(epilog="Example: overair autodiscover qr anna@example.org --output anna.svg")
def qr(
    address: Address,
    data_dir: OwnDataDir = None,
    config: Config = None,
    url: Url = None,
    output: Output = None,
) -> None:
    """Show the QR code of an account's page, or write it to a file (.svg or .png)."""
    from overair.cli import account_files

    settings = _settings(data_dir, config, url)
    page, data = account_files.qr_code(_owner(settings, address), settings, output)
    if output is not None and output != Path("-"):
        _write(data, output)
        typer.echo(f"Wrote {output}: {page}")
    else:
        typer.echo(f"{page}\n\n{data.decode()}")


def _settings(data_dir: Path | None, config: Path | None, url: str | None) -> Settings:
    try:
        return load(config, data_dir=None if data_dir is None else str(data_dir), url=url)
    except SettingsError as error:
        raise Failure(str(error), code=2) from None


def _owner(settings: Settings, address: str) -> str:
    """The primary address of the account that has an address."""

    async def owners() -> list[str]:
        async with store(settings.data_path) as execute:
            users = (await ask(execute, ListUsers())).users
        wanted = comparable(address)
        return [user.address for user in users if wanted in map(comparable, (user.address, *user.aliases))]

    found = asyncio.run(owners())
    if not found:
        raise Failure(f"there is no account {address}")
    return found[0]


def _write(data: bytes, path: Path) -> None:
    if path == Path("-"):
        sys.stdout.buffer.write(data)
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
