"""What a hostile input costs: CPU seconds and the highest memory, each in a fork of a clean process.

``python -m fuzz.measure`` is that process: it reads requests, a line of JSON each, and answers them.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from fuzz.targets import TARGETS

MOST_SECONDS: Final = 400
MOST_MEMORY: Final = 6 * 1024**3
"""Of the address space, so that a mistake takes no machine down."""


class Cost(NamedTuple):
    """CPU seconds, and bytes of memory beyond those of the input."""

    seconds: float
    memory: int


class Scales:
    """Measures, in a process of its own."""

    def __init__(self) -> None:
        here = str(Path(__file__).parents[1])
        paths = filter(None, (here, os.environ.get("PYTHONPATH")))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fuzz.measure"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )

    def cost(self, target: str, shape: str, size: int) -> Cost:
        """The cost of an input of about ``size`` bytes. Raises RuntimeError where it failed."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([target, shape, size]).encode() + b"\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        if isinstance(answer, str):
            raise RuntimeError(f"{target}, {shape}, {size} bytes: {answer}")
        return Cost(*answer)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def serve() -> None:
    """Answer each request from a fork."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gc.collect()
    gc.freeze()
    for line in sys.stdin.buffer:
        target, shape, size = json.loads(line)
        child = os.fork()
        if not child:
            answer: object = "ended"
            try:
                answer = measure(target, shape, size)
            except BaseException as error:  # whatever it is, it is the answer
                answer = repr(error)
            finally:
                os.write(1, json.dumps(answer).encode() + b"\n")
                os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            os.write(1, json.dumps(f"the process ended with {status}").encode() + b"\n")


def measure(target: str, shape: str, size: int) -> Cost:
    """In the fork: read the input."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    subject = TARGETS[target]
    data = subject.shapes[shape](size)
    subject.work(data[:100])
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _memory("VmRSS")
    begun = time.process_time()
    subject.work(data)
    return Cost(time.process_time() - begun, max(0, _memory("VmHWM") - before))


def _memory(name: str) -> int:
    """A line of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"there is no {name}")


if __name__ == "__main__":
    serve()
