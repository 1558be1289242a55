"""`overair import` and `overair export` of events, tasks and notes.

Most commands run in the process of the tests: loading them takes a second.
"""

from __future__ import annotations

import asyncio
import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from overair.cli.application import application
from overair.cli.output import Failure
from overair.items import Event, Item, Note, Task
from overair.mailboxes.interface import Session, View
from overair.server.app import build
from overair.server.settings import load
from support.calendar_texts import calendar, component, event
from support.command import done, overair
from support.databases import copied
from support.house import Serve
from support.server import ANNA

TASK = component("VTODO", "UID:task", "SUMMARY:Sweep", "DUE;VALUE=DATE:20260302")
NOTE = component("VJOURNAL", "UID:note", "SUMMARY:List", "DESCRIPTION:Brooms")
ATTACHED = base64.b64encode(b"the plan").decode()


def contents(data: Path) -> dict[str, list[Item]]:
    """Everything in Anna's folders, by their names, in the order in which it was added."""

    async def look() -> dict[str, list[Item]]:
        application = build(load(data_dir=str(data)))
        user = await application.directory.find(ANNA)
        assert user is not None

        async def work(session: Session) -> dict[str, list[Item]]:
            kept: dict[str, list[Item]] = {}
            for folder in await session.folders():
                since = await session.start(folder.folder_id)
                changes = await session.changes(folder.folder_id, View(), since, 10_000)
                ids = sorted(
                    (one.item_id for one in changes.items), key=lambda one: int(one.partition(":")[2])
                )
                found = [stored.item for stored in await session.read(folder.folder_id, ids) if stored]
                if found:
                    kept[folder.name] = found
            return kept

        try:
            return await application.services.mailbox(user.account_id).inspect(work)
        finally:
            await application.shutdown()

    return asyncio.run(look())


