"""Events in their time zones, as phones of each version reckon: days stay days, clocks show the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.event_zones import (
    EMPTY,
    HOUSE,
    NEW,
    NOW,
    OLD,
    V14,
    WEIRD,
    added,
    appointment,
    at,
    author,
    changed,
    dates,
    midnight,
    told,
)
from overair.items import (
    Event,
    change_occurrence,
    delete_occurrence,
)
from overair.items.calendar.event import EventException
from overair.items.recurrence.occurrences import occurrences
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.items.time_zones.zones import TimeZoneInformation, information, packed, rules
from overair.items.time_zones.zones import tzinfo as zone_named
from overair.versions import SERVED, Version
from support.tz_database import distinct_zones

DAILY = Recurrence(type=RecurrenceType.DAILY, interval=1)


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_a_phone_s_zone_is_kept(version: Version, zone: str) -> None:
    start = at(zone_named(zone), date(2026, 7, 1), time(9))
    stored = added(appointment(start, packed(zone, 2026, names=False)), version, house=zone)
    assert (stored.zone, stored.timezone, stored.start_time) == (zone, None, start)
    for other in SERVED:
        shown = told(stored, other)
        assert shown.timezone == packed(zone, 2026)
        assert (shown.start_time, shown.end_time) == (start, start + timedelta(hours=1))
        assert told(stored, other, names=False).timezone == packed(zone, 2026, names=False)


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("blob", [None, EMPTY])
def test_a_phone_that_knows_no_zone(version: Version, blob: bytes | None) -> None:
    """All zeros are what several clients send; the house's zone is shown, and never zeros."""
    start = datetime(2026, 7, 1, 7, tzinfo=UTC)
    stored = added(appointment(start, blob), version)
    assert (stored.zone, stored.timezone, stored.start_time) == (HOUSE, None, start)
    for other in SERVED:
        assert told(stored, other).timezone == packed(HOUSE, 2026)
    # Nor does it take away the zone that an event has.
    abroad = added(appointment(start, packed("America/Denver", 2026)), V14)
    for event in (appointment(start, blob), appointment(start + timedelta(hours=1), blob)):
        after = changed(abroad, event, version)
        assert after.zone == "America/Denver"
        assert after.start_time == event.start_time


