"""Exceptions of a series that moves, and what names them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.event_exceptions import (
    FIRST,
    FULL,
    MOVED,
    RENAMED,
    SERIES,
    V14,
    compact,
    deleted,
    exception,
    of,
    resent,
    with_,
)
from overair.items import Event
from overair.items.calendar.event import EventException
from overair.items.recurrence.occurrences import occurrences, series_of
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import (
    NEW,
    OLD,
    ZONE,
    at,
    changed,
    elements_of,
    events,
    told,
    without,
)


@pytest.mark.req("MS-ASCAL_R23611", "MS-ASCAL_R43511")
@pytest.mark.parametrize("version", OLD)
def test_an_exception_at_another_time(version: Version) -> None:
    def times(start: str | None, end: str | None) -> list[Element]:
        given = [(Calendar.StartTime, start), (Calendar.EndTime, end)]
        return [Element(tag, compact(text)) for tag, text in given if text is not None]

    def after(start: str | None, end: str | None) -> tuple[Any, Any]:
        found = of(resent(SERIES, version, exception("2026-06-02T07:00", *times(start, end))), FIRST)
        return (None, None) if found is None else (found.start_time, found.end_time)

    nine, ten = at("2026-06-02T09:00"), at("2026-06-02T10:00")
    assert after("2026-06-02T09:00", "2026-06-02T10:00") == (nine, ten)
    assert after("2026-06-02T09:00", None) == (nine, at("2026-06-02T09:15"))
    assert after(None, "2026-06-02T10:00") == (None, ten)
    assert after("2026-06-02T07:00", "2026-06-02T07:15") == (None, None)
    with pytest.raises(SchemaError):
        after("2026-06-02T10:00", "2026-06-02T09:00")


@pytest.mark.req("MS-ASCAL_R56311")
@pytest.mark.parametrize("version", OLD)
def test_one_occurrence_of_hours_becomes_a_day(version: Version) -> None:
    sent = exception(
        "2026-06-02T07:00",
        Element(Calendar.AllDayEvent, "1"),
        Element(Calendar.StartTime, compact("2026-06-01T22:00")),
        Element(Calendar.EndTime, compact("2026-06-02T22:00")),
    )
    after = resent(SERIES, version, sent)
    day = EventException(
        exception_start_time=FIRST,
        all_day_event=True,
        start_time=at("2026-06-02T00:00"),
        end_time=at("2026-06-03T00:00"),
    )
    assert of(after, FIRST) == day
    bare = exception("2026-06-02T07:00", Element(Calendar.AllDayEvent, "1"))
    assert of(resent(SERIES, version, bare), FIRST) == day
    shown = (told(after, version).exceptions or ())[0]
    assert (shown.start_time, shown.end_time) == (at("2026-06-01T22:00"), at("2026-06-02T22:00"))


@pytest.mark.parametrize("version", OLD)
def test_exceptions_of_days_are_known_by_the_day(version: Version) -> None:
    daily = with_(
        SERIES,
        start_time=at("2026-06-01T00:00"),
        end_time=at("2026-06-02T00:00"),
        all_day_event=True,
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1),
    )
    after = resent(daily, version, deleted("2026-06-02T22:00"), deleted("2026-06-05T00:00"))
    # Midnight in Berlin, and as phones say it that know no zone.
    assert [one.exception_start_time for one in after.exceptions or ()] == [
        at("2026-06-03T00:00"),
        at("2026-06-05T00:00"),
    ]
    shown = told(after, version).exceptions or ()
    assert [one.exception_start_time for one in shown] == [at("2026-06-02T22:00"), at("2026-06-04T22:00")]


@pytest.mark.parametrize("version", OLD)
def test_exceptions_of_no_occurrence_are_passed_over(version: Version) -> None:
    after = resent(FULL, version, deleted("2026-05-31T07:00"), deleted("2026-07-01T07:00"))
    assert after == FULL
    # On a day of the series it is the occurrence of that day, whatever its hour.
    assert of(resent(FULL, version, deleted("2026-06-09T06:00")), at("2026-06-09T07:00")) is not None
    single = with_(SERIES, recurrence=None)
    assert resent(single, version, deleted("2026-06-01T07:00")) == single


@pytest.mark.req("MS-ASCAL_R243")
@pytest.mark.parametrize("version", OLD)
def test_as_many_exceptions_as_the_schema_takes(version: Version) -> None:
    endless = with_(SERIES, recurrence=Recurrence(type=RecurrenceType.DAILY))
    days = [f"{at('2026-06-01T07:00') + timedelta(days=day):%Y-%m-%dT%H:%M}" for day in range(1001)]
    series = series_of(endless, ZONE)
    assert series is not None
    assert len(resent(endless, version, *[deleted(day) for day in days[:1000]]).exceptions or ()) == 1000
    with pytest.raises(SchemaError):
        resent(endless, version, *[deleted(day) for day in days])


def test_a_series_has_a_limit_of_exceptions() -> None:
    start = at("2000-01-01T07:00")
    many = tuple(
        EventException(exception_start_time=start + timedelta(days=day), deleted=True) for day in range(5000)
    )
    endless = with_(
        SERIES,
        start_time=start,
        end_time=start,
        zone="UTC",
        recurrence=Recurrence(type=RecurrenceType.DAILY),
        exceptions=many,
    )
    assert resent(endless, V14, deleted("2000-01-02T07:00")) == endless
    with pytest.raises(SchemaError) as caught:
        resent(endless, V14, deleted("2020-01-01T07:00"))
    assert caught.value.tag is Calendar.Exceptions


def moved(event: Event, version: Version, **values: Any) -> Event:
    """The event after a client of a version changed these fields of it."""
    return changed(event, version, *elements_of(with_(event, exceptions=None, **values), version))


@pytest.mark.req("MS-ASCAL_R268")
@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_a_series_to_another_hour(version: Version) -> None:
    after = moved(FULL, version, start_time=at("2026-06-01T12:00"), end_time=at("2026-06-01T12:15"))
    starts = [one.exception_start_time for one in after.exceptions or ()]
    assert starts == [at(f"2026-06-0{day}T12:00") for day in (2, 3, 4)]
    shown = told(after, version).exceptions or ()
    # What had the time of the series has its new one, what had its own keeps it.
    assert (shown[0].start_time, shown[0].end_time) == (at("2026-06-02T12:00"), at("2026-06-02T12:15"))
    assert (shown[1].start_time, shown[1].end_time) == (MOVED.start_time, MOVED.end_time)


@pytest.mark.parametrize("version", OLD)
def test_a_phone_may_name_exceptions_by_the_old_hour(version: Version) -> None:
    elements = elements_of(
        with_(FULL, start_time=at("2026-06-01T12:00"), end_time=at("2026-06-01T12:15")), version
    )
    old = [one for one in elements_of(FULL, version) if one.tag is Calendar.Exceptions]
    old[0].content = [*old[0], deleted("2026-06-05T07:00")]
    after = changed(FULL, version, *without(elements, Calendar.Exceptions), *old)
    starts = [one.exception_start_time for one in after.exceptions or ()]
    assert starts == [at(f"2026-06-0{day}T12:00") for day in (2, 3, 4, 5)]
    assert of(after, at("2026-06-02T12:00")) == msgspec.structs.replace(
        RENAMED, exception_start_time=at("2026-06-02T12:00")
    )


@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_a_series_to_another_day(version: Version) -> None:
    weekly = with_(
        FULL,
        recurrence=Recurrence(
            type=RecurrenceType.WEEKLY, day_of_week=int(DayOfWeek.MONDAY), first_day_of_week=0
        ),
        exceptions=(msgspec.structs.replace(RENAMED, exception_start_time=at("2026-06-08T07:00")),),
    )
    after = moved(
        weekly,
        version,
        start_time=at("2026-06-03T07:00"),
        end_time=at("2026-06-03T07:15"),
        recurrence=Recurrence(
            type=RecurrenceType.WEEKLY, day_of_week=int(DayOfWeek.WEDNESDAY), first_day_of_week=0
        ),
    )
    assert [one.exception_start_time for one in after.exceptions or ()] == [at("2026-06-10T07:00")]


@pytest.mark.parametrize("version", SERVED)
def test_exceptions_go_with_the_occurrences_that_go(version: Version) -> None:
    shorter = msgspec.structs.replace(SERIES.recurrence or Recurrence(), until=at("2026-06-03T07:00"))
    after = moved(FULL, version, recurrence=shorter)
    assert after.exceptions == (RENAMED, MOVED)
    single = changed(
        FULL, version, *without(elements_of(FULL, version), Calendar.Recurrence, Calendar.Exceptions)
    )
    if version >= Version.V16_0:
        single = changed(FULL, version, Element(Calendar.Recurrence))
    assert (single.recurrence, single.exceptions) == (None, None)


@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_into_another_zone(version: Version) -> None:
    there = moved(
        FULL,
        version,
        zone="America/New_York",
        start_time=at("2026-06-01T11:00"),
        end_time=at("2026-06-01T11:15"),
    )
    assert there.zone == "America/New_York"
    starts = [one.exception_start_time for one in there.exceptions or ()]
    assert starts == [at(f"2026-06-0{day}T11:00") for day in (2, 3, 4)]


@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_a_series_that_becomes_one_of_days(version: Version) -> None:
    after = moved(
        FULL,
        version,
        all_day_event=True,
        start_time=at("2026-06-01T00:00"),
        end_time=at("2026-06-02T00:00"),
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, until=at("2026-06-30T00:00")),
    )
    assert [one.exception_start_time for one in after.exceptions or ()] == [
        at(f"2026-06-0{day}T00:00") for day in (2, 3, 4)
    ]
    own = of(after, at("2026-06-03T00:00"))
    assert own is not None
    assert (own.start_time, own.end_time) == (at("2026-06-03T00:00"), at("2026-06-04T00:00"))


@pytest.mark.req("MS-ASCAL_R2097", "MS-ASCAL_R2114", "MS-ASCAL_R2180", "MS-ASCAL_R2202")
@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize(
    "elements",
    [
        [Element(Calendar.StartTime, compact("2026-06-01T06:30"))],
        [Element(Calendar.EndTime, compact("2026-06-01T08:00"))],
        [Element(Calendar.Recurrence, [Element(Calendar.Type, "0"), Element(Calendar.Interval, "2")])],
        [Element(Calendar.Recurrence, [Element(Calendar.Interval, "2")])],
        [Element(Calendar.Recurrence, [])],
    ],
)
def test_from_16_on_exceptions_go_when_the_series_moves(version: Version, elements: list[Element]) -> None:
    assert changed(FULL, version, *elements).exceptions is None


@pytest.mark.req("MS-ASCAL_R2097", "MS-ASCAL_R2114", "MS-ASCAL_R2180", "MS-ASCAL_R2202")
@pytest.mark.parametrize("version", NEW)
def test_from_16_on_exceptions_stay_when_nothing_moves(version: Version) -> None:
    same = without(elements_of(FULL, version), Calendar.Exceptions, Calendar.Subject)
    assert changed(FULL, version, *same, Element(Calendar.Subject, "x")).exceptions == FULL.exceptions
    # The same pattern in other words, and one that only ends elsewhere.
    pattern = [
        Element(Calendar.Type, "0"),
        Element(Calendar.Until, compact("2026-07-30T07:00")),
        Element(Calendar.IsLeapMonth, "0"),
    ]
    longer = changed(FULL, version, Element(Calendar.Recurrence, pattern))
    assert longer.recurrence != FULL.recurrence
    assert longer.exceptions == FULL.exceptions


@pytest.mark.req("MS-ASCAL_R2098", "MS-ASCAL_R2106")
@pytest.mark.parametrize("version", SERVED)
def test_an_exception_has_to_name_its_occurrence(version: Version) -> None:
    nameless = Element(Calendar.Exception, [Element(Calendar.Deleted, "1")])
    broken = Element(Calendar.Exception, [Element(AirSyncBase.InstanceId, "soon")])
    for one in [nameless, Element(Calendar.Exception)] + ([broken] if version >= Version.V16_0 else []):
        with pytest.raises(SchemaError) as caught:
            resent(FULL, version, one)
        expected = AirSyncBase.InstanceId if version >= Version.V16_0 else Calendar.ExceptionStartTime
        assert caught.value.tag is expected


@given(
    before=events(recurring=True, unchanging=True),
    sent=events(recurring=True, unchanging=True),
    version=st.sampled_from(SERVED),
)
def test_every_exception_is_of_an_occurrence(before: Event, sent: Event, version: Version) -> None:
    after = changed(before, version, *elements_of(sent, version))
    series = series_of(after, ZONE)
    assert series is not None
    for one in after.exceptions or ():
        assert series.contains(one.exception_start_time)
    starts = [one.exception_start_time for one in after.exceptions or ()]
    assert starts == sorted(set(starts))
    for found in occurrences(after, at("1995-01-01T00:00"), at("2012-01-01T00:00"), ZONE):
        assert found.end >= found.start
