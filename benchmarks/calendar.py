"""What an event costs to write, and a series to expand."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from benchmarks.appointments import events, ten_years_of_days
from benchmarks.figures import Figure
from overair.items import RenderOptions, render
from overair.items.mail.parts import ByteSource
from overair.items.recurrence.occurrences import occurrences
from overair.versions import Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSync

EVENTS: Final = 1_000
EXPANSIONS: Final = 200
ROUNDS: Final = 9
VERSIONS: Final = (Version.V14_1, Version.V16_1)
MONTH: Final = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
DAYS: Final = 30
OPTIONS: Final = RenderOptions(time_zone="Europe/Berlin")


class NoBytes:
    """Where events look for no bytes at all."""

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        raise KeyError(key)


def _cpu_seconds(work: Callable[[], None]) -> float:
    """The least of several rounds, after one that fills the caches."""
    spent = []
    for _ in range(1 + ROUNDS):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent[1:])


def measure() -> list[Figure]:
    """Microseconds for each event, stored form to WBXML, and milliseconds for each month of a series."""
    source: ByteSource = NoBytes()
    stored = list(events(EVENTS))
    figures = []
    for version in VERSIONS:

        def write(version: Version = version) -> None:
            for number, event in enumerate(stored):
                shown = render(event, OPTIONS, version, source, f"7:{number}")
                encode(Element(AirSync.ApplicationData, shown))

        microseconds = 1_000_000 * _cpu_seconds(write) / EVENTS
        figures.append(Figure(f"encode of one event at {version.text}", microseconds, "us", 60, False))
    series = ten_years_of_days()

    def expand() -> None:
        for _ in range(EXPANSIONS):
            if len(list(occurrences(series, *MONTH, "UTC"))) != DAYS:
                raise RuntimeError("a month has another number of days")

    milliseconds = 1_000 * _cpu_seconds(expand) / EXPANSIONS
    figures.append(Figure("a month of a daily series ten years old", milliseconds, "ms", 1, False))
    return figures
