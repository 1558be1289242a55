"""No password, token or content of a mailbox comes into any log line, error page or metric.

Every secret has a mark. The marks go through everything that takes something in, well and badly
formed, and through failures of every kind; then all that a server says but to its user is searched.
"""

from __future__ import annotations

import contextlib
import io
import logging
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer.main
from typer.core import TyperCommand, TyperGroup

from access.marks import found_in
from access.secrets import (
    BODY,
    MARKS,
    NOTE,
    RIGHT,
    TOKEN,
    WORD,
    WRONG,
    Driver,
    broken_letters,
    by_lmtp,
    columns,
    marked_letter,
    mend,
    spoil,
)
from overair.cli import logs
from overair.cli.application import application as command_line
from overair.storage.migrations.__main__ import import_every_table
from overair.versions import SERVED, Version
from support.command import OVERAIR, environment, overair
from support.databases import prepare
from support.house import House
from support.phone import Answer, Server
from support.server import ANNA, running_server

import_every_table()

SETTINGS = """
domain = "example.org"
[limits]
request_body = 1_000_000
"""
PAGES = ("/", "/metrics", "/nowhere", "/overair-root.pem", "/admin", "/health")
"""What is served beside the endpoint, and what may come to be."""
LOCKED_SECONDS = 1.0
STORE = ("overair.sqlite3", "overair.sqlite3-wal", "overair.sqlite3-shm", "blobs")
"""What a store holds is there to be kept, so it is no leak."""


