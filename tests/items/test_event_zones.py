"""Events in their time zones, as phones of each version reckon: days stay days, clocks show the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from overair.items import (
    Author,
    Event,
    ItemClass,
    RenderOptions,
    apply_change,
    change_occurrence,
    create,
    delete_occurrence,
    render,
)
from overair.items.calendar.event import EventException
from overair.items.recurrence.occurrences import occurrences
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType
from overair.items.time_zones.information import SystemTime
from overair.items.time_zones.zones import TimeZoneInformation, information, packed, rules
from overair.items.time_zones.zones import tzinfo as zone_named
from overair.versions import SERVED, Version
from support.tz_database import distinct_zones

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
OLD = [version for version in SERVED if version < Version.V16_0]
NEW = [version for version in SERVED if version >= Version.V16_0]
NOW = datetime.now(UTC).replace(microsecond=0)
HOUSE = "Europe/Berlin"
EMPTY = bytes(172)
WEIRD = TimeZoneInformation(
    -95, "Home", SystemTime(9, 2, 2, 1, 30), 0, "Home too", SystemTime(2, 4, 3, 4), -45
)
"""Rules that no zone has."""
DAILY = Recurrence(type=RecurrenceType.DAILY, interval=1)


def author(version: Version, house: str = HOUSE) -> Author:
    return Author(version, NOW, "anna@example.org", "Anna", house)


def added(event: Event, version: Version, house: str = HOUSE) -> Event:
    """What is stored of an event that a client adds."""
    made = create(ItemClass.CALENDAR, event.to_children(version), author(version, house))
    assert isinstance(made, Event)
    return made


def changed(event: Event, change: Event, version: Version, house: str = HOUSE) -> Event:
    """What is stored after a Change."""
    options = RenderOptions(time_zone=house)
    after = apply_change(event, change.to_children(version), author(version, house), None, options)
    assert isinstance(after, Event)
    return after


class NoBlobs:
    """A store of attachments that nobody reads."""

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        raise AssertionError(key)


def told(event: Event, version: Version, house: str = HOUSE, *, names: bool = True) -> Event:
    """What a client is told of an event, read from the bytes on the wire."""
    options = RenderOptions(time_zone=house, time_zone_names=names)
    return Event.from_children(render(event, options, version, NoBlobs(), "5:1"), version)


def at(zone: tzinfo, day: date, clock: time = time()) -> datetime:
    """The instant at which clocks in a zone show a time."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def appointment(start: datetime, zone: bytes | None, **fields: object) -> Event:
    """An hour from a time on."""
    values: dict[str, object] = {"subject": "Talk", "uid": "1", "end_time": start + timedelta(hours=1)}
    return Event(start_time=start, timezone=zone, **(values | fields))  # type: ignore[arg-type]  # by name


def days(zone: tzinfo, first: date, count: int, blob: bytes | None, **fields: object) -> Event:
    """An all-day event as a phone up to 14.1 sends it: from midnight to midnight in its zone."""
    end = at(zone, first + timedelta(days=count))
    return appointment(at(zone, first), blob, end_time=end, all_day_event=True, **fields)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


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


dates = st.builds(
    lambda year, day: date(year, 1, 1) + timedelta(days=day),
    st.sampled_from((1979, 2011, 2026, 2059)),
    st.integers(0, 364),
)
"""Days of a few years, since the first look at a year costs a tenth of a second."""


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
