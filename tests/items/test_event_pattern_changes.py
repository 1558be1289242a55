"""Changes of an event's pattern and times."""

from __future__ import annotations

import msgspec
import pytest

from items.event_changes import FULL, V16, only
from overair.items import Event
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.items.time_zones.zones import packed
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import Calendar
from support.events import (
    NEW,
    OLD,
    added,
    at,
    changed,
    elements_of,
    told,
    without,
)


@pytest.mark.req("MS-ASCAL_R2180001", "MS-ASCAL_R374001", "MS-ASCAL_R448001")
@pytest.mark.parametrize("version", NEW)
def test_a_pattern_without_type_changes_the_one_there_is(version: Version) -> None:
    pattern = Recurrence(
        type=RecurrenceType.WEEKLY, day_of_week=2, first_day_of_week=1, until=at("2026-12-31T11:00")
    )
    weekly = msgspec.structs.replace(FULL, recurrence=pattern)

    def after(*elements: Element) -> Recurrence | None:
        return changed(weekly, version, Element(Calendar.Recurrence, list(elements))).recurrence

    assert after(Element(Calendar.Interval, "2")) == msgspec.structs.replace(pattern, interval=2)
    assert after(Element(Calendar.Occurrences, "7")) == msgspec.structs.replace(
        pattern, occurrences=7, until=None
    )
    counted = msgspec.structs.replace(
        weekly, recurrence=msgspec.structs.replace(pattern, until=None, occurrences=7)
    )
    ended = Element(Calendar.Recurrence, [Element(Calendar.Until, "20261130T110000Z")])
    assert changed(counted, version, ended).recurrence == msgspec.structs.replace(
        pattern, until=at("2026-11-30T11:00")
    )
    # With its type it is another one, and has an end only if it says so.
    whole = after(Element(Calendar.Type, "1"), Element(Calendar.DayOfWeek, "4"))
    assert whole == Recurrence(type=RecurrenceType.WEEKLY, day_of_week=4, first_day_of_week=0)
    with pytest.raises(SchemaError):
        after(Element(Calendar.DayOfMonth, "3"))
    single = msgspec.structs.replace(weekly, recurrence=None)
    with pytest.raises(SchemaError) as caught:
        changed(single, version, Element(Calendar.Recurrence, [Element(Calendar.Interval, "2")]))
    assert caught.value.tag is Calendar.Type


@pytest.mark.req("MS-ASCAL_R374", "MS-ASCAL_R448")
@pytest.mark.parametrize("version", OLD)
def test_a_pattern_has_a_type_up_to_14(version: Version) -> None:
    with pytest.raises(SchemaError) as caught:
        changed(FULL, version, Element(Calendar.Recurrence, [Element(Calendar.Interval, "2")]))
    assert caught.value.tag is Calendar.Type


@pytest.mark.req("MS-ASCAL_R53911", "MS-ASCAL_R5391111", "MS-ASCAL_R341", "MS-ASCAL_R467", "MS-ASCAL_R5")
@pytest.mark.parametrize("version", SERVED)
def test_a_pattern_that_says_too_much(version: Version) -> None:
    pattern = [
        Element(Calendar.Type, "0"),
        Element(Calendar.Interval, "0"),
        Element(Calendar.Occurrences, "3"),
        Element(Calendar.Until, "20261231T000000Z"),
    ]
    times = only(FULL, version, Calendar.StartTime, Calendar.EndTime)
    event = added(version, *times, Element(Calendar.Recurrence, pattern))
    assert event.recurrence == Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=3)


@pytest.mark.req(
    "MS-ASCAL_R53912",
    "MS-ASCAL_R53913",
    "MS-ASCAL_R53914",
    "MS-ASCAL_R453",
    "MS-ASCAL_R277",
    "MS-ASCAL_R28311",
    "MS-ASCAL_R201",
    "MS-ASCAL_R193",
    "MS-ASCAL_R326",
    "MS-ASCAL_R476",
    "MS-ASCAL_R292",
    "MS-ASCAL_R345",
)
@pytest.mark.parametrize(
    ("tag", "text"),
    [
        *[(Calendar.CalendarType, str(number)) for number in (13, 16, 17, 18, 19, 21, 22, 23, 24)],
        (Calendar.FirstDayOfWeek, "7"),
        (Calendar.FirstDayOfWeek, "-1"),
        (Calendar.Interval, "1000"),
        (Calendar.DayOfMonth, "0"),
        (Calendar.DayOfMonth, "32"),
        (Calendar.Occurrences, "1000"),
        (Calendar.IsLeapMonth, "2"),
        (Calendar.DayOfWeek, "128"),
        (Calendar.MonthOfYear, "13"),
        (Calendar.WeekOfMonth, "6"),
        (Calendar.Type, "4"),
        (Calendar.Type, "2"),
    ],
)
def test_a_pattern_with_broken_values_is_refused(tag: Tag, text: str) -> None:
    pattern = [Element(Calendar.Type, "2"), Element(Calendar.CalendarType, "0"), Element(tag, text)]
    if tag is Calendar.Type and text == "4":
        pattern = [Element(tag, text)]
    with pytest.raises(SchemaError):
        added(V16, *only(FULL, V16, Calendar.StartTime), Element(Calendar.Recurrence, pattern))