@pytest.fixture(scope="module")
def with_an_account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one account, to be copied."""
    data = tmp_path_factory.mktemp("account") / "data"

    async def add() -> None:
        application = build(load(data_dir=str(data)))
        await application.directory.add_user(ANNA, "secret", "Anna Keller")
        await application.shutdown()

    asyncio.run(add())
    return data


@pytest.fixture(name="data")
def data_directory(with_an_account: Path, tmp_path: Path) -> Path:
    """A data directory with one account."""
    return copied(with_an_account, tmp_path / "data")


def command(*arguments: str | Path) -> str:
    """Run a command, which must succeed; returns what it prints."""
    result = CliRunner().invoke(application, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.exception
    return result.stdout


def imported(data: Path, *arguments: str | Path) -> dict[str, Any]:
    """What an import says that it did."""
    found: dict[str, Any] = json.loads(command("import", ANNA, *arguments, "--json", "--data-dir", data))
    return found


def written(path: Path, *contents: str) -> Path:
    path.write_bytes(calendar(*contents))
    return path


def test_each_kind_goes_to_its_folder(data: Path, tmp_path: Path) -> None:
    written(tmp_path / "all.ics", TASK, NOTE, event("SUMMARY:Broom day"))
    (tmp_path / "calendar").write_bytes(calendar(event("SUMMARY:By its first bytes", uid="two")))
    result = imported(data, tmp_path / "all.ics", tmp_path / "calendar")
    nothing: dict[str, object] = {"refused": [], "in_part": [], "left_out": {}}
    assert result == {"imported": 4, "already_there": 0, **nothing}
    found = contents(data)
    assert {name: [getattr(item, "subject", "") for item in items] for name, items in found.items()} == {
        "Calendar": ["Broom day", "By its first bytes"],
        "Tasks": ["Sweep"],
        "Notes": ["List"],
    }


def test_importing_twice_doubles_nothing(data: Path, tmp_path: Path) -> None:
    """Not even what was changed since: an event and a task have a UID."""
    path = written(tmp_path / "all.ics", TASK, NOTE, event("SUMMARY:Broom day"))
    assert imported(data, path)["imported"] == 3
    written(
        tmp_path / "all.ics",
        TASK.replace("Sweep", "Sweep again"),
        NOTE.replace("UID:note", "UID:another"),
        event("SUMMARY:Brooms' day"),
    )
    result = imported(data, path)
    assert (result["imported"], result["already_there"]) == (0, 3)
    assert {name: len(items) for name, items in contents(data).items()} == {
        "Calendar": 1,
        "Tasks": 1,
        "Notes": 1,
    }


def test_occurrences_of_a_series_that_is_elsewhere_are_told_apart(data: Path, tmp_path: Path) -> None:
    orphans = [event(f"RECURRENCE-ID:2026030{day}T090000Z", "SUMMARY:x") for day in (2, 9)]
    path = written(tmp_path / "some.ics", *orphans)
    assert imported(data, path)["imported"] == 2
    assert imported(data, path)["already_there"] == 2
    whole = written(tmp_path / "whole.ics", event("RRULE:FREQ=WEEKLY", "SUMMARY:x"))
    assert imported(data, whole)["imported"] == 1


def test_what_was_left_out_is_said_once_it_is_imported(data: Path, tmp_path: Path) -> None:
    lines = ["SUMMARY:Secret plan", "X-SECRET:content", "PRIORITY:1", "RDATE:20260305T090000Z"]
    path = written(tmp_path / "a.ics", event(*lines), event("SUMMARY:Other", "PRIORITY:1", uid="two"))
    result = imported(data, path)
    assert result["in_part"] == [
        {
            "source": f"{path}, component 1 (Secret plan)",
            "reason": "RDATE: each date becomes an event of its own",
        }
    ]
    assert result["left_out"] == {"X-SECRET": 1, "PRIORITY": 2}
    again = imported(data, path)
    assert (again["already_there"], again["in_part"], again["left_out"]) == (3, [], {})


def test_what_is_refused_stops_nothing(data: Path, tmp_path: Path) -> None:
    written(tmp_path / "mixed.ics", event("SUMMARY:No start", start="X-NO:x", uid="a"), event(uid="b"))
    reply = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.net"
    written(tmp_path / "reply.ics", "METHOD:REPLY", event(reply, "SUMMARY:Yes", uid="c"))
    (tmp_path / "empty.ics").write_bytes(b"")
    output = command("import", ANNA, tmp_path, "--data-dir", data).replace(str(tmp_path), "")
    assert output.splitlines() == [
        "1 imported, 0 already there, 3 refused",
        "  /empty.ics: holds no event, task or note",
        "  /mixed.ics, component 1 (No start): has no DTSTART",
        "  /reply.ics, component 1 (Yes): is a message about a meeting (METHOD:REPLY)",
    ]


def test_what_a_terminal_would_obey_is_not_printed(data: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.ics", event("SUMMARY:a\x1b]0;b\x07\x9b31mc", start="X-NO:x"))
    output = overair("import", ANNA, path, "--data-dir", data).stdout
    assert not [character for character in output if not character.isprintable() and character != "\n"]


@pytest.mark.parametrize("folder", ["Work", "Work/Plans", "Calendar"])
def test_a_folder_takes_what_fits(data: Path, tmp_path: Path, folder: str) -> None:
    path = written(tmp_path / "all.ics", TASK, NOTE, event("SUMMARY:Broom day"))
    result = imported(data, path, "--folder", folder)
    name = folder.rpartition("/")[2]
    assert result["imported"] == 1
    assert {one["reason"] for one in result["refused"]} == {
        f"the folder {name} does not hold {kind}" for kind in ("tasks", "notes")
    }
    found = contents(data)
    assert set(found) == {name}
    assert isinstance(found[name][0], Event)


def test_a_folder_of_tasks_takes_tasks(data: Path, tmp_path: Path) -> None:
    imported(data, written(tmp_path / "tasks.ics", TASK), "--folder", "Errands")
    result = imported(
        data, written(tmp_path / "all.ics", event(), TASK.replace("UID:task", "UID:2")), "--folder", "Errands"
    )
    assert (result["imported"], len(result["refused"])) == (1, 1)
    assert [type(item) for item in contents(data)["Errands"]] == [Task, Task]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("import", "all.ics", "--folder", "Inbox"), 1, "nothing was imported"),
        (("import", "all.ics", "one.eml", "--folder", "Both"), 2, "messages, contacts or calendar files"),
        (("import", "all.ics", "--folder", "x" * 257), 1, "is no name for a folder"),
        (("import", "missing.ics"), 1, "nothing was imported"),
        (("export", "--folder", "Inbox"), 1, "holds neither events nor tasks nor notes"),
        (("export", "--folder", "Nowhere"), 1, "there is no folder Nowhere"),
        (("export", "--json"), 2, "name it with --output"),
        (("export", "--output", "no/where.ics"), 1, "no/where.ics cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "all.ics", event())
    (tmp_path / "one.eml").write_text("From: a@one.example\nSubject: x\n\ny\n")
    name, *others = arguments
    result = CliRunner().invoke(application, [name, ANNA, *others, "--data-dir", str(data)])
    assert isinstance(result.exception, Failure)
    assert result.exception.code == code
    assert message in str(result.exception)
    assert contents(data) == {}


def test_an_account_that_is_not_there(data: Path) -> None:
    result = overair("export", "nobody@example.org", "--data-dir", data)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "overair: there is no account nobody@example.org\n"


@pytest.mark.parametrize("running", [False, True])
def test_what_was_imported_is_exported(data: Path, tmp_path: Path, serve: Serve, running: bool) -> None:
    served = serve(data) if running else None
    zone = component(
        "VTIMEZONE",
        "TZID:America/New_York",
        component("STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0500"),
    )
    lines = [
        "SUMMARY:Broom day",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;TZID=America/New_York:20260309T090000",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.net",
        f"ATTACH;FILENAME=plan.txt;VALUE=BINARY;ENCODING=BASE64:{ATTACHED}",
    ]
    start = "DTSTART;TZID=America/New_York:20260302T090000"
    many = [event(f"SUMMARY:{number}", uid=str(number)) for number in range(120)]
    path = written(tmp_path / "all.ics", zone, TASK, NOTE, event(*lines, start=start), *many)
    assert imported(data, path)["imported"] == 123
    output = tmp_path / "out.ics"
    result = json.loads(done("export", ANNA, "--output", output, "--json", "--data-dir", data))
    assert result == {"events": 121, "tasks": 1, "notes": 1, "left_out": {}}
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert output.read_bytes().count(b"BEGIN:VTIMEZONE") == 1
    printed = command("export", ANNA, "--data-dir", data, "--folder", "Calendar")
    assert printed.count("BEGIN:VEVENT") == 121
    assert "VTODO" not in printed
    again = imported(data, output)
    assert (again["imported"], again["already_there"]) == (0, 123)
    imported(data, output, "--folder", "Copy")
    if served is not None:
        assert served.terminate() < 20
    found = contents(data)
    assert sorted(found["Copy"], key=str) == sorted(found["Calendar"], key=str)
    kept = [one for item in found["Copy"] if isinstance(item, Event) for one in item.stored_attachments or ()]
    assert [(one.display_name, one.size) for one in kept] == [("plan.txt", 8)]


def test_an_export_says_what_it_leaves_out(data: Path, tmp_path: Path) -> None:
    """Only a phone makes such a task: one that comes again when it is done."""
    note = Note(subject="x", message_class="IPM.StickyNote.Mine")

    async def add() -> None:
        application = build(load(data_dir=str(data)))
        user = await application.directory.find(ANNA)
        assert user is not None

        async def work(session: Session) -> None:
            folder = next(one for one in await session.folders() if one.name == "Notes")
            await session.add(folder.folder_id, note)

        await application.services.mailbox(user.account_id).transact(work)
        await application.shutdown()

    asyncio.run(add())
    arguments = ["export", ANNA, "--output", str(tmp_path / "out.ics"), "--data-dir", str(data)]
    result = CliRunner().invoke(application, arguments)
    assert result.stderr.splitlines() == ["0 events, 0 tasks, 1 notes", "  left out of 1: MessageClass"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
