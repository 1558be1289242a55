"""`python -m benchmarks [--full] [GROUP...]`: measure, print the figures, fail when one is missed."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from rich.console import Console

from benchmarks import (
    calendar,
    delivery,
    first_sync,
    gateway,
    gateway_memory,
    lmtp,
    searching,
    sync_cost,
    waiting,
    wbxml,
)
from benchmarks.figures import Figure, show
from support.pace import slowness

WIDTH: Final = 120
Measure = Callable[[Callable[[str], None]], list[Figure]]

GROUPS: Final[dict[str, Measure]] = {
    "wbxml": lambda _say: wbxml.measure(),
    "calendar": lambda _say: calendar.measure(),
    "sync_cost": sync_cost.measure,
    "first_sync": first_sync.measure,
    "delivery": delivery.measure,
    "lmtp": lmtp.measure,
    "searching": searching.measure,
    "waiting": waiting.measure,
    "gateway": gateway.measure,
    "gateway_memory": gateway_memory.measure,
}
FULL: Final[dict[str, Measure]] = GROUPS | {
    "waiting": partial(waiting.measure, devices=waiting.FULL_DEVICES),
    "gateway_memory": partial(gateway_memory.measure, number=gateway_memory.FULL_ACCOUNTS),
}


def main() -> int:
    """Run the groups that are named, or all; returns 1 when a figure misses its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument(
        "--full", action="store_true", help="measure with 10,000 waiting devices, and 1,000 accounts"
    )
    arguments = parser.parse_args()
    groups = FULL if arguments.full else GROUPS
    unknown = set(arguments.groups) - set(groups)
    if unknown:
        parser.error(f"there is no group {', '.join(sorted(unknown))}")
    console = Console(width=max(WIDTH, Console().width))
    begun = time.monotonic()

    def say(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:6.0f} s  {what}[/dim]", highlight=False)

    figures: list[Figure] = []
    for name in arguments.groups or groups:
        say(f"{name}: this machine takes {slowness():.2f} times as long as the one of the targets just now")
        figures += groups[name](say)
    show(figures, console)
    say("done")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
