"""`overair user out-of-office`: what is replied while somebody is away."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json
from overair.cli.store import ask_out_of_office, store
from overair.server.administration import AutomaticReply, GetOutOfOffice, OutOfOffice, SetOutOfOffice

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The account's e-mail address.")]
HTML_ENDINGS: Final = (".html", ".htm")
STDIN: Final = "-"


class Whom(StrEnum):
    """Who is replied to."""

    INTERNAL = "internal"
    CONTACTS = "contacts"
    EVERYBODY = "everybody"


application = typer.Typer(help="Show, set and end what is replied while somebody is away.")


@application.callback(
    invoke_without_command=True, epilog="Example: overair user out-of-office show anna@example.org"
)
def overview(context: typer.Context) -> None:
    """Show, set and end what is replied while somebody is away."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(epilog="Example: overair user out-of-office show anna@example.org")
def show(address: Address, data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Show it, with the messages."""
    _print(_perform(data_dir, GetOutOfOffice(address=address)), as_json, messages=True)


@application.command(
    epilog="Example: overair user out-of-office on anna@example.org --until 2027-01-07T08:00+01:00 "
    "--message away.txt"
)
def on(
    address: Address,
    message: Annotated[
        str | None,
        typer.Option(
            "--message",
            metavar="FILE",
            help="What is replied; HTML in .html, - for stdin. As before without.",
        ),
    ] = None,
    external_message: Annotated[
        str | None,
        typer.Option("--external-message", metavar="FILE", help="Another message for people outside."),
    ] = None,
    to: Annotated[
        Whom, typer.Option("--to", help="Who is replied to: colleagues, contacts as well, or everybody.")
    ] = Whom.EVERYBODY,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="ISO 8601; in UTC where it says no other.")
    ] = None,
    end: Annotated[str | None, typer.Option("--until", metavar="TIME", help="The same.")] = None,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Have senders told, each once. Without --until there is no end, and they are told again each week."""
    if start is not None and end is None:
        raise Failure("--from needs --until", code=2)
    text, is_html = _message(message)
    outside, outside_is_html = _message(external_message) if external_message else (text, is_html)
    request = SetOutOfOffice(
        address=address,
        on=True,
        start=_time(start),
        end=_time(end),
        internal=AutomaticReply(True, text, is_html),
        known=AutomaticReply(to is not Whom.INTERNAL, outside, outside_is_html),
        unknown=AutomaticReply(to is Whom.EVERYBODY, outside, outside_is_html),
    )
    _print(_perform(data_dir, request), as_json, messages=False)


@application.command(epilog="Example: overair user out-of-office off anna@example.org")
def off(address: Address, data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """End it. The messages are kept for the next time."""
    _print(_perform(data_dir, SetOutOfOffice(address=address, on=False)), as_json, messages=False)


def _message(name: str | None) -> tuple[str | None, bool]:
    """The text of a file, and whether it is HTML."""
    if name is None:
        return None, False
    try:
        data = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
        text = data.decode("utf-8-sig").strip()
    except OSError as error:
        raise Failure(f"{name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{name} is not UTF-8") from None
    if not text:
        raise Failure(f"{name} is empty")
    return text, name.lower().endswith(HTML_ENDINGS)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Failure(
            f"{text!r} is no time: write 2027-01-07T08:00 or 2027-01-07T08:00+01:00", code=2
        ) from None


def _perform(data_dir: Path, request: GetOutOfOffice | SetOutOfOffice) -> OutOfOffice:
    async def perform() -> OutOfOffice:
        async with store(data_dir) as execute:
            return await ask_out_of_office(execute, request)

    return asyncio.run(perform())


def _print(found: OutOfOffice, as_json: bool, *, messages: bool) -> None:
    if as_json:
        print_json(found)
        return
    typer.echo(_sentence(found))
    audiences = {"colleagues": found.internal, "contacts": found.known, "others": found.unknown}
    for name, reply in audiences.items() if messages else ():
        is_sent = reply.enabled and bool(reply.message)
        typer.echo(f"\nTo {name}{'' if is_sent else ' (not sent)'}:")
        typer.echo(f"{reply.message}" if reply.message else "-")


def _sentence(found: OutOfOffice) -> str:
    if not found.on:
        return f"{found.address} is not out of office."
    if found.start is None or found.end is None:
        return f"{found.address} is out of office."
    verb = "is" if found.now else "will be"
    start, end = (f"{when.astimezone(UTC):%Y-%m-%d %H:%M}" for when in (found.start, found.end))
    return f"{found.address} {verb} out of office from {start} to {end} UTC."
