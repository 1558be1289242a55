"""The ``overair`` command in a twentieth of the time: forked from a process that has its modules loaded.

It is the command all the same, in a process of its own, with its own arguments, environment, files and
end. Each process of tests has one nursery, which its first command makes.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

import msgspec
import time_machine

TESTS: Final = Path(__file__).parents[1]
STEP: Final = signal.SIGUSR1
PR_SET_PDEATHSIG: Final = 1


class Birth(msgspec.Struct):
    """What a process is to become."""

    command: list[str]
    environment: dict[str, str]
    stdin: str
    """A file that is read."""
    out: str
    """A file that what is printed is added to."""
    err: str
    cwd: str
    umask: int
    """-1 leaves that of the tests."""
    clock: str
    """A file with the seconds by which its wall clock is wrong, looked at again at STEP; "" for none."""


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
            raise subprocess.TimeoutExpired("overair", timeout or 0.0)
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
    """The process with the modules; it ends with that of the tests."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(TESTS)},
        )

    def fork(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        out: Path,
        err: Path,
        stdin: Path = Path(os.devnull),
        cwd: Path | None = None,
        umask: int = -1,
        clock: Path | None = None,
    ) -> Forked:
        """Start a command; the arguments are those of Birth."""
        return Forked(
            self,
            self._ask(
                Birth(
                    command=list(command),
                    environment=environment,
                    stdin=str(stdin),
                    out=str(out),
                    err=str(err),
                    cwd=str(cwd or Path.cwd()),
                    umask=umask,
                    clock=str(clock or ""),
                )
            ),
        )

    def reap(self, pid: int) -> int:
        """The exit status of a process that has ended."""
        return self._ask(pid)

    def _ask(self, question: Birth | int) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            self._process.stdin.write(msgspec.json.encode(question) + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, "the process that forks commands is gone"
        return int(answer)


@cache
def nursery() -> Nursery:
    """The nursery of this process."""
    return Nursery()


def main() -> None:
    """Fork a command for every birth that is read, or say what became of one."""
    from overair.cli.application import COMMANDS
    from overair.cli.application import main as overair

    _load([place.partition(":")[0] for place in COMMANDS.values()])
    gc.collect()
    gc.freeze()
    questions = msgspec.json.Decoder(Birth | int)
    for line in sys.stdin.buffer:
        question = questions.decode(line)
        if isinstance(question, int):
            _, status = os.waitpid(question, 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                _become(question)
                _leave(_run(overair))
        sys.stdout.buffer.write(b"%d\n" % answer)
        sys.stdout.buffer.flush()


def _load(commands: Sequence[str]) -> None:
    """Load what takes commands a second to load, and what they load only when they run."""
    import typer

    from overair.server.settings import load
    from overair.storage import migrate
    from overair.storage.sqlite_transaction import DIALECT
    from overair.storage.statement import Statement
    from support import databases

    for name in (*commands, "overair.cli.running", "overair.storage.postgresql"):
        import_module(name)
    load(None)
    migrate.leads_back(None, "head")
    Statement.compile_all(DIALECT)
    databases.copy_new_files()
    databases.migrated_file()
    other = typer.Typer()

    @other.command()
    def nothing(_path: Path = Path()) -> None:
        """A command with something to convert."""

    other([], standalone_mode=False)


def _run(command: Callable[[], None]) -> int:
    """Run the command; the status with which its process is to end."""
    try:
        command()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        raise  # Python ends itself by the signal
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _leave(status: int) -> None:
    """End as Python does, but for freeing everything, which takes a tenth of a second."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _become(birth: Birth) -> None:
    """Take the place of a process that was started with a command."""
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for descriptor, opened in enumerate(
        (os.open(birth.stdin, os.O_RDONLY), os.open(birth.out, append), os.open(birth.err, append))
    ):
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # what was read ahead is not its
    sys.argv = birth.command
    os.environ.clear()
    os.environ.update(birth.environment)
    time.tzset()
    os.chdir(birth.cwd)
    if birth.umask >= 0:
        os.umask(birth.umask)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # it does not outlive the nursery
    if birth.clock:
        signal.pthread_sigmask(signal.SIG_BLOCK, {STEP})  # of every thread
        wrong = seconds_in(birth.clock)
        wall = time_machine.travel(time.time() + wrong, tick=True).start()
        threading.Thread(target=_step, args=(wall, wrong, birth.clock), daemon=True).start()


def seconds_in(clock: str) -> int:
    """By how many seconds a wall clock is wrong."""
    return int(Path(clock).read_text(encoding="ascii"))


def _step(wall: time_machine.Traveller, wrong: int, clock: str) -> None:
    """Step the clock whenever that is asked for, and say so."""
    while True:
        signal.sigwait({STEP})
        before, wrong = wrong, seconds_in(clock)
        wall.shift(wrong - before)
        Path(clock).with_suffix(".told").touch()


if __name__ == "__main__":
    main()
