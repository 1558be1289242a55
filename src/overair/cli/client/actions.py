"""What the commands do, and what they print of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import typer
from rich.table import Table

from overair.cli.client import composing, listing, watching
from overair.cli.client.columns import COLUMNS
from overair.cli.client.failures import told
from overair.cli.client.folders import chosen, kind_of, path_of
from overair.cli.client.items import Listed, facts, page, plain, row
from overair.cli.client.reaching import Device, device_for
from overair.cli.client.words import Kind, Reach, Since
from overair.cli.output import Failure, print_json, print_table
from overair.client import Client

T = TypeVar("T")


def folders(reach: Reach, *, as_json: bool) -> None:
    """Print the folders. Raises Failure."""
    device = device_for(reach)

    async def work(client: Client) -> str:
        await client.folder_sync()
        return (await client.version()).text

    version = _run(device, work)
    known = device.client.folders
    found = sorted((path_of(entry, known), entry) for entry in known.values())
    if as_json:
        rows = [
            {"id": entry.server_id, "path": path, "type": entry.type, "class": kind_of(entry).value}
            for path, entry in found
        ]
        print_json({"url": str(device.url), "protocol": version, "folders": rows})
        return
    typer.echo(f"{device.user} at {device.url}, ActiveSync {version}\n")
    table = Table("Folder", "Holds", "ID", box=None, pad_edge=False)
    for path, entry in found:
        table.add_row(plain(path), kind_of(entry).value, plain(entry.server_id))
    print_table(table)


def list_(
    reach: Reach, folder: str | None, kind: Kind | None, since: Since | None, limit: int, *, as_json: bool
) -> None:
    """Print what is in a folder. Raises Failure."""

    async def work(client: Client) -> tuple[Kind, list[Listed]]:
        entry, held = await chosen(client, folder, kind)
        return held, await listing.listed(client, entry.server_id, held, since)

    held, found = _run(device_for(reach), work)
    shown = list(enumerate(found[:limit], 1))
    if as_json:
        print_json([{"number": number, **facts(one)} for number, one in shown])
        return
    table = Table("No.", *COLUMNS[held], "ID", box=None, pad_edge=False)
    for number, one in shown:
        table.add_row(str(number), *row(one), plain(one.server_id))
    if shown:
        print_table(table)
    if len(found) > limit:
        typer.echo(f"{limit} of {len(found)}; --limit shows more.", err=True)
    elif held in listing.DEFAULT and since is None:
        typer.echo(f"{'' if found else 'Nothing there. '}--since all looks further back.", err=True)
    elif not found:
        typer.echo("Nothing there.", err=True)


def show(
    reach: Reach,
    which: str,
    folder: str | None,
    kind: Kind | None,
    since: Since | None,
    *,
    mime: bool,
    as_json: bool,
) -> None:
    """Print one item. Raises Failure."""
    if mime and as_json:
        raise Failure("--mime and --json exclude each other", code=2)

    async def work(client: Client) -> tuple[Kind, Listed | bytes]:
        entry, held = await chosen(client, folder, kind)
        server_id, occurrence = which, None
        if which.isdecimal():
            found = await listing.listed(client, entry.server_id, held, since)
            if not 1 <= int(which) <= len(found):
                raise Failure(f"there is no number {which}: the folder's list has {len(found)}")
            one = found[int(which) - 1]
            server_id, occurrence = one.server_id, one.occurrence
        if mime:
            if held is not Kind.EMAIL:
                raise Failure("--mime is for messages", code=2)
            return held, await listing.fetched_mime(client, entry.server_id, server_id)
        whole = await listing.fetched(client, entry.server_id, held, server_id)
        return held, msgspec.structs.replace(whole, occurrence=occurrence)

    held, found = _run(device_for(reach), work)
    if isinstance(found, bytes):
        typer.echo(found, nl=False)
    elif as_json:
        print_json(facts(found))
    else:
        typer.echo(page(held, found))


def send(
    reach: Reach,
    to: Sequence[str],
    cc: Sequence[str],
    subject: str,
    file: Path | None,
    attached: Sequence[Path],
    *,
    as_json: bool,
) -> None:
    """Send a message. Raises Failure."""
    device = device_for(reach)
    message = composing.composed(reach.address, to, cc, subject, composing.text_of(file), attached)
    _run(device, lambda client: client.send_mail(message.as_bytes()))
    recipients = [*to, *cc]
    if as_json:
        print_json({"message_id": str(message["Message-ID"]), "recipients": recipients})
    else:
        typer.echo(f"Sent to {', '.join(recipients)}.")


def watch(
    reach: Reach,
    folder: str | None,
    kind: Kind | None,
    since: Since | None,
    heartbeat: int,
    count: int | None,
    minutes: float | None,
    *,
    as_json: bool,
) -> None:
    """Print what comes until it is enough. Raises Failure."""
    # A device of its own for each folder: a newer wait of a device ends the one before.
    device = device_for(reach, f"watch {folder or kind or Kind.EMAIL}")
    seen = 0

    def tell(news: watching.News) -> bool:
        nonlocal seen
        seen += 1
        _print_news(news, as_json=as_json)
        return count is None or seen < count

    async def work(client: Client) -> None:
        entry, held = await chosen(client, folder, kind)

        def ready() -> None:
            typer.echo(f"Waiting for news in {plain(entry.display_name)}; Ctrl+C ends it.", err=True)

        async with asyncio.timeout(None if minutes is None else minutes * 60) as limit:
            await watching.watch(client, entry.server_id, held, since, heartbeat, tell, ready)
            limit.reschedule(None)

    try:
        _run(device, work)
    except TimeoutError:
        return  # the minutes are over
    except KeyboardInterrupt:
        return


def _print_news(news: watching.News, *, as_json: bool) -> None:
    if as_json:
        said = {"id": news.server_id} if news.listed is None else facts(news.listed)
        typer.echo(msgspec.json.encode({"event": news.what, **said}).decode())
        return
    said_of_it = [] if news.listed is None else [cell for cell in row(news.listed) if cell]
    typer.echo("  ".join([f"{news.what:<7}", *said_of_it, plain(news.server_id)]))


def _run(device: Device, work: Callable[[Client], Awaitable[T]]) -> T:
    async def within() -> T:
        with told(device):
            async with device.client as client:
                return await work(client)

    return asyncio.run(within())
