"""`overair import`: messages and contacts from files."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from overair.cli import mail_files
from overair.cli.mail_files import Found, Unreadable
from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json
from overair.cli.store import Perform, ask, put, store
from overair.server.administration import BeginImport, Entry, Mail, Person

EXAMPLE: Final = "Example: overair import anna@example.org ~/Maildir old-mail.mbox --folder Archive"
BATCH_ENTRIES: Final = 50
BATCH_BYTES: Final = 4 * 1024 * 1024
LARGEST_CARDS: Final = 512 * 1024 * 1024
SHOWN_COMPLAINTS: Final = 20


class Complaint(msgspec.Struct, frozen=True):
    """Something that could not be imported, and why."""

    source: str
    reason: str


class Summary(msgspec.Struct):
    """What an import did."""

    imported: int = 0
    already_there: int = 0
    refused: list[Complaint] = msgspec.field(default_factory=list)
    in_part: list[Complaint] = msgspec.field(default_factory=list)
    """What was imported, but for something in it, such as a picture that is too large."""

    def refuse(self, source: str, reason: str) -> None:
        """Count an entry that was not taken."""
        self.refused.append(Complaint(source, reason))


def import_(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The account that gets them.")],
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Files (.eml, mbox, .vcf), Maildirs, or folders with such files."
        ),
    ],
    folder: Annotated[
        str | None,
        typer.Option(
            "--folder",
            metavar="NAME",
            help="The folder to put them into, made where it is missing; Work/Plans is one in another. "
            "Without it messages go to the Inbox and contacts to Contacts.",
        ),
    ] = None,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Import messages and contacts, oldest first, with their dates and marks.

    Importing twice doubles nothing: what is in the folder already is counted.
    """
    summary = asyncio.run(_import(address, paths, folder, data_dir, quiet=as_json))
    if as_json:
        print_json(summary)
    else:
        _print(summary)
    if summary.refused and not summary.imported and not summary.already_there:
        raise Failure("nothing was imported")


async def _import(
    address: str, paths: list[Path], folder: str | None, data_dir: Path, quiet: bool
) -> Summary:
    summary = Summary()
    messages, people = _find(paths, summary)
    if not messages and not people and not summary.refused:
        raise Failure(
            "there is nothing to import: no .eml, mbox, Maildir or .vcf in " + ", ".join(map(str, paths))
        )
    if folder is not None and messages and people:
        raise Failure("--folder takes either messages or contacts: import them one after the other", code=2)
    async with store(data_dir) as perform:
        await ask(perform, BeginImport(address=address, folder=folder))
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
            task = progress.add_task("Importing", total=len(messages) + len(people))
            for end, batch in _batches(chain(messages, people), summary):
                await _send(perform, batch, summary)
                progress.update(task, completed=end)
    return summary


def _find(paths: Iterable[Path], summary: Summary) -> tuple[list[Found], list[tuple[str, Person]]]:
    """The first pass: messages in order of date, and contacts."""
    messages: list[Found] = []
    people: list[tuple[str, Person]] = []
    for path in chain.from_iterable(map(mail_files.files_in, paths)):
        if not isinstance(path, Path):
            summary.refuse(*path)
            continue
        try:
            if mail_files.is_vcard(path):
                people.extend(_people(path, summary))
                continue
            for found in mail_files.messages(path):
                if isinstance(found, Found):
                    messages.append(found)
                else:
                    summary.refuse(*found)
        except Unreadable as error:
            summary.refuse(str(path), str(error))
        except OSError as error:
            summary.refuse(str(path), error.strerror or str(error))
    messages.sort(key=lambda found: found.received)
    return messages, people


def _people(path: Path, summary: Summary) -> Iterator[tuple[str, Person]]:
    """The contacts of a file of vCards. Raises Unreadable, OSError."""
    # Items take a third of a second to load, which commands about accounts need not.
    from overair.items.contact import Contact
    from overair.items.vcard import contacts_from_vcard
    from overair.server.importing import entry_of

    with mail_files.opened(path) as file:
        data = file.read(LARGEST_CARDS + 1)
    if len(data) > LARGEST_CARDS:
        raise Unreadable(f"is larger than {LARGEST_CARDS // 1024 // 1024} MB")
    for one in contacts_from_vcard(data):
        if isinstance(one, Contact):
            yield str(path), entry_of(one)
            continue
        source = f"{path}, card {one.card}" if one.card else str(path)
        complaint = Complaint(f"{source} ({one.name})" if one.name else source, one.reason)
        (summary.refused if one.whole else summary.in_part).append(complaint)


def _batches(
    sources: Iterable[Found | tuple[str, Person]], summary: Summary
) -> Iterator[tuple[int, list[tuple[str, Entry]]]]:
    """The second pass: entries in batches, each with how many sources are behind it."""
    batch: list[tuple[str, Entry]] = []
    size = end = 0
    for end, source in enumerate(sources, start=1):
        if isinstance(source, Found):
            mail = _mail(source, summary)
            if mail is None:
                continue
            batch.append((source.source, mail))
            size += len(mail.mime)
        else:
            batch.append(source)
            size += len(bytes(source[1].contact))
        if len(batch) >= BATCH_ENTRIES or size >= BATCH_BYTES:
            yield end, batch
            batch, size = [], 0
    yield end, batch


def _mail(found: Found, summary: Summary) -> Mail | None:
    try:
        data = found.read()
    except Unreadable as error:
        summary.refuse(found.source, str(error))
        return None
    except OSError as error:
        summary.refuse(found.source, error.strerror or str(error))
        return None
    if len(data) > mail_files.LARGEST_MESSAGE:  # one of an mbox
        summary.refuse(found.source, f"is larger than {mail_files.LARGEST_MESSAGE // 1024 // 1024} MB")
        return None
    marks = found.marks
    return Mail(
        mime=mail_files.with_line_ends(data),
        received=found.received,
        read=marks.read,
        flagged=marks.flagged,
        answered=marks.answered,
        forwarded=marks.forwarded,
        draft=marks.draft,
    )


async def _send(perform: Perform, batch: list[tuple[str, Entry]], summary: Summary) -> None:
    if not batch:
        return
    try:
        outcomes = await put(perform, (entry for _, entry in batch))
    except Failure as error:
        raise Failure(f"{error} (imported until then: {summary.imported})") from None
    for (source, _), outcome in zip(batch, outcomes, strict=True):
        summary.imported += outcome.added
        summary.already_there += outcome.known
        if outcome.refused is not None:
            summary.refuse(source, outcome.refused)


def _print(summary: Summary) -> None:
    counts = (summary.imported, summary.already_there, len(summary.refused))
    typer.echo("{} imported, {} already there, {} refused".format(*counts))
    _print_complaints(summary.refused)
    if summary.in_part:
        typer.echo(f"{len(summary.in_part)} imported in part")
        _print_complaints(summary.in_part)


def _print_complaints(complaints: list[Complaint]) -> None:
    for complaint in complaints[:SHOWN_COMPLAINTS]:
        typer.echo(f"  {complaint.source}: {complaint.reason}")
    if len(complaints) > SHOWN_COMPLAINTS:
        typer.echo("  and others; by reason:")
        for reason, count in Counter(complaint.reason for complaint in complaints).most_common():
            typer.echo(f"  {count} x {reason}")
