"""`overair client`, a phone on the command line, against a real server and what stands in its place."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from overair.cli.client import watching
from overair.cli.client.reaching import device_id
from overair.cli.client.words import Kind
from overair.client import Client
from overair.items import Contact, Event, Item, ItemClass, Note, Task
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.mailboxes.interface import FolderType
from overair.protocol.ping import PingFolder
from overair.push.hub import WaitingTable
from overair.server.administration import SetPassword
from overair.server.administrator import Administrator
from support.asynchronous import run
from support.client_command import at, done, failed, phone
from support.command import OVERAIR, environment
from support.letters import letter
from support.server import ANNA, BEN, PASSWORD, RunningServer, running_server

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module", name="server")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server; Anna has three letters and one item of each other class."""
    with running_server(tmp_path_factory.mktemp("client")) as server:
        for number in range(3):
            server.deliver(ANNA, letter(number, attachment=b"%PDF" if number == 2 else None))
        run(fill(server))
        yield server


async def fill(server: RunningServer) -> None:
    """Give Anna a contact, an event, a task and a note."""
    start = NOW + timedelta(hours=2)
    items: dict[tuple[FolderType, ItemClass], Item] = {
        (FolderType.CONTACTS, ItemClass.CONTACTS): Contact(
            first_name="Ada", last_name="Lovelace", email1_address="ada@example.net"
        ),
        (FolderType.TASKS, ItemClass.TASKS): Task(subject="Call Ben", complete=False),
        (FolderType.NOTES, ItemClass.NOTES): Note(subject="Shopping"),
    }
    async with Client(server.url, ANNA, PASSWORD, device_id="FILLING") as device:
        await device.folder_sync()
        for (folder, item_class), item in items.items():
            collection = device.collection(device.folder_of_type(folder).server_id, item_class)
            await collection.sync()
            await collection.add(item)
            assert not (await collection.sync()).refused
        calendar = device.calendar(device.folder_of_type(FolderType.CALENDAR).server_id, time_zone="UTC")
        await calendar.sync()
        weekly = Recurrence(type=RecurrenceType.DAILY, interval=7, occurrences=3)
        await calendar.add(
            Event(
                subject="Team",
                zone="UTC",
                start_time=start,
                end_time=start + timedelta(hours=1),
                recurrence=weekly,
            )
        )
        assert not (await calendar.sync()).refused


# What is there


def test_folders(server: RunningServer) -> None:
    said = done("folders", ANNA, *at(server))
    assert f"{ANNA} at {server.url}, ActiveSync 16.1\n" in said
    assert [line.split()[-2] for line in said.splitlines() if line.startswith("Inbox ")] == ["email"]
    told = json.loads(done("folders", ANNA, *at(server), "--json", "--protocol", "14.1"))
    assert told["protocol"] == "14.1"
    assert {"path": "Contacts", "class": "contacts", "type": 9}.items() <= next(
        folder for folder in told["folders"] if folder["path"] == "Contacts"
    ).items()


def test_messages_newest_first(server: RunningServer) -> None:
    told = phone("list", ANNA, *at(server), "--limit", "2")
    lines = told.out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["1", "2"]
    assert "Letter 2" in lines[1]
    assert "unread, files" in lines[1]
    assert "Ben Beck" in lines[1]
    assert "2 of 3" in told.err
    first, second, third = json.loads(done("list", ANNA, *at(server), "--json"))
    assert (first["number"], first["subject"], first["read"]) == (1, "Letter 2", False)
    assert [second["subject"], third["subject"]] == ["Letter 1", "Letter 0"]
    assert first["id"] in lines[1]


@pytest.mark.parametrize("version", ["12.1", "16.1"])
def test_a_message_whole(server: RunningServer, version: str) -> None:
    where = (*at(server), "--protocol", version)
    by_number = done("show", ANNA, "1", *where)
    assert "From: " in by_number
    assert "Subject: Letter 2\n" in by_number
    assert "File: plan.pdf" in by_number
    assert "this is number 2.\n" in by_number
    told = json.loads(done("show", ANNA, "1", *where, "--json"))
    assert done("show", ANNA, told["id"], *where) == by_number
    assert "Message-ID: <letter-2@example.org>" in done("show", ANNA, told["id"], "--mime", *where)
    assert json.loads(done("list", ANNA, *where, "--json"))[0]["read"] is False


