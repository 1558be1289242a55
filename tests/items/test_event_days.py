"""All-day events: whose midnight they begin at, and which days they have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from items.event_zones import (
    EMPTY,
    NEW,
    NOW,
    OLD,
    V12,
    V14,
    V16,
    WEIRD,
    added,
    appointment,
    at,
    changed,
    dates,
    midnight,
    told,
)
from overair.items import (
    Event,
)
from overair.items.calendar.event import EventException
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType
from overair.items.time_zones.zones import TimeZoneInformation, packed, rules
from overair.items.time_zones.zones import tzinfo as zone_named
from overair.versions import SERVED, Version
from support.tz_database import distinct_zones


def days(zone: tzinfo, first: date, count: int, blob: bytes | None, **fields: object) -> Event:
    """An all-day event as a phone up to 14.1 sends it: from midnight to midnight in its zone."""
    end = at(zone, first + timedelta(days=count))
    return appointment(at(zone, first), blob, end_time=end, all_day_event=True, **fields)


def days_of(shown: Event, version: Version) -> tuple[date, date]:
    """The first day of an all-day event and the one after its last, as a phone reckons."""
    assert shown.start_time is not None
    assert shown.end_time is not None
    if version >= Version.V16_0:
        assert shown.timezone is None
        assert shown.start_time.time() == shown.end_time.time() == time()
        return shown.start_time.date(), shown.end_time.date()
    assert shown.timezone is not None
    zone = rules(TimeZoneInformation.parse(shown.timezone))
    found = [one.astimezone(zone) for one in (shown.start_time, shown.end_time)]
    # Midnight, but on the days on which clocks jump over it.
    for one in found:
        before = (one.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone)
        assert one.time() == time() or before.date() < one.date(), (one, before)
    return found[0].date(), found[1].date()


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize(
    ("blob", "start", "end"),
    [
        # Midnights in the zone that is sent, in the house's where none is, in UTC with another zone.
        (packed("America/New_York", 2026), "2026-07-01T04:00", "2026-07-03T04:00"),
        (packed("America/New_York", 2026, names=False), "2026-07-01T04:00", "2026-07-03T04:00"),
        (EMPTY, "2026-06-30T22:00", "2026-07-02T22:00"),
        (None, "2026-06-30T22:00", "2026-07-02T22:00"),
        (EMPTY, "2026-07-01T00:00", "2026-07-03T00:00"),
        (packed("America/New_York", 2026), "2026-07-01T00:00", "2026-07-03T00:00"),
        (packed("Pacific/Auckland", 2026), "2026-07-01T00:00", "2026-07-03T00:00"),
        (WEIRD.pack(), "2026-06-30T21:40", "2026-07-02T21:40"),
        # An hour off, by a phone that reckons with standard time, or with yesterday's rules.
        (packed("Europe/Berlin", 2026), "2026-06-30T23:00", "2026-07-02T23:00"),
        (packed("Europe/Berlin", 2026), "2026-06-30T21:00", "2026-07-02T21:00"),
        # From morning to night.
        (packed("Europe/Berlin", 2026), "2026-06-30T22:00", "2026-07-02T21:59:59"),
    ],
)
@pytest.mark.req("MS-ASCAL_R2006", "MS-ASCAL_R2007")
def test_days_of_phones_up_to_14_1(version: Version, blob: bytes | None, start: str, end: str) -> None:
    sent = appointment(
        datetime.fromisoformat(start + "Z"),
        blob,
        end_time=datetime.fromisoformat(end + "Z"),
        all_day_event=True,
    )
    stored = added(sent, version)
    assert (stored.start_time, stored.end_time) == (midnight(date(2026, 7, 1)), midnight(date(2026, 7, 3)))
    for other in SERVED:
        assert days_of(told(stored, other), other) == (date(2026, 7, 1), date(2026, 7, 3))


@pytest.mark.req("MS-ASCAL_R2006", "MS-ASCAL_R2007")
@pytest.mark.parametrize("version", NEW)
def test_days_of_newer_phones_float(version: Version) -> None:
    first = date(2026, 7, 1)
    stored = added(days(UTC, first, 1, None), version)
    assert (stored.start_time, stored.end_time) == (midnight(first), midnight(date(2026, 7, 2)))
    assert stored.zone is None
    for house in ("Europe/Berlin", "Pacific/Kiritimati", "Pacific/Midway"):
        for other in SERVED:
            shown = told(stored, other, house)
            assert days_of(shown, other) == (first, date(2026, 7, 2))
            if other < Version.V16_0:
                assert shown.timezone == packed(house, 2026)


MIDNIGHTS = [
    # Days that have no midnight, and days that have two.
    ("America/Havana", date(2026, 3, 8)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("America/Santiago", date(2026, 9, 6)),
    ("America/Santiago", date(2026, 4, 5)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    # In the midst of years that a structure cannot tell.
    ("Africa/Cairo", date(2010, 8, 20)),
    ("Africa/Casablanca", date(2014, 7, 10)),
    ("Asia/Hebron", date(2011, 8, 20)),
]


@pytest.mark.parametrize(("zone", "first"), MIDNIGHTS)
@pytest.mark.parametrize("version", OLD)
def test_days_with_another_midnight(version: Version, zone: str, first: date) -> None:
    local = zone_named(zone)
    stored = added(days(local, first, 2, packed(zone, first.year)), version)
    assert stored.start_time == midnight(first)
    assert stored.end_time == midnight(first + timedelta(days=2))
    for other in SERVED:
        shown = told(stored, other)
        assert days_of(shown, other) == (first, first + timedelta(days=2))
        # What a phone sends back as it was told changes nothing.
        assert changed(stored, msgspec.structs.replace(shown, native_body_type=None), other) == stored


@given(
    st.data(),
    st.sampled_from(OLD),
    dates,
    st.integers(1, 40),
    st.booleans(),
)
def test_days_in_any_zone(
    data: st.DataObject, version: Version, first: date, count: int, names: bool
) -> None:
    zone, house = (data.draw(st.sampled_from(distinct_zones())) for _ in range(2))
    local = zone_named(zone)
    for day in (first, first + timedelta(days=count)):
        # Not a day that was left out as the zone went over the date line.
        assume(at(local, day).astimezone(local).date() == day)
    stored = added(days(local, first, count, packed(zone, first.year, names=names)), version, house)
    assert stored.start_time == midnight(first)
    assert stored.end_time == midnight(first + timedelta(days=count))
    for other in (V12, V14, V16):
        assert days_of(told(stored, other, house), other) == (first, first + timedelta(days=count))


@pytest.mark.parametrize("version", OLD)
def test_an_all_day_series_keeps_its_days(version: Version) -> None:
    local, first = zone_named("America/New_York"), date(2006, 3, 20)
    series = days(
        local,
        first,
        1,
        packed("America/New_York", NOW.year),
        recurrence=Recurrence(
            type=RecurrenceType.WEEKLY, interval=1, day_of_week=DayOfWeek.MONDAY, occurrences=900
        ),
        exceptions=(EventException(deleted=True, exception_start_time=at(local, date(2006, 4, 10))),),
    )
    stored = added(series, version)
    assert stored.start_time == midnight(first)
    assert stored.exceptions is not None
    assert stored.exceptions[0].exception_start_time == midnight(date(2006, 4, 10))
    for other in SERVED:
        shown = told(stored, other)
        assert days_of(shown, other) == (first, first + timedelta(days=1))
        assert shown.exceptions is not None
        if other < Version.V16_0:
            assert shown.timezone is not None
            wire = rules(TimeZoneInformation.parse(shown.timezone))
            original = shown.exceptions[0].exception_start_time.astimezone(wire)
            assert (original.date(), original.time()) == (date(2006, 4, 10), time())
        else:
            assert shown.exceptions[0].exception_start_time == midnight(date(2006, 4, 10))
