"""`overair store`: the database under the mailboxes, copied to another one or brought to another revision."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json

application = typer.Typer(help="Copy a store to another database, or change the revision of its tables.")


@application.callback(
    invoke_without_command=True, epilog="Example: overair store copy --to postgresql:///overair"
)
def overview(context: typer.Context) -> None:
    """Copy a store to another database, or change the revision of its tables."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(
    epilog="Example: overair store copy --data-dir data --to postgresql://overair@db/overair"
)
def copy(
    target: Annotated[
        str,
        typer.Option("--to", metavar="PLACE", help="A postgresql:// URL, or a data directory for SQLite."),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="PLACE",
            help="A postgresql:// URL, or a data directory.",
            show_default="the data directory",
        ),
    ] = None,
    data_dir: DataDir = DATA_DIR,
    replace: Annotated[bool, typer.Option("--replace", help="Empty the target first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy all accounts, mailboxes and devices to another database. No server may use either."""
    # Loading the program's tables takes a second, which help and errors need not.
    from overair.server.store_copy import Copied, CopyFailed, copy_store, place_of, target_of

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=as_json,
    )

    async def work() -> Copied:
        here = place_of(source or str(data_dir), data_dir)
        there = target_of(target, here.directory)
        with progress:
            # Nothing is shown before it is known that there is something to copy.
            files = progress.add_task("files", total=None, visible=False)
            rows = progress.add_task("rows", total=None, visible=False)

            def expect(number_of_files: int, number_of_rows: int) -> None:
                progress.update(files, total=number_of_files, visible=True)
                progress.update(rows, total=number_of_rows, visible=True)

            return await copy_store(
                here,
                there,
                replace=replace,
                expect=expect,
                file=lambda count: progress.advance(files, count),
                row=lambda count: progress.advance(rows, count),
            )

    try:
        done = asyncio.run(work())
    except CopyFailed as error:
        raise Failure(str(error)) from None
    if as_json:
        print_json(done)
        return
    typer.echo(f"Copied {done.rows} rows and {done.files} files of messages to {done.target}.")
    typer.echo(f'To use the copy, set in overair.toml: [database] url = "{done.url}"')


@application.command(epilog="Example: overair store migrate --to 0003")
def migrate(
    revision: Annotated[
        str, typer.Option("--to", metavar="REVISION", help="Its number, or head for the newest.")
    ] = "head",
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Bring the tables to another revision, for an older Overair. What it has no place for is lost."""
    from overair.server.store_copy import CopyFailed, migrate_store, place_of

    try:
        migrate_store(place_of(str(data_dir), data_dir), revision)
    except CopyFailed as error:
        raise Failure(str(error)) from None
    typer.echo(f"The tables are at revision {revision}.")