@pytest.mark.parametrize(
    ("kind", "words", "count"),
    [
        ("contacts", "Ada Lovelace", 1),
        ("calendar", "Team", 3),
        ("tasks", "Call Ben", 1),
        ("notes", "Shopping", 1),
    ],
)
def test_other_classes(server: RunningServer, kind: str, words: str, count: int) -> None:
    said = done("list", ANNA, "--class", kind, *at(server))
    assert said.count(words) == count
    assert words in done("show", ANNA, "1", "--folder", kind, *at(server))
    facts = json.loads(done("list", ANNA, "--class", kind, *at(server), "--json"))
    assert len(facts) == count
    assert facts[0]["class"].lower() == kind


def test_the_third_occurrence(server: RunningServer) -> None:
    said = done("show", ANNA, "3", "--class", "calendar", *at(server))
    day = (NOW + timedelta(hours=2, days=14)).astimezone().strftime("%Y-%m-%d %H:%M")
    assert f"Start: {day}" in said


def test_what_a_terminal_obeys_is_not_printed(server: RunningServer) -> None:
    mime = letter(0).replace(b"Subject: Letter 0", b"Subject: =?utf-8?B?G1szMW1yZWTigK54?=")
    server.deliver(BEN, mime.replace(b"this is", b"\x1b]0;title\x07 this is"))
    for said in (done("list", BEN, *at(server)), done("show", BEN, "1", *at(server))):
        assert "red" in said
        assert not {"\x1b", "\x07", "\u202e"} & set(said)


# Sending and waiting