def test_two_calendars_are_refused() -> None:
    calendar = Element(Calendar.CalendarType, "0")
    pattern = Element(Calendar.Recurrence, [Element(Calendar.Type, "2"), calendar, calendar])
    with pytest.raises(SchemaError) as caught:
        changed(FULL, V16, pattern)
    assert caught.value.tag is Calendar.CalendarType


def test_a_day_becomes_an_hour_and_an_hour_a_day() -> None:
    single = msgspec.structs.replace(FULL, recurrence=None)
    day = changed(single, V16, Element(Calendar.AllDayEvent, "1"))
    assert (day.start_time, day.end_time) == (at("2026-06-01T00:00"), at("2026-06-02T00:00"))
    hours = changed(day, V16, Element(Calendar.AllDayEvent, "0"))
    assert (hours.start_time, hours.end_time) == (at("2026-05-31T22:00"), at("2026-06-01T22:00"))
    late = msgspec.structs.replace(single, start_time=at("2026-06-01T23:00"), end_time=at("2026-06-02T22:30"))
    days = changed(late, V16, Element(Calendar.AllDayEvent, "1"))
    assert (days.start_time, days.end_time) == (at("2026-06-02T00:00"), at("2026-06-04T00:00"))


def test_an_older_phone_makes_a_day_of_hours_at_the_same_instants() -> None:
    midnight = msgspec.structs.replace(
        FULL, recurrence=None, start_time=at("2026-05-31T22:00"), end_time=at("2026-06-01T22:00")
    )
    for version in OLD:
        elements = without(elements_of(midnight, version), Calendar.AllDayEvent)
        day = changed(midnight, version, *elements, Element(Calendar.AllDayEvent, "1"))
        assert (day.start_time, day.end_time) == (at("2026-06-01T00:00"), at("2026-06-02T00:00"))
        again = without(elements_of(day, version), Calendar.AllDayEvent)
        hours = changed(day, version, *again, Element(Calendar.AllDayEvent, "0"))
        assert (hours.start_time, hours.end_time) == (midnight.start_time, midnight.end_time)


@pytest.mark.parametrize("version", SERVED)
def test_a_series_in_another_zone_begins_when_its_phone_says(version: Version) -> None:
    # It began before the rules of New York changed: nine o'clock then is 13:00 by those of today.
    series = Event(
        start_time=at("2005-03-21T14:00"),
        end_time=at("2005-03-21T15:00"),
        zone="America/New_York",
        recurrence=Recurrence(type=RecurrenceType.WEEKLY, day_of_week=2, first_day_of_week=0),
    )
    shown = told(series, version)
    assert shown.start_time == at("2005-03-21T13:00")
    there = msgspec.structs.replace(shown, timezone=packed("Europe/London", 2026))
    after = changed(series, version, *there.to_children(version))
    assert (after.zone, after.start_time) == ("Europe/London", at("2005-03-21T13:00"))


@pytest.mark.parametrize("version", SERVED)
def test_a_day_without_length_takes_a_day(version: Version) -> None:
    start = "20260601T000000Z" if version >= Version.V16_0 else "20260531T220000Z"
    times = [Element(tag, start) for tag in (Calendar.StartTime, Calendar.EndTime)]
    event = added(version, Element(Calendar.AllDayEvent, "1"), *times)
    assert (event.start_time, event.end_time) == (at("2026-06-01T00:00"), at("2026-06-02T00:00"))


@pytest.mark.parametrize("version", SERVED)
def test_times_are_kept_to_the_second(version: Version) -> None:
    times = [
        Element(Calendar.StartTime, "20260601T100000.750Z"),
        Element(Calendar.EndTime, "20260601T110000.750Z"),
    ]
    event = added(version, *times)
    assert (event.start_time, event.end_time) == (at("2026-06-01T10:00"), at("2026-06-01T11:00"))
