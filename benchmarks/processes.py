"""What processes cost, from /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads; its resolution is 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_of_all(pid: int) -> float:
    """The same of a process with all its descendants, those that have ended included."""
    own = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ended = (int(own[13]) + int(own[14])) / TICKS
    return ended + sum(cpu_seconds(one) for one in family(pid))


def memory(pids: Iterable[int]) -> int:
    """Bytes of proportional set size (PSS) of processes together; what they share counts once."""
    return sum(_pss(pid) for pid in pids) * 1024


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    pids = [pid]
    for parent in pids:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            pids.extend(int(child) for child in children.read_text(encoding="ascii").split())
    return pids


def pinned(core: int) -> Callable[[], None]:
    """For subprocess's ``preexec_fn``: run the new process, all its threads, on one core."""
    return lambda: os.sched_setaffinity(0, {core})


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something is so. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} took longer than {seconds:.0f} s")
        time.sleep(0.05)