@pytest.mark.parametrize("version", SERVED)
def test_rules_of_no_zone_are_kept_and_reckoned_with(version: Version) -> None:
    zone = rules(WEIRD)
    start = at(zone, date(2026, 1, 30), time(9))
    stored = added(appointment(start, WEIRD.pack(), recurrence=DAILY), version)
    assert (stored.zone, stored.timezone) == (None, WEIRD.pack())
    assert {told(stored, other).timezone for other in SERVED} == {WEIRD.pack()}
    first, last = datetime(2026, 1, 30, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    found = [one.start.astimezone(zone).time() for one in occurrences(stored, first, last, HOUSE)]
    assert found == [time(9)] * len(found)
    assert len(found) > 50
    assert {one.start.time() for one in occurrences(stored, first, last, HOUSE)} == {time(7, 25), time(6, 40)}


@given(
    st.data(),
    st.sampled_from(SERVED),
    dates,
    st.times(),
    st.booleans(),
)
def test_a_single_event_is_at_its_instant(
    data: st.DataObject, version: Version, day: date, clock: time, names: bool
) -> None:
    zone, house = (data.draw(st.sampled_from(distinct_zones())) for _ in range(2))
    start = datetime.combine(day, clock.replace(microsecond=0), UTC)
    stored = added(appointment(start, packed(zone, start.year, names=names)), version, house)
    assert stored.start_time == start
    for other in SERVED:
        assert told(stored, other, house).start_time == start


CHANGED_RULES = [
    # New York begins daylight time in March since 2007; these days are between the old rules and the new.
    ("America/New_York", date(2006, 3, 20)),
    ("America/New_York", date(2005, 11, 1)),
    ("Europe/London", date(1995, 10, 25)),
    # Zones that gave it up, or changed their offset.
    ("Europe/Moscow", date(2009, 7, 1)),
    ("Europe/Istanbul", date(2012, 1, 10)),
    ("America/Sao_Paulo", date(2017, 12, 1)),
    ("America/Caracas", date(2010, 5, 5)),
    ("Asia/Pyongyang", date(2016, 5, 5)),
    ("Africa/Cairo", date(2019, 6, 1)),
    ("Africa/Casablanca", date(2017, 6, 1)),
    ("Pacific/Apia", date(2011, 10, 1)),
]


@pytest.mark.parametrize(("zone", "first"), CHANGED_RULES)
@pytest.mark.parametrize("version", SERVED)
def test_a_series_from_before_the_rules_changed(version: Version, zone: str, first: date) -> None:
    """A phone reckons all occurrences by the one structure: today's must be at nine, by today's rules."""
    local, nine = zone_named(zone), time(9)
    moved = first + timedelta(days=3)
    stored = Event(
        subject="Stand-up",
        uid="1",
        dt_stamp=NOW,
        zone=zone,
        start_time=at(local, first, nine),
        end_time=at(local, first, time(9, 30)),
        recurrence=msgspec.structs.replace(DAILY, until=at(local, date(2040, 7, 1), nine)),
        exceptions=(
            EventException(deleted=True, exception_start_time=at(local, first + timedelta(days=1), nine)),
            EventException(
                exception_start_time=at(local, moved, nine),
                start_time=at(local, moved, time(15)),
                end_time=at(local, moved, time(16)),
            ),
        ),
        organizer_email="anna@example.org",
        organizer_name="Anna",
        meeting_status=0,
    )
    shown = told(stored, version)
    assert shown.timezone == packed(zone, NOW.year)
    wire = rules(TimeZoneInformation.parse(shown.timezone))
    assert shown.recurrence is not None
    assert shown.exceptions is not None
    clocks = [
        one.astimezone(wire).replace(tzinfo=None)
        for one in (
            shown.start_time,
            shown.end_time,
            shown.recurrence.until,
            shown.exceptions[1].start_time,
            shown.exceptions[1].end_time,
        )
        if one is not None
    ]
    assert clocks == [
        datetime.combine(first, nine),
        datetime.combine(first, time(9, 30)),
        datetime(2040, 7, 1, 9),  # noqa: DTZ001 - what a clock shows
        datetime.combine(moved, time(15)),
        datetime.combine(moved, time(16)),
    ]
    # So it is reckoned on this day, and that is what the server reckons.
    today = NOW.date()
    as_the_phone_does = at(wire, today, nine)
    window = (midnight(today) - timedelta(hours=12), midnight(today) + timedelta(hours=36))
    assert as_the_phone_does in [one.start for one in occurrences(stored, *window, HOUSE)]
    # And what comes back as it was told changes nothing, though the phone writes the zone in its own way.
    bare = TimeZoneInformation.parse(shown.timezone).pack(names=False)
    for blob in (shown.timezone, bare):
        again = msgspec.structs.replace(shown, timezone=blob, native_body_type=None)
        if version in NEW:
            again = msgspec.structs.replace(again, exceptions=None)
        after = changed(stored, again, version)
        assert msgspec.structs.replace(after, dt_stamp=stored.dt_stamp) == stored


@pytest.mark.parametrize(("zone", "first"), CHANGED_RULES)
@pytest.mark.parametrize("version", NEW)
def test_an_occurrence_is_named_as_the_phone_reckons_it(version: Version, zone: str, first: date) -> None:
    local = zone_named(zone)
    stored = Event(
        zone=zone,
        start_time=at(local, first, time(9)),
        end_time=at(local, first, time(10)),
        recurrence=DAILY,
        uid="1",
    )
    shown = told(stored, version)
    assert shown.timezone is not None
    wire = rules(TimeZoneInformation.parse(shown.timezone))
    for day in (first, first + timedelta(days=10), NOW.date()):
        named = at(wire, day, time(9)).strftime("%Y%m%dT%H%M%SZ")
        later = Event(start_time=at(wire, day, time(11)), end_time=at(wire, day, time(12)))
        moved = change_occurrence(stored, named, later.to_children(version), author(version))
        gone = delete_occurrence(stored, named, author(version))
        for after in (moved, gone):
            assert after.exceptions is not None
            assert after.exceptions[0].exception_start_time == at(local, day, time(9))
            again = told(after, version).exceptions
            assert again is not None
            assert again[0].exception_start_time == at(wire, day, time(9))
        assert moved.exceptions is not None
        assert moved.exceptions[0].start_time == at(local, day, time(11))
        assert moved.exceptions[0].end_time == at(local, day, time(12))


@pytest.mark.parametrize("version", OLD)
def test_a_structure_of_this_year_for_a_series_of_an_earlier_one(version: Version) -> None:
    """Morocco's rules are others in every year; a phone sends those of the year that it is in."""
    zone = "Africa/Casablanca"
    for year in (2020, 2026):
        start = at(zone_named(zone), date(year, 1, 10), time(9))
        blob = information(zone, NOW.year).pack(names=False)
        assert added(appointment(start, blob, recurrence=DAILY), version).zone == zone


@pytest.mark.parametrize("version", OLD)
def test_which_year_tells_an_unnamed_zone(version: Version) -> None:
    """Moscow keeps to one time, but did not in 2009, when others did: a series goes on, a day is over."""
    start = datetime(2009, 1, 10, 6, tzinfo=UTC)
    blob = information("Europe/Moscow", NOW.year).pack(names=False)
    assert added(appointment(start, blob, recurrence=DAILY), version).zone == "Europe/Moscow"
    single = added(appointment(start, blob), version).zone
    assert single is not None
    assert information(single, 2009).pack(names=False) == blob
