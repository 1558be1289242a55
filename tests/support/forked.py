"""A House whose server starts in a fifth of the time: forked from a process that has its modules loaded.

It is ``overair serve`` all the same, in a process of its own, with its own arguments, files and end.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

import time_machine

from support.command import environment
from support.databases import DEFAULT
from support.house import House

TESTS: Final = Path(__file__).parents[1]
STEP: Final = signal.SIGUSR1
STEP_SECONDS: Final = 30
PR_SET_PDEATHSIG: Final = 1


class Forked:
    """A process that a Nursery forked, as subprocess.Popen would show it."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._descriptor = os.pidfd_open(pid)
        self._ended: int | None = None

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("overair serve", timeout or 0.0)
        return status

    def send_signal(self, sig: int) -> None:
        """Send a signal."""
        if self._ended is None:
            signal.pidfd_send_signal(self._descriptor, sig)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self._ended is None and select.select([self._descriptor], [], [], timeout)[0]:
            self._ended = self._nursery.reap(self.pid)
            os.close(self._descriptor)
        return self._ended


class Nursery:
    """The process with the modules. ``environment`` is that of every server."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment | {"PYTHONPATH": str(TESTS)},
        )

    def fork(self, command: Sequence[str], out: Path, log: Path, clock: Path | None) -> Forked:
        """Run the command's arguments with what it prints and logs going to two files.

        ``clock`` has the seconds by which its wall clock is wrong; it is looked at again at STEP.
        """
        return Forked(self, self._ask([*command], str(out), str(log), str(clock or "")))

    def reap(self, pid: int) -> int:
        """The exit status of a process that has ended."""
        return self._ask(pid)

    def _ask(self, *words: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process that forks servers is gone"
        return int(answer)

    def end(self) -> None:
        """Fork no more."""
        self._process.communicate()


class ForkedHouse(House):
    """A House whose servers come from a nursery, which the first start makes; ``end`` ends it.

    With ``own_clock`` its wall clock can be stepped, from within: libfaketime would read a file for each
    look at the clock and make every request wait where cores are few.
    """

    _nursery: Nursery | None = None

    def __init__(
        self,
        data_dir: Path,
        *arguments: str,
        settings: str = "",
        own_clock: bool = False,
        database: str = DEFAULT,
    ) -> None:
        self._own_clock = data_dir.with_name(f"{data_dir.name}.clock") if own_clock else None
        super().__init__(data_dir, *arguments, settings=settings, database=database)
        self.step_clock(0)

    def _spawn(self, command: Sequence[str], out: BinaryIO, log: BinaryIO) -> Forked:
        if self._nursery is None:
            self._nursery = Nursery(environment())
        return self._nursery.fork(command, Path(out.name), Path(log.name), self._own_clock)

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

    def begin_log(self) -> None:
        """Forget what was logged."""
        self._logged.write_bytes(b"")

    def end(self) -> None:
        """No server will be started any more."""
        if self._nursery is not None:
            self._nursery.end()


def main() -> None:
    """Fork a server for every command that is read, or say what became of one."""
    from overair.cli import running  # noqa: F401  # what takes a second to load is to be loaded
    from overair.cli.application import main as overair
    from overair.storage import postgresql  # noqa: F401

    gc.collect()
    gc.freeze()
    for line in sys.stdin.buffer:
        words = json.loads(line)
        if len(words) == 1:
            _, status = os.waitpid(words[0], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                _become(*words)
                overair()
                return
        sys.stdout.buffer.write(b"%d\n" % answer)
        sys.stdout.buffer.flush()


def _become(command: list[str], out: str, log: str, clock: str) -> None:
    """Take the place of a process that was started with a command."""
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for descriptor, opened in enumerate(
        (os.open(os.devnull, os.O_RDONLY), os.open(out, append), os.open(log, append))
    ):
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = command
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # it does not outlive the nursery
    if clock:
        signal.pthread_sigmask(signal.SIG_BLOCK, {STEP})  # of every thread
        wrong = _seconds(clock)
        wall = time_machine.travel(time.time() + wrong, tick=True).start()
        threading.Thread(target=_step, args=(wall, wrong, clock), daemon=True).start()


def _seconds(clock: str) -> int:
    return int(Path(clock).read_text(encoding="ascii"))


def _step(wall: time_machine.Traveller, wrong: int, clock: str) -> None:
    """Step the clock whenever that is asked for, and say so."""
    while True:
        signal.sigwait({STEP})
        before, wrong = wrong, _seconds(clock)
        wall.shift(wrong - before)
        Path(clock).with_suffix(".told").touch()


if __name__ == "__main__":
    main()
