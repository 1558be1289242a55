"""A real ``overair serve`` in a process of its own, and the faults of the house that it stands in.

Every lever takes hold of the process or its files from outside, as the world does::

    with House(tmp_path / "data") as house:  # started, and killed at the end
        with house.locked_database():
            ...  # what the server answers now
        house.terminate()
        house.start()  # on the same port
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, Self

from overair.server.app import build
from overair.server.settings import load
from overair.storage.open import DATABASE_FILE
from support.asynchronous import run
from support.command import OVERAIR, environment
from support.databases import DEFAULT, locked, prepare
from support.nursery import STEP, nursery
from support.ports import free_port

START_SECONDS = 60
STEP_SECONDS = 30
LEAVE_SECONDS = 60
"""Beyond what any test asks; a server that hangs fails it."""


class Process(Protocol):
    """What is asked of a process: see subprocess.Popen."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


class House:
    """``overair serve`` on loopback over a data directory, with levers.

    Over plain HTTP unless ``tls``; ``settings`` is what overair.toml says besides; ``before`` is a
    command that runs the server; ``database`` is one of support.databases' kinds. With ``own_clock`` its
    wall clock can be stepped, from within: libfaketime would read a file for each look at the clock and
    make every request wait where cores are few.
    What the server logs and prints is kept over restarts beside the data directory.
    """

    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        tls: bool = False,
        settings: str = "",
        umask: int = -1,
        before: Sequence[str] = (),
        database: str = DEFAULT,
        own_clock: bool = False,
    ) -> None:
        self.data_dir = data_dir
        prepare(data_dir, database)
        self.tls = tls
        self.port = free_port()
        self._arguments = arguments
        self._umask = umask
        self._before = before
        self._config = data_dir.with_name(f"{data_dir.name}.toml")
        self._config.write_text(f"{settings}\n[tls]\npage_port = 0\n", encoding="utf-8")
        self._printed = data_dir.with_name(f"{data_dir.name}.out")
        self._logged = data_dir.with_name(f"{data_dir.name}.log")
        self.process: Process | None = None
        self._own_clock = data_dir.with_name(f"{data_dir.name}.clock") if own_clock else None
        self.step_clock(0)

    # Coming and going

    def start(self) -> Self:
        """Start the server, on the port that it had, and wait until it listens."""
        command = [*self._before, str(OVERAIR), "serve", "--data-dir", str(self.data_dir)]
        command += [
            "--config",
            str(self._config),
            "--bind",
            f"127.0.0.1:{self.port}",
            *([] if self.tls else ["--no-tls"]),
            *self._arguments,
        ]
        with self._printed.open("wb") as out, self._logged.open("ab") as log:
            self.process = self._spawn(command, out, log)
        deadline = time.monotonic() + START_SECONDS
        while not re.search(r"^ +SSL +o", self.greeting, re.MULTILINE):
            assert self.process.poll() is None, self.greeting + self.log_text
            assert time.monotonic() < deadline, self.greeting + self.log_text
            time.sleep(0.02)
        return self

    def _spawn(self, command: Sequence[str], out: BinaryIO, log: BinaryIO) -> Process:
        """Run the command with what it prints and logs going to two files."""
        if not self._before:
            return nursery().fork(
                command,
                environment(),
                out=Path(out.name),
                err=Path(log.name),
                umask=self._umask,
                clock=self._own_clock,
            )
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
            env=environment(),
            umask=self._umask,
        )

    def kill(self) -> None:
        """SIGKILL."""
        process = self._running
        process.kill()
        process.wait()

    def terminate(self) -> float:
        """SIGTERM; returns the seconds until the process has ended, which it must with 0."""
        begun = time.monotonic()
        self._running.send_signal(signal.SIGTERM)
        assert self._running.wait(LEAVE_SECONDS) == 0, self.log_text[-2000:]
        return time.monotonic() - begun

    def step_clock(self, seconds: int) -> None:
        """Set the server's wall clock that far from the true one; its monotonic clock goes on."""
        if self._own_clock is None:
            assert seconds == 0, "a house with own_clock=True"
            return
        fresh = self._own_clock.with_suffix(".new")
        fresh.write_text(str(seconds), encoding="ascii")
        fresh.rename(self._own_clock)
        told = self._own_clock.with_suffix(".told")
        told.unlink(missing_ok=True)
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(STEP)
            deadline = time.monotonic() + STEP_SECONDS
            while not told.exists():
                assert time.monotonic() < deadline, "the clock is not stepped"
                time.sleep(0.001)

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        """SIGSTOP, and SIGCONT at the end: a machine that stands still, or sleeps."""
        self._running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._running.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    # What can be seen of it

    @property
    def _running(self) -> Process:
        assert self.process is not None
        assert self.process.poll() is None, self.log_text[-2000:]
        return self.process

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._running.pid

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext | None:
        """What a client over TLS trusts."""
        if not self.tls:
            return None
        return ssl.create_default_context(cafile=str(self.data_dir / "tls" / "root.pem"))

    @property
    def lmtp(self) -> Path:
        """The socket that takes mail."""
        return self.data_dir / "lmtp.sock"

    @property
    def greeting(self) -> str:
        """What the last start printed."""
        return self._printed.read_text(encoding="utf-8")

    @property
    def log_text(self) -> str:
        """What was logged since the first start."""
        return self._logged.read_text(encoding="utf-8", errors="replace")

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        """The log's lines from the ``since``-th on.

        A part of a line that found no more room is an event without a level.
        """
        return [_log_line(line) for line in self.log_text.splitlines()[since:]]

    def events(self, event: str, since: int = 0) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.log(since) if line["event"] == event]

    def begin_log(self) -> None:
        """Forget what was logged."""
        self._logged.write_bytes(b"")

    @property
    def log_length(self) -> int:
        """Lines so far, for ``since``."""
        return self.log_text.count("\n")

    def cpu_seconds(self) -> float:
        """CPU time of all threads so far; its resolution is 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open_files(self) -> int:
        """How many descriptors the process has."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    # Faults

    @contextlib.contextmanager
    def limited(self, what: int, most: int) -> Iterator[None]:
        """A limit of the ``resource`` module that is lowered while the server runs."""
        soft, hard = resource.prlimit(self.pid, what)
        resource.prlimit(self.pid, what, (most, hard))
        try:
            yield
        finally:
            resource.prlimit(self.pid, what, (soft, hard))

    def few_files(self, more: int) -> contextlib.AbstractContextManager[None]:
        """It may open only so many files more than it has now."""
        return self.limited(resource.RLIMIT_NOFILE, self.open_files() + more)

    def short_files(self, size: int) -> contextlib.AbstractContextManager[None]:
        """It may write no file beyond so many bytes: a disk that takes no more, without root's help."""
        return self.limited(resource.RLIMIT_FSIZE, size)

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.data_dir / DATABASE_FILE

    @contextlib.contextmanager
    def locked_database(self) -> Iterator[None]:
        """Another process writes all the while, as a backup or a slow disk would have it."""
        with locked(self.data_dir):
            yield

    @contextlib.contextmanager
    def without(self, *paths: Path) -> Iterator[None]:
        """Files that are taken away, and brought back at the end."""
        away = [path.with_name(f"{path.name}.away") for path in paths]
        for path, other in zip(paths, away, strict=True):
            path.rename(other)
        try:
            yield
        finally:
            for path, other in zip(paths, away, strict=True):
                other.rename(path)


Serve = Callable[..., House]
"""A fixture that starts servers: it takes what a House is made of."""


def _log_line(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {"event": line}
    return found if isinstance(found, dict) else {"event": line}


def add_accounts(data_dir: Path, addresses: dict[str, str], password: str) -> None:
    """Accounts (address: name) in a data directory that no server has; it is made where there is none."""

    async def work() -> None:
        application = build(load(data_dir=str(data_dir)))
        try:
            for address, name in addresses.items():
                await application.directory.add_user(address, password, name)
        finally:
            await application.shutdown()

    run(work())
