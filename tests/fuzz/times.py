"""Time zones and recurrences that a client sends."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import Final, NamedTuple

from fuzz.target import Target
from overair.items.calendar.event import Event, EventException
from overair.items.recurrence.occurrences import occurrences, view_date
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.recurrence.rules import check
from overair.items.recurrence.series import Series
from overair.items.time_zones.information import SIZE, TimeZoneInformation
from overair.items.time_zones.zones import information, rules, same_wall_time, zone_of
from overair.items.time_zones.zones import tzinfo as zone_named
from overair.protocol.schema import SchemaError

MOST_SECONDS: Final = 1.0
"""CPU seconds of anything that is asked of one series, on an instrumented and loaded machine."""
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
YEARS: Final = (1, 1601, 1969, 1970, 2026, 2038, 2100, 9999)
ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca")


class Zone(NamedTuple):
    """A time zone that was read, and the year of the event that has it."""

    information: TimeZoneInformation
    year: int


def read_zone(data: bytes) -> Zone:
    """The first byte chooses the year; the rest is what stands in Timezone."""
    year = YEARS[data[0] % len(YEARS)] if data else 2026
    return Zone(TimeZoneInformation.parse(data[1:]), year)


def check_zone(zone: Zone) -> None:
    """It is written as it was read, is a zone or none, and has an offset at every time."""
    found, year = zone
    again = TimeZoneInformation.parse(found.pack())  # names that are too long are cut
    assert again.pack() == found.pack()
    assert again.pack(names=False) == found.pack(names=False)
    name = zone_of(found, year=year, preferred=("Europe/Berlin", "no zone"))
    if name is not None:
        information(name, year).pack(names=False)
    local = rules(found)
    for one in YEARS:
        for month in (1, 3, 7, 10, 12):
            instant = datetime(one, month, 31 if month != 3 else 28, 1, 30, tzinfo=UTC)
            for source, target in ((local, UTC), (UTC, local)):
                same_wall_time(instant, source, target)


def zone_seeds() -> Iterator[bytes]:
    for year, name in enumerate(ZONES):
        packed = information(name, 2026).pack()
        yield bytes([year]) + packed
        yield bytes([year]) + information(name, 1975).pack(names=False)
    yield b"\x04" + bytes(SIZE)
    yield b"\x04" + b"\xff" * SIZE


_KINDS: Final = tuple(RecurrenceType)
_CALENDARS: Final = tuple(CalendarType)
_VALUES: Final[dict[str, Callable[[int], object]]] = {
    "type": lambda number: _KINDS[number % len(_KINDS)],
    "occurrences": lambda number: number % 1000,
    "interval": lambda number: number % 1000,
    "week_of_month": lambda number: 1 + number % 5,
    "day_of_week": lambda number: 1 + number % 127,
    "month_of_year": lambda number: 1 + number % 12,
    "until": lambda number: _instant(number),
    "day_of_month": lambda number: 1 + number % 31,
    "calendar_type": lambda number: _CALENDARS[number % len(_CALENDARS)],
    "is_leap_month": lambda number: number % 2,
    "first_day_of_week": lambda number: number % 7,
}
"""What a number makes of each element of a recurrence."""
_PATTERN: Final = struct.Struct("<H11iiBB")
"""Which elements there are, then each of them, when the series starts, its zone, and its exceptions."""


class Asked(NamedTuple):
    """An event that recurs, with an exception."""

    event: Event
    series: Series
    zone: tzinfo


def read_pattern(data: bytes) -> Asked:
    """A recurrence of any values that the declarations let in."""
    there, *numbers, start, zone, moved = _PATTERN.unpack(data[: _PATTERN.size].ljust(_PATTERN.size, b"\0"))
    said = {
        name: value(number)
        for place, ((name, value), number) in enumerate(zip(_VALUES.items(), numbers, strict=True))
        if there >> place & 1
    }
    pattern = Recurrence(**said)  # type: ignore[arg-type]  # the values are the fields'
    check(pattern)
    begin, name = _instant(start), ZONES[zone % len(ZONES)]
    all_day = zone >= 128
    series = Series(pattern, begin, UTC if all_day else zone_named(name))
    originals = list(islice(series.between(begin, datetime.max.replace(tzinfo=UTC)), moved % 3))
    event = Event(
        start_time=begin,
        end_time=_later(begin, timedelta(minutes=30)),
        zone=name,
        all_day_event=all_day,
        recurrence=pattern,
        exceptions=tuple(
            EventException(
                exception_start_time=one, deleted=moved > 128, start_time=_later(one, timedelta(days=moved))
            )
            for one in originals
        ),
    )
    return Asked(event, series, zone_named(name))


def _instant(number: int) -> datetime:
    """Any time of the calendar."""
    return _later(datetime(2026, 3, 1, 9, tzinfo=UTC), timedelta(seconds=64 * number))


def _later(instant: datetime, length: timedelta) -> datetime:
    try:
        return instant + length
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if length > timedelta() else BEGINNING


def check_pattern(asked: Asked) -> None:
    """What is said of a series agrees, and takes no time to be found."""
    event, series, _ = asked
    begun = time.thread_time()
    start = event.start_time
    assert start is not None
    last = series.last()
    view_date(event)
    for day in (start, datetime(2026, 3, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)):
        window = (day, _later(day, timedelta(days=40)))
        found = list(series.between(*window))
        assert found == sorted(set(found))
        assert all(window[0] <= one < window[1] and series.contains(one) for one in found)
        assert last is None or all(one <= last for one in found)
        after = series.first_after(_later(day, timedelta(microseconds=-1)))
        assert not found or after == found[0] or day == BEGINNING
        for one in occurrences(event, *window, "UTC"):
            assert one.start < window[1]
    if event.recurrence is not None and event.recurrence.occurrences and last is not None:
        number = sum(1 for _ in series.between(start, _later(last, timedelta(seconds=1))))
        assert number <= event.recurrence.occurrences
    assert time.thread_time() - begun < MOST_SECONDS


def pattern_bytes(
    kind: RecurrenceType, start: int = 0, zone: int = 0, moved: int = 0, **values: int
) -> bytes:
    """A recurrence by the numbers of its elements."""
    values["type"] = _KINDS.index(kind)
    there = sum(1 << place for place, name in enumerate(_VALUES) if name in values)
    return _PATTERN.pack(there, *(values.get(name, 0) for name in _VALUES), start, zone, moved)


def pattern_seeds() -> Iterator[bytes]:
    yield from PATTERNS.values()


PATTERNS: Final = {
    "daily": pattern_bytes(RecurrenceType.DAILY, interval=1, moved=2),
    "daily for ever, in year 1": pattern_bytes(RecurrenceType.DAILY, interval=1, start=-(2**30)),
    "daily for ever, in year 9999": pattern_bytes(RecurrenceType.DAILY, interval=1, start=2**31 - 1),
    "999 times every 999 days": pattern_bytes(RecurrenceType.DAILY, interval=999, occurrences=999),
    "weekly": pattern_bytes(
        RecurrenceType.WEEKLY, interval=2, day_of_week=61, first_day_of_week=1, moved=2, zone=1
    ),
    "weekly to year 9999": pattern_bytes(RecurrenceType.WEEKLY, day_of_week=126, until=2**31 - 1),
    "the 31st": pattern_bytes(RecurrenceType.MONTHLY, day_of_month=30, interval=1, occurrences=999),
    "the last weekday": pattern_bytes(
        RecurrenceType.MONTHLY_ON_NTH_DAY, week_of_month=4, day_of_week=61, occurrences=999
    ),
    "the 30th of February": pattern_bytes(
        RecurrenceType.YEARLY, day_of_month=29, month_of_year=1, occurrences=999
    ),
    "the 29th of February every 7 years": pattern_bytes(
        RecurrenceType.YEARLY, day_of_month=28, month_of_year=1, interval=7, occurrences=999
    ),
    "the fifth Monday of February": pattern_bytes(
        RecurrenceType.YEARLY_ON_NTH_DAY,
        week_of_month=4,
        day_of_week=1,
        month_of_year=1,
        occurrences=999,
        zone=2,
    ),
    **{
        f"month {month} of {CalendarType(calendar).name}, leap {leap}": pattern_bytes(
            RecurrenceType.YEARLY,
            day_of_month=29,
            month_of_year=month,
            calendar_type=place,
            is_leap_month=leap,
            occurrences=999,
        )
        for place, calendar in enumerate(CalendarType)
        for month in (1, 12)
        for leap in (0, 1)
        if calendar >= CalendarType.HIJRI
    },
}
"""Series that others have choked on: rare or never, without end, at the ends of the calendar."""

TARGETS: Final = (
    Target(
        name="time_zone",
        read=read_zone,
        check=check_zone,
        refuses=(ValueError,),
        seeds=zone_seeds,
        words=(b"\0\0\x0a\0\0\0\5\0\3\0", b"\xc4\xff\xff\xff", b"\xe8\x07", bytes(16), b"W\0.\0 \0"),
        size=SIZE + 1,
    ),
    Target(
        name="recurrence",
        read=read_pattern,
        check=check_pattern,
        refuses=(SchemaError,),
        seeds=pattern_seeds,
        size=_PATTERN.size,
    ),
)
