"""``python -m model.soak [--minutes 30] [--seed N]``: all drives side by side, one seed after the other.

Simulated time has a core of its own where there are two. A story that breaks a law is shrunk and kept in
tests/model/stories under the name of the law and the seed; then the exit status is 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final

import msgspec
from benchmarks.figures import machine
from rich.console import Console
from rich.table import Table

from model import stories
from model.gatewayed import gatewayed
from model.laws import Law
from model.run import Failure, Simulation, simulation
from model.served import Served, served
from support.packages import present

FIGURES: Final = Path(__file__).parents[2] / "docs" / "figures" / "soak.json"
SEEDS: Final = 2**31
SIMULATED, OVER_HTTP, THROUGH_A_GATEWAY = "in simulated time", "over HTTP", "through a gateway"
DRIVES: Final[dict[str, Callable[[], AbstractContextManager[Simulation | Served]]]] = {
    SIMULATED: simulation,
    OVER_HTTP: served,
    THROUGH_A_GATEWAY: gatewayed,
}
KEPT_AS: Final = {SIMULATED: "", OVER_HTTP: stories.OVER_HTTP, THROUGH_A_GATEWAY: stories.THROUGH_A_GATEWAY}
"""What stands at the end of the name of a story that broke a law."""
LOST: Final = frozenset({Law.KEPT})
DOUBLED: Final = frozenset({Law.ONCE, Law.NOT_TWICE})
COUNTED: Final = {
    "steps": "steps",
    "requests": "requests",
    "answers lost": "answers lost",
    "rests": "phones compared at rest",
    "pings answered": "Pings answered",
    "fruitless pings": "fruitless Pings",
    "acknowledged": "acknowledged writes checked",
}
"""What is shown of what a story counts, and how it is called."""


class Violation(msgspec.Struct, frozen=True):
    """A story that broke a law, or that ended with an error (then there is no law)."""

    drive: str
    seed: int
    law: Law | None
    text: str


class Figures(msgspec.Struct):
    """What one drive did."""

    drive: str
    stories: int = 0
    counts: dict[str, int] = {}
    kills: int = 0
    faults: dict[str, int] = {}
    """What became of requests and what befell the server, by kind."""
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    violations: int = 0
    lost: int = 0
    doubled: int = 0

    @property
    def steps_per_second(self) -> float:
        """Of this drive's own CPU where time is simulated: nothing else is at work there."""
        seconds = self.cpu_seconds if self.drive == SIMULATED else self.seconds
        return self.counts.get("steps", 0) / max(seconds, 0.001)


class Summary(msgspec.Struct):
    """A whole run."""

    date: str
    machine: str
    seed: int
    minutes: float
    drives: list[Figures]


class Told(msgspec.Struct, frozen=True):
    """A story that came to its end; times are those of the whole process so far."""

    drive: str
    counts: dict[str, int]
    cpu_seconds: float
    seconds: float


def soak(
    drive: str, cores: set[int], seed: int, minutes: float, told: Queue[Told | Violation | None]
) -> None:
    """Tell the stories of one seed after the other until the time is up; at least one."""
    os.sched_setaffinity(0, cores)
    with DRIVES[drive]() as teller:
        begun, cpu = time.monotonic(), time.process_time()
        while True:
            try:
                counts = teller.seed(seed).counts
            except Failure as failure:
                told.put(_keep(drive, seed, failure))
            except Exception as error:  # it is a violation as well, and the others go on
                text = "".join(traceback.format_exception(error))
                told.put(Violation(drive, seed, None, text))
            else:
                told.put(Told(drive, dict(counts), time.process_time() - cpu, time.monotonic() - begun))
            seed = (seed + 1) % SEEDS
            if time.monotonic() - begun > minutes * 60:
                break
    told.put(None)


def _keep(drive: str, seed: int, failure: Failure) -> Violation:
    law = failure.broken.law
    path = stories.write(f"{law.name.lower()}_seed_{seed}{KEPT_AS[drive]}", failure.story)
    text = "\n".join([str(failure), *getattr(failure, "__notes__", ()), f"kept as {path.name}"])
    return Violation(drive, seed, law, text)