class Told:
    """All that a server or a command says where no secret belongs."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, bytes]] = []
        self.failures = 0

    def answer(self, answer: Answer) -> None:
        """Of an answer the headers, and the body where it is no message to the one who asked."""
        self.texts.append(("header", repr(sorted(answer.headers.items())).encode()))
        if "vnd.ms-sync" not in answer.headers.get("content-type", "") and answer.status != 200:
            self.texts.append((f"page with {answer.status}", answer.body))
        self.failures += answer.status >= 500

    def output(self, *arguments: str | Path, stdin: str = "") -> int:
        """Run the command; what it prints counts."""
        done = overair(*arguments, stdin=stdin)
        self.texts.append((f"overair {arguments[0]}", (done.stdout + done.stderr).encode()))
        return done.returncode

    def files(self, data_dir: Path) -> None:
        """Every file in a data directory that is not the store itself."""
        for path in sorted(data_dir.rglob("*")):
            if path.is_file() and path.relative_to(data_dir).parts[0] not in STORE:
                self.texts.append((str(path.relative_to(data_dir)), path.read_bytes()))

    def assert_clean(self, *marks: str) -> None:
        """Nothing of it holds a mark."""
        leaks = [
            (where, found, text[:2000])
            for where, text in self.texts
            if (found := found_in(text, marks or MARKS))
        ]
        assert not leaks, leaks[:5]


def test_a_leak_would_be_found() -> None:
    for mark in MARKS:
        told = Told()
        told.texts.append(("log", f'{{"event": "x", "error": "{mark}"}}'.encode()))
        with pytest.raises(AssertionError):
            told.assert_clean()


def failing_rows(driver: Driver, data_dir: Path, spoilt: Mapping[Version, str | bytes]) -> None:
    """Every column of the database with something else in it, while a phone asks for what it says."""
    for table, column in columns():
        if (table, column) in (("users", "address"), ("addresses", "address")):
            continue
        for version, value in spoilt.items():
            before = spoil(data_dir, table, column, value)
            try:
                driver.again(version)
            finally:
                mend(data_dir, table, column, before)


def drive(server: Server, data_dir: Path, told: Told) -> None:
    """Send every mark wherever it can go."""
    driver = Driver(server, told.answer)
    told.texts += [("LMTP", answer) for answer in by_lmtp(data_dir / "lmtp.sock")]
    driver.learn()
    driver.requests()
    driver.malformed()
    driver.mail()
    assert driver.phone(SERVED[-1]).folder_sync().status == 1, "the right password was right"
    driver.log_ins()
    for page in PAGES:
        for method in ("GET", "POST"):
            told.answer(driver.phone(SERVED[-1]).http(method, page, {"Authorization": f"Basic {TOKEN}"}))


def files_to_import(directory: Path) -> list[Path]:
    """Messages and contacts, good and broken."""
    letters = [marked_letter(), *broken_letters()]
    paths = [directory / f"{number}.eml" for number in range(len(letters))]
    for path, mime in zip(paths, letters, strict=True):
        path.write_bytes(mime)
    box = directory / "old.mbox"
    box.write_bytes(b"".join(b"From a Mon Mar  2 12:00:00 2026\n" + mime + b"\n\n" for mime in letters))
    cards = directory / "people.vcf"
    lines = ["BEGIN:VCARD", "VERSION:3.0", "FN:Pat", f"NOTE:{NOTE}", f"BDAY:{NOTE}", f"TEL;{NOTE}", NOTE]
    lines += [f"PHOTO;ENCODING=b:{NOTE}!", f"EMAIL:{NOTE}", f"X-{NOTE}:{NOTE}", "END:VCARD", NOTE]
    cards.write_text("\r\n".join(lines * 2), encoding="utf-8")
    return [*paths, box, cards]


def test_a_server_and_the_commands_beside_it(tmp_path: Path) -> None:
    """A server in a process of its own: its log, its answers, its files, and what commands print."""
    told = Told()
    data = tmp_path / "data"
    where = ("--data-dir", data)
    prepare(data)
    assert told.output("user", "add", ANNA, "--password-stdin", *where, stdin=f"{WRONG}\n") == 0
    with House(data, settings=SETTINGS) as house:
        assert told.output("user", "passwd", ANNA, "--password-stdin", *where, stdin=f"{RIGHT}\n") == 0
        assert told.output("user", "passwd", "nemo@x", "--password-stdin", *where, stdin=f"{WRONG}\n")
        assert told.output("user", "add", ANNA, "--password-stdin", *where, stdin=f"{WRONG}\n")
        told.output("import", ANNA, *files_to_import(tmp_path), *where)
        drive(house, data, told)
        driver = Driver(house, told.answer)
        driver.learn()
        failing_rows(driver, data, {Version.V12_1: BODY.encode(), SERVED[-1]: f"{BODY} {WORD}"})
        failures = told.failures
        with house.locked_database(), ThreadPoolExecutor(1) as threads:
            sent = threads.submit(driver.locked)
            time.sleep(LOCKED_SECONDS)
            house.terminate()  # which does not wait for the lock, as a request does for ten seconds
            sent.result()
        assert told.failures == failures + 1
        told.texts += [("log", line.encode()) for line in house.log_text.splitlines()]
        told.texts.append(("greeting", house.greeting.encode()))
    told.files(data)
    assert told.failures > 10
    assert sum(where == "log" for where, _ in told.texts) > 1000
    told.assert_clean()


class Terminal(io.StringIO):
    """A stderr that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_server_that_logs_to_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    before, handlers = structlog.get_config(), logging.root.handlers[:]
    logging.root.handlers.clear()
    logs.configure(logging.DEBUG)
    try:
        settings: dict[str, Any] = {"limits.request_body": 1_000_000, "delivery.lmtp": "lmtp.sock"}
        with running_server(tmp_path, {ANNA: "Anna"}, **settings) as server:
            directory = server.application.directory
            server.call(lambda: directory.set_password(ANNA, RIGHT))
            driver = Driver(server, told.answer)
            told.texts += [("LMTP", answer) for answer in by_lmtp(tmp_path / "lmtp.sock")]
            driver.learn()
            driver.log_ins()
            driver.mail()
            failing_rows(driver, tmp_path, {Version.V12_1: f"{BODY} {WORD}", SERVED[-1]: BODY.encode()})
    finally:
        structlog.configure(**before)
        logging.root.handlers[:] = handlers
    assert terminal.getvalue().count("request failed") > 5
    told.texts.append(("log", terminal.getvalue().encode()))
    told.assert_clean()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_the_list_of_processes_shows_no_password(tmp_path: Path) -> None:
    """A password comes by stdin or from the terminal: there is no option to give one on the command line."""
    arguments: list[str | Path] = [
        OVERAIR,
        "user",
        "add",
        ANNA,
        "--password-stdin",
        "--data-dir",
        tmp_path / "data",
    ]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, env=environment())
    assert process.stdin is not None
    process.stdin.write(RIGHT.encode())
    process.stdin.flush()
    shown: set[bytes] = set()
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):  # it ends
            for name in ("cmdline", "environ"):
                shown.add(Path(f"/proc/{process.pid}/{name}").read_bytes())
        if not process.stdin.closed:
            process.stdin.close()
        time.sleep(0.01)
    assert process.wait(60) == 0
    assert any(ANNA.encode() in text for text in shown)
    assert not any(found_in(text, [RIGHT]) for text in shown)


def commands(group: TyperGroup | TyperCommand) -> Iterator[TyperGroup | TyperCommand]:
    """A command and all below it."""
    yield group
    for inner in getattr(group, "commands", {}).values():
        yield from commands(inner)


def test_no_option_takes_a_password() -> None:
    whole = typer.main.get_command(command_line)
    assert isinstance(whole, TyperGroup)
    found = [
        (command.name, option.name)
        for command in commands(whole)
        for option in command.params
        if any(word in (option.name or "") for word in ("password", "secret", "token"))
        and not getattr(option, "is_flag", False)
    ]
    assert not found
