"""`overair import`: messages, contacts, events, tasks and notes from files."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from overair.cli import mail_files
from overair.cli.mail_files import Found, Unreadable
from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json
from overair.cli.store import Perform, begin, put, store
from overair.server.administration import BeginImport, Begun, Entry, Mail

if TYPE_CHECKING:
    from overair.items.icalendar.results import Dropped

application = typer.Typer()
BATCH_ENTRIES: Final = 50
BATCH_BYTES: Final = 4 * 1024 * 1024
LARGEST_CARDS: Final = 512 * 1024 * 1024
SHOWN_COMPLAINTS: Final = 20


class Complaint(msgspec.Struct, frozen=True):
    """Something that could not be imported, and why."""

    source: str
    reason: str


class Source(msgspec.Struct, frozen=True):
    """Something to import, and what of it was left out already."""

    name: str
    entry: Entry
    dropped: tuple[Dropped, ...] = ()


class Summary(msgspec.Struct):
    """What an import did."""

    imported: int = 0
    already_there: int = 0
    refused: list[Complaint] = msgspec.field(default_factory=list)
    in_part: list[Complaint] = msgspec.field(default_factory=list)
    """What was imported, but for something in it, such as a picture that is too large."""
    left_out: Counter[str] = msgspec.field(default_factory=Counter)
    """Properties for which no item has a field, and of how many that were imported they were left out."""

    def refuse(self, source: str, reason: str) -> None:
        """Count an entry that was not taken."""
        self.refused.append(Complaint(source, reason))

    def lose(self, source: Source) -> None:
        """Count what was left out of an entry that was taken."""
        reasons = "; ".join(f"{one.name}: {one.reason}" for one in source.dropped if one.reason)
        if reasons:
            self.in_part.append(Complaint(source.name, reasons))
        self.left_out.update(one.name for one in source.dropped if not one.reason)


@application.command(
    epilog="Example: overair import anna@example.org ~/Maildir old-mail.mbox --folder Archive"
)
def import_(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The account that gets them.")],
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Files (.eml, mbox, .vcf, .ics), Maildirs, or folders with such files."
        ),
    ],
    folder: Annotated[
        str | None,
        typer.Option(
            "--folder",
            metavar="NAME",
            help="The folder to put them into, made where it is missing; Work/Plans is one in another. "
            "Without it messages go to the Inbox, the others to Contacts, Calendar, Tasks and Notes.",
        ),
    ] = None,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Import messages with their dates and marks, contacts, events, tasks and notes.

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
    found = _find(paths, summary)
    kinds = [kind for kind in (found.messages, found.people, found.calendars) if kind]
    if not kinds and not summary.refused:
        raise Failure(
            "there is nothing to import: no .eml, mbox, Maildir, .vcf or .ics in "
            + ", ".join(map(str, paths))
        )
    if folder is not None and len(kinds) > 1:
        raise Failure(
            "--folder takes messages, contacts or calendar files: import them one after the other", code=2
        )
    async with store(data_dir) as perform:
        begun = await begin(perform, BeginImport(address=address, folder=folder))
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
            task = progress.add_task("Importing", total=sum(map(len, kinds)))
            for end, batch in _batches(_sources(found, begun, summary)):
                await _send(perform, batch, summary)
                progress.update(task, completed=end)
    return summary


class _Files(NamedTuple):
    """What a first pass found."""

    messages: list[Found]
    """In order of date."""
    people: list[Source]
    calendars: list[Path]


def _find(paths: Iterable[Path], summary: Summary) -> _Files:
    """The first pass: messages in order of date, contacts, and files of events, tasks and notes."""
    found = _Files([], [], [])
    for path in chain.from_iterable(map(mail_files.files_in, paths)):
        if not isinstance(path, Path):
            summary.refuse(*path)
            continue
        with _refusing(str(path), summary):
            if mail_files.is_vcard(path):
                found.people.extend(_people(path, summary))
            elif mail_files.is_calendar(path):
                found.calendars.append(path)
            else:
                for one in mail_files.messages(path):
                    if isinstance(one, Found):
                        found.messages.append(one)
                    else:
                        summary.refuse(*one)
    found.messages.sort(key=lambda one: one.received)
    return found


@contextmanager
def _refusing(source: str, summary: Summary) -> Iterator[None]:
    """Refuse a source that cannot be read."""
    try:
        yield
    except Unreadable as error:
        summary.refuse(source, str(error))
    except OSError as error:
        summary.refuse(source, error.strerror or str(error))


def _people(path: Path, summary: Summary) -> Iterator[Source]:
    """The contacts of a file of vCards. Raises Unreadable, OSError."""
    # Items take a third of a second to load, which commands about accounts need not.
    from overair.items.contact import Contact
    from overair.items.vcard.contacts import contacts_from_vcard
    from overair.server.importing import entry_of

    for one in contacts_from_vcard(mail_files.read_whole(path, LARGEST_CARDS)):
        if isinstance(one, Contact):
            yield Source(str(path), entry_of(one))
            continue
        source = f"{path}, card {one.card}" if one.card else str(path)
        complaint = Complaint(f"{source} ({one.name})" if one.name else source, one.reason)
        (summary.refused if one.whole else summary.in_part).append(complaint)


def _sources(found: _Files, begun: Begun, summary: Summary) -> Iterator[tuple[int, Source]]:
    """The second pass: what is to be imported, each with how many of what was found are behind it."""
    everything: Iterable[Found | Source | Path] = chain(found.messages, found.people, found.calendars)
    for number, one in enumerate(everything, start=1):
        if isinstance(one, Source):
            yield number, one
        elif isinstance(one, Path):
            with _refusing(str(one), summary):
                yield from ((number, source) for source in _calendar_items(one, begun, summary))
        else:
            with _refusing(one.source, summary):
                yield number, Source(one.source, _mail(one))


def _calendar_items(path: Path, begun: Begun, summary: Summary) -> Iterator[Source]:
    """The items of a calendar file. Raises Unreadable, OSError."""
    from overair.cli.calendar_files import Candidate, candidates

    for one in candidates(path, begun):
        if isinstance(one, Candidate):
            yield Source(one.source, one.entry, one.dropped)
        else:
            summary.refuse(one.source, one.reason)


def _batches(sources: Iterable[tuple[int, Source]]) -> Iterator[tuple[int, list[Source]]]:
    """Sources in batches, each with how many of what was found are behind it."""
    batch: list[Source] = []
    size = end = 0
    for end, source in sources:
        batch.append(source)
        size += source.entry.size
        if len(batch) >= BATCH_ENTRIES or size >= BATCH_BYTES:
            yield end, batch
            batch, size = [], 0
    yield end, batch


def _mail(found: Found) -> Mail:
    """Raises Unreadable, OSError."""
    data = found.read()
    if len(data) > mail_files.LARGEST_MESSAGE:  # one of an mbox
        raise Unreadable(f"is larger than {mail_files.LARGEST_MESSAGE // 1024 // 1024} MB")
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


async def _send(perform: Perform, batch: list[Source], summary: Summary) -> None:
    if not batch:
        return
    try:
        outcomes = await put(perform, (source.entry for source in batch))
    except Failure as error:
        raise Failure(f"{error} (imported until then: {summary.imported})") from None
    for source, outcome in zip(batch, outcomes, strict=True):
        summary.imported += outcome.added
        summary.already_there += outcome.known
        if outcome.refused is not None:
            summary.refuse(source.name, outcome.refused)
        if outcome.added:
            summary.lose(source)


def _print(summary: Summary) -> None:
    counts = (summary.imported, summary.already_there, len(summary.refused))
    typer.echo("{} imported, {} already there, {} refused".format(*counts))
    _print_complaints(summary.refused)
    if summary.in_part:
        typer.echo(f"{len(summary.in_part)} imported in part")
        _print_complaints(summary.in_part)
    if summary.left_out:
        names = ", ".join(f"{name} ({count})" for name, count in sorted(summary.left_out.items()))
        typer.echo(f"left out, as no item has a field for it: {names}")


def _print_complaints(complaints: list[Complaint]) -> None:
    for complaint in complaints[:SHOWN_COMPLAINTS]:
        typer.echo(f"  {_printable(complaint.source)}: {complaint.reason}")
    if len(complaints) > SHOWN_COMPLAINTS:
        typer.echo("  and others; by reason:")
        for reason, count in Counter(complaint.reason for complaint in complaints).most_common():
            typer.echo(f"  {count} x {reason}")


def _printable(text: str) -> str:
    """A text that a file brought, without what a terminal would obey."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