def figures_of(drive: str, news: list[Told | Violation]) -> Figures:
    """Sum up what one drive told."""
    ended = [one for one in news if isinstance(one, Told) and one.drive == drive]
    broken = [one for one in news if isinstance(one, Violation) and one.drive == drive]
    counts = sum((Counter(one.counts) for one in ended), Counter[str]())
    faults = {key: counts[key] for key in sorted(counts) if key.startswith(("fault: ", "fate: "))}
    return Figures(
        drive,
        stories=len(ended) + len(broken),
        counts={key: counts[key] for key in COUNTED},
        kills=counts["fault: kill"] + counts["fate: killed meanwhile"],
        faults={key: number for key, number in faults.items() if key != "fate: good"},
        cpu_seconds=round(max((one.cpu_seconds for one in ended), default=0.0), 1),
        seconds=round(max((one.seconds for one in ended), default=0.0), 1),
        violations=len(broken),
        lost=sum(one.law in LOST for one in broken),
        doubled=sum(one.law in DOUBLED for one in broken),
    )


def show(summary: Summary) -> None:
    """Print a run as a table."""
    table = Table(title=f"seed {summary.seed}, {summary.minutes:g} minutes", title_justify="left")
    table.add_column("")
    for one in summary.drives:
        table.add_column(one.drive, justify="right")
    rows: dict[str, list[float]] = {"stories": [one.stories for one in summary.drives]}
    rows |= {name: [one.counts[key] for one in summary.drives] for key, name in COUNTED.items()}
    rows["kill -9"] = [one.kills for one in summary.drives]
    for fault in sorted({key for one in summary.drives for key in one.faults}):
        rows[fault] = [one.faults.get(fault, 0) for one in summary.drives]
    rows["steps a second (simulated: of CPU)"] = [one.steps_per_second for one in summary.drives]
    rows["violations"] = [one.violations for one in summary.drives]
    rows["of them lost"] = [one.lost for one in summary.drives]
    rows["of them doubled"] = [one.doubled for one in summary.drives]
    for name, numbers in rows.items():
        table.add_row(name, *(f"{number:,.0f}" for number in numbers))
    Console(width=max(100, Console().width)).print(table)


def main() -> int:
    """Run; 1 where a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m model.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="of all drives at once (default 30)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(SEEDS), help="the first; 0 minutes: the only"
    )
    parser.add_argument("--record", action="store_true", help=f"write {FIGURES.name} for the documents")
    arguments = parser.parse_args()
    can = present("dovecot") and present("radicale")
    drives = [drive for drive in DRIVES if drive != THROUGH_A_GATEWAY or can]
    if not can:
        print("nothing goes through a gateway: Dovecot and Radicale are needed")
    print(f"seed {arguments.seed}", flush=True)
    context = multiprocessing.get_context("spawn")
    told: Queue[Told | Violation | None] = context.Queue()
    cores = sorted(os.sched_getaffinity(0))
    first, *others = cores if len(cores) > 1 else cores * 2
    runs = [
        context.Process(target=soak, args=(drive, own, arguments.seed, arguments.minutes, told))
        for drive in drives
        for own in [{first} if drive == SIMULATED else set(others)]
    ]
    for run in runs:
        run.start()
    news = _listen(told, runs)
    summary = Summary(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine(),
        seed=arguments.seed,
        minutes=arguments.minutes,
        drives=[figures_of(drive, news) for drive in drives],
    )
    show(summary)
    if arguments.record:
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        FIGURES.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
    return 1 if any(isinstance(one, Violation) for one in news) else 0


def _listen(told: Queue[Told | Violation | None], runs: list[SpawnProcess]) -> list[Told | Violation]:
    """Everything that is told until all have ended; what is broken is printed at once."""
    news: list[Told | Violation] = []
    ended = 0
    while ended < len(runs):
        one = told.get()
        if one is None:
            ended += 1
            continue
        if isinstance(one, Violation):
            print(f"{one.drive}: {one.text}", flush=True)
        news.append(one)
    for run in runs:
        run.join()
    return news


if __name__ == "__main__":
    sys.exit(main())
