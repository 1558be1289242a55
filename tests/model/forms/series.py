"""Times of the model's events and the occurrences of their series, reckoned by the calendar alone.

A time is a text: of an all-day event its day (20260305), else an instant (20260305T093000Z). A pattern is a
text as well: unit and interval, and how often where it ends (d1x5, w2, m1x3); empty of a single event.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count, islice
from typing import Final
from zoneinfo import ZoneInfo

from overair.wbxml.element import Element
from overair.wbxml.pages import Calendar
from phones.handset import e, text

DAY: Final = "%Y%m%d"
INSTANT: Final = "%Y%m%dT%H%M%SZ"
UNITS: Final = {"d": 0, "w": 1, "m": 2}
"""The values of Type."""
PATTERNS: Final = ("", "d1x5", "w1x4", "", "m1x4", "d2x3", "w2")
LOOKED_AT: Final = 6
"""Occurrences of an endless series that anybody speaks of."""


def is_day(when: str) -> bool:
    """Whether it is the day of an all-day event."""
    return "T" not in when


def moment(when: str) -> datetime:
    """An instant; of a day its midnight in UTC."""
    return datetime.strptime(when, DAY if is_day(when) else INSTANT).replace(tzinfo=UTC)


def when_of(instant: datetime, *, day: bool) -> str:
    """The text of an instant."""
    return instant.astimezone(UTC).strftime(DAY if day else INSTANT)


def later(when: str, length: timedelta) -> str:
    """A time some while after another."""
    return when_of(moment(when) + length, day=is_day(when))


def end_of(when: str) -> str:
    """When an occurrence ends: they all last for half an hour, or a day."""
    return later(when, timedelta(days=1) if is_day(when) else timedelta(minutes=30))


@lru_cache(maxsize=4096)
def originals(when: str, pattern: str, zone: str) -> tuple[str, ...]:
    """The starts of the occurrences of a series; the first ones of an endless series."""
    number = int(pattern.partition("x")[2] or LOOKED_AT)
    return tuple(islice(_originals(when, pattern, zone), number))


def _originals(when: str, pattern: str, zone: str) -> Iterator[str]:
    unit, interval = pattern[0], int(pattern[1:].partition("x")[0])
    local = moment(when).astimezone(UTC if is_day(when) else ZoneInfo(zone))
    for number in count(0, interval):
        if unit == "m":
            year, month = divmod(local.year * 12 + local.month - 1 + number, 12)
            start = local.replace(year=year, month=month + 1)
        else:
            start = local + timedelta(days=number * (7 if unit == "w" else 1))  # by the wall clock
        yield when_of(start, day=is_day(when))


def is_endless(pattern: str) -> bool:
    """Whether a series has no end."""
    return bool(pattern) and "x" not in pattern


def pattern_to_element(pattern: str, when: str, zone: str) -> Element | None:
    """The Recurrence of a series that starts at some time; None of a single event."""
    if not pattern:
        return None
    unit, (interval, _, times) = pattern[0], pattern[1:].partition("x")
    local = moment(when).astimezone(UTC if is_day(when) else ZoneInfo(zone))
    return e(
        Calendar.Recurrence,
        e(Calendar.Type, UNITS[unit]),
        e(Calendar.Occurrences, times) if times else None,
        e(Calendar.Interval, interval),
        e(Calendar.DayOfWeek, 1 << local.isoweekday() % 7) if unit == "w" else None,
        e(Calendar.DayOfMonth, local.day) if unit == "m" else None,
    )


def pattern_of_element(recurrence: Element | None) -> str:
    """The pattern that an answer tells of; none where it says that there is none any more."""
    kind = "" if recurrence is None else text(recurrence, Calendar.Type)
    if recurrence is None or not kind:
        return ""
    return pattern_text(
        int(kind), int(text(recurrence, Calendar.Interval) or 1), text(recurrence, Calendar.Occurrences)
    )


def pattern_text(kind: int, interval: int, times: str) -> str:
    """A pattern of its parts."""
    unit = next(unit for unit, value in UNITS.items() if value == kind)
    return f"{unit}{interval}" + (f"x{times}" if times and times != "0" else "")