def test_a_message_is_sent(server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.7")
    arguments = ("--to", BEN, "--cc", ANNA, "--subject", "Grüße", "--attach", str(tmp_path / "plan.pdf"))
    said = done(
        "send", ANNA, *arguments, "--password-stdin", *at(server), stdin=f"{PASSWORD}\nHello Ben\nüber\n"
    )
    assert said == f"Sent to {BEN}, {ANNA}.\n"
    arrived = done("show", BEN, "1", *at(server))
    assert "Subject: Grüße" in arrived
    assert "File: plan.pdf" in arrived
    assert arrived.endswith("Hello Ben\nüber\n")
    assert "Grüße" in done("list", ANNA, "--folder", "sent items", *at(server))


def when_waiting(server: RunningServer, do: Callable[[], Any]) -> threading.Thread:
    """Do something in another thread as soon as a device waits that does not wait yet."""

    async def waiting() -> bool:
        # Not its length: a Sync that does not wait is in the table for a moment, too.
        hub = server.application.services.hub
        assert isinstance(hub, WaitingTable)
        accounts = hub._accounts.values()
        return any(entry._waiter is not None for devices in accounts for entry in devices.values())

    def until(wanted: bool) -> None:
        deadline = time.monotonic() + 30
        while server.call(waiting) is not wanted:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def work() -> None:
        until(True)
        do()

    until(False)  # those of the tests before are gone
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_news_is_told(server: RunningServer) -> None:
    thread = when_waiting(server, lambda: server.deliver(BEN, letter(77)))
    told = phone("watch", BEN, "--count", "1", *at(server))
    thread.join()
    assert told.code == 0
    assert told.out.startswith("new ")
    assert "Letter 77" in told.out
    assert "Waiting for news in Inbox" in told.err


def test_changes_and_deletions_are_told(server: RunningServer) -> None:
    async def work() -> None:
        async with Client(server.url, ANNA, PASSWORD, device_id="OTHER") as device:
            await device.folder_sync()
            tasks = device.collection(device.folder_of_type(FolderType.TASKS).server_id, ItemClass.TASKS)
            await tasks.sync()
            [task] = tasks.elements
            await tasks.update(task, Task(subject="Call Ben at once"))
            await tasks.sync()
            assert await asyncio.to_thread(changed.wait, 30)
            tasks.delete(task)
            await tasks.sync()

    changed = threading.Event()
    events: list[watching.News] = []

    def tell(news: watching.News) -> bool:
        events.append(news)
        changed.set()
        return news.what != "gone"

    async def watch() -> None:
        async with Client(server.url, ANNA, PASSWORD, device_id="WATCHING") as device:
            await device.folder_sync()
            folder = device.folder_of_type(FolderType.TASKS).server_id
            await watching.watch(device, folder, Kind.TASKS, None, 60, tell, lambda: None)

    thread = when_waiting(server, lambda: run(work()))
    run(watch())
    thread.join()
    assert [news.what for news in events] == ["changed", "gone"]
    assert events[0].listed is not None
    assert isinstance(events[0].listed.item, Task)
    assert events[0].listed.item.subject == "Call Ben at once"


def test_a_heartbeat_that_the_server_does_not_take(server: RunningServer) -> None:
    thread = when_waiting(server, lambda: server.deliver(ANNA, letter(78)))
    told = phone("watch", ANNA, "--heartbeat", "1", "--count", "1", *at(server))
    thread.join()
    assert "Letter 78" in told.out


def test_another_watch_takes_its_place(server: RunningServer) -> None:
    async def other() -> None:
        name = device_id("watch email")
        async with Client(server.url, ANNA, PASSWORD, device_id=name) as device:
            await device.folder_sync()
            inbox = PingFolder(id=device.folder_of_type(FolderType.INBOX).server_id, item_class="Email")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(device.ping([inbox], 60), 1)

    thread = when_waiting(server, lambda: run(other()))
    told = phone("watch", ANNA, *at(server))
    thread.join()
    assert told.code == 1
    assert "another `overair client watch`" in told.err


def test_a_new_password_ends_it(server: RunningServer) -> None:
    administrator = Administrator(server.application.services)

    def set_password(password: str) -> None:
        server.call(lambda: administrator.perform(SetPassword(address=BEN, password=password)))

    thread = when_waiting(server, lambda: set_password("another"))
    told = phone("watch", BEN, *at(server))
    thread.join()
    set_password(PASSWORD)
    assert "the password (from OVERAIR_PASSWORD) is wrong" in told.err


def test_interrupting_is_an_ordinary_end(server: RunningServer) -> None:
    with subprocess.Popen(
        [OVERAIR, "client", "watch", ANNA, *at(server)],
        env=environment() | {"OVERAIR_PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Waiting for news")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "", "")


def test_the_time_is_over(server: RunningServer) -> None:
    # Behind those that look whether somebody waits: what it leaves behind may still come to wait.
    told = phone("watch", ANNA, "--minutes", "0.02", *at(server))
    assert (told.code, told.out) == (0, "")


def test_it_stays_few_devices(server: RunningServer) -> None:
    assert device_id("") == device_id("")
    assert len({device_id(""), device_id("watch email"), device_id("watch tasks")}) == 3
    assert re.fullmatch(r"[A-Z0-9]{1,32}", device_id(""))


def test_what_is_not_there(server: RunningServer) -> None:
    where = at(server)
    assert "there is no folder Nowhere" in failed("list", ANNA, "--folder", "Nowhere", *where)
    assert "there is no number 99" in failed("show", ANNA, "99", *where)
    assert "there is no item 1:999999" in failed("show", ANNA, "1:999999", *where)
    assert "--since for email is one of 1d" in failed("list", ANNA, "--since", "6m", *where)
    old = ("--class", "notes", "--protocol", "12.1")
    assert "ActiveSync 12.1 has no notes" in failed("list", ANNA, *old, *where)


def test_messages_that_cannot_go(server: RunningServer, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"\xff\xfe\xfa")
    assert "'ben' is no e-mail address" in failed("send", ANNA, "--to", "ben", __file__, *at(server))
    assert "is not UTF-8" in failed("send", ANNA, "--to", BEN, str(text), *at(server))
    assert "No such file" in failed("send", ANNA, "--to", BEN, str(tmp_path / "none"), *at(server))


# What is promised


def test_the_quick_start_to_the_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[2] / "docs" / "quick-start.md").read_text(encoding="utf-8")
    section = page.partition("## See what a phone would see\n")[2].partition("\n## ")[0]
    variables = re.search(r"^    export (\w+)=\S+ (\w+)=\S+$", section, re.MULTILINE)
    letter_text = re.search(r'^    echo "(.+)" > (\S+)$', section, re.MULTILINE)
    commands = re.findall(r"^    \.venv/bin/overair client (.+)$", section, re.MULTILINE)
    assert variables is not None
    assert letter_text is not None
    assert len(commands) >= 6
    monkeypatch.chdir(tmp_path)
    Path(letter_text[2]).write_text(letter_text[1], encoding="utf-8")
    people = {"anna@overair.test": "Anna", "ben@overair.test": "Ben"}
    with running_server(tmp_path / "data", people, tls=True, domain="overair.test") as server:
        server.deliver("anna@overair.test", letter(0))
        monkeypatch.setenv(variables[1], server.url)
        monkeypatch.setenv(variables[2], str(server.root_certificate))
        said = [done(*shlex.split(command)) for command in commands]
    assert "Tonight" in "".join(said[3:-1])
    assert "Re: Tonight" in said[-1]
