"""The tz database's files read on their own, to check against: when its zones change their clocks."""

from __future__ import annotations

import struct
import zoneinfo
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib import resources
from pathlib import Path

HOUR = 3_600
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def data_of(zone: str) -> bytes:
    """The zone's TZif file, as zoneinfo finds it."""
    for root in zoneinfo.TZPATH:
        path = Path(root, zone)
        if path.is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


@cache
def _listed(data: bytes) -> tuple[tuple[int, ...], bool]:
    """The changes that a file lists, in seconds since 1970, and whether it has rules for the time after."""
    times, types, text = struct.unpack(">3l", data[32:44])
    leaps = struct.unpack(">l", data[28:32])[0]
    flags = struct.unpack(">2l", data[20:28])
    second = 44 + times * 5 + types * 6 + text + leaps * 8 + sum(flags)
    count = struct.unpack(">l", data[second + 32 : second + 36])[0]
    return struct.unpack(f">{count}q", data[second + 44 : second + 44 + 8 * count]), b"," in data[-80:]


def changes_of(zone: str, year: int) -> list[int]:
    """When the zone changes its offset, in seconds since 1970, in a year and a day around it."""
    listed, rules = _listed(data_of(zone))
    start, end = (
        int(datetime(each, 1, 1, tzinfo=UTC).timestamp()) + days * 24 * HOUR
        for each, days in ((year, -1), (year + 1, 1))
    )
    found = list(listed[bisect_left(listed, start) : bisect_left(listed, end)])
    if rules and end > max(listed, default=start):
        found += _scanned(zoneinfo.ZoneInfo(zone), max(start, *listed[-1:], start), end)
    return [
        instant
        for instant in found
        if offset_of(zoneinfo.ZoneInfo(zone), instant - 1) != offset_of(zoneinfo.ZoneInfo(zone), instant)
    ]


def _scanned(zone: tzinfo, start: int, end: int) -> Iterator[int]:
    for hour in range(start // HOUR * HOUR, end, HOUR):
        if offset_of(zone, hour) != offset_of(zone, hour + HOUR):
            yield next(
                minute
                for minute in range(hour, hour + HOUR + 1, 60)
                if offset_of(zone, minute) != offset_of(zone, hour)
            )


def offset_of(zone: tzinfo, instant: int) -> int:
    """Seconds east of UTC at an instant in seconds since 1970."""
    offset = (EPOCH + timedelta(seconds=instant)).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


@cache
def distinct_zones() -> tuple[str, ...]:
    """A name of each zone that has a file of its own; the others are the same under other names."""
    names = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
    return tuple({data_of(name): name for name in reversed(names)}.values())
