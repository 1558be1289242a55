"""The time zones of the model, with the 172 bytes of each written out (MS-ASDTYPE 2.7.6)."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from model.laws import Law, hold

Transition = tuple[int, int, int, int]
"""Month, day of the week from Sunday, which one of the month (5 for the last), hour."""
NEVER: Final[Transition] = (0, 0, 0, 0)


class Rules(NamedTuple):
    """Minutes from local time to UTC, and when the clocks are set back and forward by an hour."""

    bias: int
    standard: Transition = NEVER
    daylight: Transition = NEVER


ZONES: Final = {
    "UTC": Rules(0),
    "Europe/Berlin": Rules(-60, (10, 0, 5, 3), (3, 0, 5, 2)),
    "America/New_York": Rules(300, (11, 0, 1, 2), (3, 0, 2, 2)),
    "Pacific/Auckland": Rules(-720, (4, 0, 1, 3), (9, 0, 5, 2)),
}
OWN: Final = ("Europe/Berlin", "America/New_York", "Pacific/Auckland")
"""Where the owners of phones live."""
_FORMAT: Final = struct.Struct("<i64s8Hi64s8Hi")
_MOMENTS: Final = tuple(datetime(2026, month, day, tzinfo=UTC) for month in range(1, 13) for day in (2, 28))


@cache
def blob(zone: str) -> str:
    """A zone in base64, as phones write it."""
    bias, standard, daylight = ZONES[zone]
    saved = -60 if daylight != NEVER else 0
    packed = _FORMAT.pack(bias, b"", *_date(standard), 0, b"", *_date(daylight), saved)
    return base64.b64encode(packed).decode()


def _date(transition: Transition) -> tuple[int, ...]:
    month, week_day, which, hour = transition
    return (0, month, week_day, which, hour, 0, 0, 0)


@cache
def zone_of(text: str) -> str:
    """The zone that an answer has in base64. Raises Broken for one that nobody wrote."""
    found = _rules_of(text)
    names = [name for name, rules in ZONES.items() if rules == found]
    hold(names, Law.NOT_OUT_OF_NOTHING, f"nobody wrote of a time zone with {found}")
    return names[0]


def _rules_of(text: str) -> Rules:
    bias, _, *fields = _FORMAT.unpack(base64.b64decode(text))
    standard, daylight = fields[:8], fields[10:18]
    return Rules(bias, *((one[1], one[2], one[3], one[4]) for one in (standard, daylight)))


@cache
def alike(name: str) -> str:
    """The zone of the model whose clocks go as those of another one. Raises Broken where there is none."""
    offsets = [moment.astimezone(ZoneInfo(name)).utcoffset() for moment in _MOMENTS]
    for zone in ZONES:
        if offsets == [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in _MOMENTS]:
            return zone
    hold(False, Law.NOT_OUT_OF_NOTHING, f"nobody is in the time zone {name}")
    raise AssertionError
