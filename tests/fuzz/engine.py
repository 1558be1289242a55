"""One target under atheris, in a process of its own.

``python -m fuzz.engine TARGET REPORT END [OPTION...]``: END is when, on the monotonic clock; the options are
libFuzzer's.

What runs is watched here, too: an input that takes too much CPU time is a finding, on a busy machine
as on an idle one. The report is written as the work goes on, because libFuzzer ends the process.
"""

from __future__ import annotations

import logging
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import atheris
import msgspec
import structlog

with atheris.instrument_imports(
    include=["overair", "email", "html", "urllib", "aiosmtpd", "mailbox", "tomllib"]
):
    from fuzz.targets import TARGETS

if TYPE_CHECKING:
    from fuzz.target import Target

MOST_SECONDS: Final = 3.0
"""CPU time that one input of a few KB may take, under instrumentation."""


class TooSlow(Exception):
    """An input took too much CPU time."""


class Progress(msgspec.Struct):
    """What a process says of its work."""

    executions: int = 0
    slowest_seconds: float = 0.0
    slowest_bytes: int = 0
    peak_kibibytes: int = 0


class Watch:
    """Runs the target and keeps the report."""

    def __init__(self, target: Target, report: Path) -> None:
        self._target, self._report = target, report
        self._progress = Progress()
        self._written = 0.0

    def __call__(self, data: bytes) -> None:
        begun = time.thread_time()
        try:
            self._target.run(data)
        finally:
            took = time.thread_time() - begun
            self._note(data, took)
        if took > MOST_SECONDS:
            raise TooSlow(f"{len(data)} bytes took {took:.1f} s")

    def _note(self, data: bytes, took: float) -> None:
        progress = self._progress
        progress.executions += 1
        slower = took > progress.slowest_seconds
        if slower:
            progress.slowest_seconds, progress.slowest_bytes = took, len(data)
        now = time.monotonic()
        if now - self._written > 0.5 or took > 1:
            self._written = now
            progress.peak_kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            self._report.write_bytes(msgspec.json.encode(progress))


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    name, report, ends, *options = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # Instrumenting has taken its time, too.
    options.append(f"-max_total_time={max(1, round(float(ends) - time.monotonic()))}")
    atheris.Setup([sys.argv[0], *options], Watch(TARGETS[name], Path(report)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
