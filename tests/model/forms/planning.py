"""What owners and others have in mind with events: values of registers that were never written before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from model.forms import series
from model.forms.form import Writer
from model.shown import (
    GONE,
    PATTERN,
    PLACE,
    VALUE,
    WHEN,
    ZONE,
    Shown,
    occurrence,
    place_of,
    registers_of,
    start_of,
)
from overair.versions import Version

DAYS: Final = (-400, -170, -80, -40, -28, -13, -9, -2, 0, 3, 20, 200)
"""How far from the first day of a story an event may be: the filters lie between."""
FAR: Final = timedelta(days=45)
LATEST_DAY: Final = 28
"""Of the month, so that each has it."""


def new(number: int, choice: int, today: datetime, writer: Writer) -> Mapping[str, str]:
    """A new event."""
    pattern = series.PATTERNS[choice % len(series.PATTERNS)]
    all_day = choice % 4 == 1
    when = _when(number, DAYS[choice % len(DAYS)], today, day=all_day)
    says = {VALUE: f"v{number}", WHEN: when}
    if pattern:
        says[PATTERN] = pattern
    if not all_day:
        says[ZONE] = writer.zone
    if choice % 3:
        says[PLACE] = f"r{number}"
    return says


def _when(number: int, days: int, today: datetime, *, day: bool) -> str:
    """A time at working hours, on a day that every month has."""
    start = today + timedelta(days=days + (number % 7 if day else 0))
    if start.day >= LATEST_DAY:
        start -= timedelta(days=4)
    return series.when_of(start if day else start + timedelta(hours=8, minutes=number % 600), day=day)


def moved(number: int, choice: int, today: datetime, shown: Shown, writer: Writer) -> Mapping[str, str]:
    """An event at another time. From 16.0 on all exceptions are gone with that (MS-ASCAL_R2114)."""
    when = _when(number, DAYS[choice % len(DAYS)], today, day=series.is_day(shown.said[WHEN]))
    if when == shown.said[WHEN]:
        return {}
    if writer.version < Version.V16_0:
        return {WHEN: when}
    return {name: "" for name in shown.said if name.startswith("@")} | {WHEN: when}


def placed(number: int) -> Mapping[str, str]:
    """An event somewhere else."""
    return {PLACE: f"r{number}"}


def originals(shown: Shown, zone: str) -> tuple[str, ...]:
    """The occurrences of an event by the start that they have in its series; none of a single one."""
    pattern = shown.said.get(PATTERN, "")
    if not pattern:
        return ()
    return series.originals(shown.said[WHEN], pattern, shown.said.get(ZONE) or shown.zone or zone)


def changed(number: int, choice: int, shown: Shown, writer: Writer) -> Mapping[str, str]:
    """An occurrence with another subject, some of them at another time or place."""
    starts = [
        original
        for original in originals(shown, writer.zone)
        # From 16.0 on there is no way back for an occurrence that is gone.
        if writer.version < Version.V16_0 or shown.said.get(occurrence(original)) != GONE
    ]
    if not starts:
        return {}
    original = starts[choice % len(starts)]
    says = {occurrence(original): f"v{number}"}
    if choice % 5 == 0 and original == starts[-1] and not series.is_endless(shown.said[PATTERN]):
        says[start_of(original)] = series.later(original, FAR)
    elif choice % 3 == 0 and not series.is_day(original):
        says[start_of(original)] = series.later(original, timedelta(minutes=1 + number % 50))
    if choice % 2:
        says[place_of(original)] = f"r{number}"
    return says


def cancelled(choice: int, shown: Shown, zone: str) -> Mapping[str, str]:
    """An occurrence that does not take place."""
    starts = [original for original in originals(shown, zone) if shown.said.get(occurrence(original)) != GONE]
    if not starts:
        return {}
    original = starts[choice % len(starts)]
    return {**dict.fromkeys(registers_of(original), ""), occurrence(original): GONE}
