"""Servers of other programs that tests start: whether they listen, and that none outlives the tests."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from socket import create_connection
from typing import Final

import psutil

START_SECONDS: Final = 30
WATCH: Final = 'cat >/dev/null; for pid in $(cat "$0/pid"); do kill -s KILL -- "-$pid"; done; rm -rf "$0"'
"""A shell that waits until nobody writes to it any more, and then ends the server of a directory."""


def answers(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(holds: Callable[[], object], why: Callable[[], str]) -> None:
    """Wait until something holds; ``why`` says what a failure is about."""
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < deadline, why()
        time.sleep(0.02)


class ServerProcess:
    """A server that is a process with children, in a directory of its own."""

    def __init__(self, directory: Path, command: list[str], owner: pwd.struct_passwd | None = None) -> None:
        """``owner`` is whose it is, None for ours. ``directory`` is removed where this process is killed."""
        self._directory: Final = directory
        self._command: Final = command
        self._owner: Final = owner
        self._process: subprocess.Popen[bytes] | None = None
        # Where this process is killed, the kernel closes the pipe.
        self._watcher: Final = subprocess.Popen(
            ["sh", "-c", WATCH, str(directory)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The number of its first process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has printed."""
        path = self._directory / "printed"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self, ports: list[int]) -> None:
        """Start it, and wait until it listens on all these ports."""
        with (self._directory / "printed").open("wb") as log:
            process = self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                user=None if self._owner is None else self._owner.pw_uid,
                group=None if self._owner is None else self._owner.pw_gid,
                extra_groups=None if self._owner is None else [],
            )
        (self._directory / "pid").write_text(f"{process.pid}\n")
        wait_until(lambda: process.poll() is not None or all(map(answers, ports)), lambda: self.log)
        assert process.poll() is None, self.log

    def stop(self, ports: list[int]) -> None:
        """End it in good order."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._ended(self._process, ports)

    def kill(self, ports: list[int]) -> None:
        """End it with all its processes at once."""
        if self._process is not None:
            for process in self._processes(self._process.pid):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self._ended(self._process, ports)

    def send(self, number: signal.Signals) -> None:
        """A signal to all its processes."""
        assert self._process is not None
        for process in self._processes(self._process.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def remove(self) -> None:
        """Take its directory away; it has ended."""
        self._watcher.communicate()

    def _processes(self, first: int) -> list[psutil.Process]:
        """It, its children, and those that belong to its group though their parents have gone."""
        own = psutil.Process(first)
        found = {process.pid: process for process in (own, *own.children(recursive=True))}
        for process in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError):
                if os.getpgid(process.pid) == first:
                    found[process.pid] = process
        return list(found.values())

    def _ended(self, process: subprocess.Popen[bytes], ports: list[int]) -> None:
        process.wait(START_SECONDS)
        self._process = None
        (self._directory / "pid").unlink()
        wait_until(lambda: not any(map(answers, ports)), lambda: "its children go on")
