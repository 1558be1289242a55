"""``python -m fuzz [--seconds 600] [TARGET...]``: every target under atheris, from the kept corpus on.

Each target has its share of the time in a process of its own, with a limit on memory and on the time
of one input. What breaks something lands in tests/fuzz/found/TARGET; then the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Final

import msgspec
from benchmarks.figures import machine
from rich.console import Console
from rich.table import Table

from fuzz import corpus
from fuzz.target import Target
from fuzz.targets import TARGETS

RSS_MEBIBYTES: Final = 1024
TIMEOUT_SECONDS: Final = 60
"""Of one input, on the clock; far more than it gets of the CPU."""
STARTS: Final = 5
"""How often a target is started again that found something."""
FIGURES: Final = Path(__file__).parents[2] / "docs" / "figures" / "fuzz.json"
_EDGES: Final = re.compile(rb"cov: (\d+)")
_CHARACTERS: Final = re.compile(rb'[^ !#-\[\]-~]|["\\]')


class Result(msgspec.Struct):
    """What came of one target."""

    name: str
    date: str
    seed: int
    seconds: float = 0.0
    executions: int = 0
    edges: int = 0
    slowest_milliseconds: float = 0.0
    slowest_bytes: int = 0
    peak_mebibytes: int = 0
    found: list[str] = []


class Summary(msgspec.Struct):
    """The last run of each target."""

    machine: str
    targets: list[Result]


def write_inputs(folder: Path, inputs: Iterable[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        (folder / sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)


def dictionary(words: Iterable[bytes]) -> str:
    """libFuzzer's form of words."""
    escaped = (
        _CHARACTERS.sub(lambda match: b"\\x%02x" % match[0][0], word).decode("ascii") for word in words
    )
    return "".join(f'"{word}"\n' for word in escaped if word)


class Run:
    """One target's share of the time."""

    def __init__(self, target: Target, folder: Path, seed: int) -> None:
        self._target, self._folder, self._seed = target, folder, seed
        self.result = Result(target.name, datetime.now(UTC).isoformat(timespec="seconds"), seed)
        self.inputs = folder / "inputs"
        kept = (data for _, data in (*corpus.kept(target.name), *corpus.found(target.name)))
        write_inputs(self.inputs, (*target.seeds(), *kept))
        (folder / "words").write_text(dictionary(target.words), encoding="ascii")
        (folder / "found").mkdir()

    def fuzz(self, seconds: float) -> Result:
        """Start the engine, and again where it found something before its time was over."""
        begun = time.monotonic()
        for start in range(STARTS):
            left = seconds - (time.monotonic() - begun)
            if left < 1 and start:
                break
            self._engine(
                begun + seconds,
                f"-seed={self._seed + start}",
                f"-max_len={self._target.size}",
                *([f"-dict={self._folder / 'words'}"] if self._target.words else []),
                f"-artifact_prefix={self._folder / 'found'}/",
                str(self.inputs),
            )
            if not self._keep_found():
                break
        self.result.seconds = round(time.monotonic() - begun, 1)
        return self.result

    def learned(self) -> list[bytes]:
        """The inputs beyond the seeds, which libFuzzer keeps only where they reach something new."""
        seeds = set(self._target.seeds())
        return [data for path in self.inputs.iterdir() if (data := path.read_bytes()) not in seeds]

    def _engine(self, ends: float, *options: str) -> None:
        report = self._folder / "report.json"
        report.unlink(missing_ok=True)
        limits = (f"-rss_limit_mb={RSS_MEBIBYTES}", f"-timeout={TIMEOUT_SECONDS}")
        command = [
            sys.executable,
            "-m",
            "fuzz.engine",
            self._target.name,
            str(report),
            str(ends),
            *limits,
            *options,
        ]
        log = self._folder / "log"
        with log.open("ab") as output:
            subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False)
        result = self.result
        if report.exists():
            said = msgspec.json.decode(report.read_bytes())
            result.executions += said["executions"]
            result.peak_mebibytes = max(result.peak_mebibytes, said["peak_kibibytes"] // 1024)
            if (milliseconds := round(said["slowest_seconds"] * 1000, 1)) > result.slowest_milliseconds:
                result.slowest_milliseconds, result.slowest_bytes = milliseconds, said["slowest_bytes"]
        else:
            sys.exit(f"{self._target.name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        result.edges = max((int(match[1]) for match in _EDGES.finditer(log.read_bytes())), default=0)

    def _keep_found(self) -> bool:
        """Move what was found to where it is kept; the traceback is printed."""
        artifacts = [
            path for path in (self._folder / "found").iterdir() if not path.name.startswith("slow-unit")
        ]
        for path in artifacts:
            folder = corpus.FOUND / self._target.name
            folder.mkdir(parents=True, exist_ok=True)
            shutil.move(path, folder / path.name[:24])
            self.result.found.append(path.name[:24])
        if artifacts:
            print((self._folder / "log").read_text(errors="replace")[-3000:], file=sys.stderr)
        return bool(artifacts)


def record(results: Iterable[Result]) -> None:
    """Put the results in the place of those that the targets had; what is no target any more goes."""
    before = msgspec.json.decode(FIGURES.read_bytes(), type=Summary).targets if FIGURES.exists() else []
    last = {one.name: one for one in (*before, *results)}
    summary = Summary(machine(), [last[name] for name in TARGETS if name in last])
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")


def show(results: Iterable[Result], title: str) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("target", "executions", "a second", "edges", "slowest input", "peak memory", "found"):
        table.add_column(heading, justify="left" if heading in ("target", "found") else "right")
    for one in results:
        table.add_row(
            one.name,
            f"{one.executions:,}",
            f"{one.executions / max(one.seconds, 0.1):,.0f}",
            f"{one.edges:,}",
            f"{one.slowest_milliseconds:,.0f} ms ({one.slowest_bytes:,} bytes)",
            f"{one.peak_mebibytes} MiB",
            ", ".join(one.found),
        )
    Console(width=max(120, Console().width)).print(table)


def main() -> int:
    """Run; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=600.0, help="in all, for all targets (default 600)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="of libFuzzer")
    parser.add_argument("--keep", action="store_true", help="put what is worth it into the kept corpus")
    parser.add_argument("--record", action="store_true", help=f"write {FIGURES.name} for the documents")
    arguments = parser.parse_args()
    names = arguments.targets or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if arguments.keep and "OVERAIR_SHARED" not in os.environ:
        # What others published is a seed, but no part of the project.
        os.environ["OVERAIR_SHARED"] = os.devnull
        os.execv(sys.executable, [sys.executable, "-m", "fuzz", *sys.argv[1:]])
    begun = time.monotonic()
    results = []
    for place, name in enumerate(names):
        left = arguments.seconds - (time.monotonic() - begun)
        with tempfile.TemporaryDirectory(prefix=f"fuzz-{name}-") as folder:
            run = Run(TARGETS[name], Path(folder), arguments.seed)
            results.append(run.fuzz(left / (len(names) - place)))
            print(f"{name}: {results[-1].executions} executions, found {results[-1].found}", flush=True)
            if arguments.keep:
                corpus.keep(name, run.learned())
    show(results, f"seed {arguments.seed}, {time.monotonic() - begun:.0f} s")
    if arguments.record:
        record(results)
    return 1 if any(one.found for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
