"""When somebody is busy by an event: recurrence, exceptions, days, and what is not busy at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overair.items.calendar.busy import Busy, busy_times
from overair.items.calendar.event import Event, EventException
from overair.items.recurrence.pattern import Recurrence, RecurrenceType

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""A Monday."""
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def event(**fields: Any) -> Event:
    given: dict[str, Any] = {"start_time": START, "end_time": START + HOUR, "zone": "UTC"}
    return Event(**given | fields)


def busy(one: Event, first: datetime = MIDNIGHT, days: int = 7, zone: str = "UTC") -> list[Busy]:
    return list(busy_times(one, first, first + days * DAY, zone))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 2),
        ({"busy_status": 0}, None),
        ({"busy_status": 1}, 1),
        ({"busy_status": 3}, 3),
        ({"busy_status": 4}, None),
        ({"busy_status": 2, "meeting_status": 5}, None),
        ({"busy_status": 2, "meeting_status": 7}, None),
        ({"busy_status": 2, "meeting_status": 3, "response_type": 4}, None),
        ({"busy_status": 1, "meeting_status": 3, "response_type": 5}, 1),
        ({"end_time": START}, None),
        ({"start_time": None, "end_time": None}, None),
    ],
)
def test_the_status_of_an_event(fields: dict[str, Any], status: int | None) -> None:
    expected = [] if status is None else [Busy(START, START + HOUR, status)]
    assert busy(event(**fields)) == expected


def test_what_lies_beside_the_time_that_is_asked_about() -> None:
    assert busy(event(), START + HOUR) == []
    assert busy(event(), START - DAY, 1) == []
    assert len(busy(event(), START + HOUR - timedelta(seconds=1))) == 1


def test_a_series_with_its_exceptions() -> None:
    def at(day: int) -> datetime:
        return START + day * DAY

    series = event(
        busy_status=2,
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1),
        exceptions=(
            EventException(exception_start_time=at(1), deleted=True),
            EventException(
                exception_start_time=at(2), start_time=at(2) + 5 * HOUR, end_time=at(2) + 6 * HOUR
            ),
            EventException(exception_start_time=at(3), busy_status=3),
            EventException(exception_start_time=at(4), meeting_status=7),
            EventException(exception_start_time=at(5), busy_status=0),
        ),
    )
    assert busy(series) == [
        Busy(at(0), at(0) + HOUR, 2),
        Busy(at(2) + 5 * HOUR, at(2) + 6 * HOUR, 2),
        Busy(at(3), at(3) + HOUR, 3),
        Busy(at(6), at(6) + HOUR, 2),
    ]


@pytest.mark.parametrize(("named", "offset"), [("Europe/Berlin", 1), (None, -5), ("Pacific/Auckland", 13)])
def test_the_days_of_an_all_day_event_are_those_of_its_zone(named: str | None, offset: int) -> None:
    """Where it names none, they are the house's."""
    whole = event(
        start_time=MIDNIGHT + DAY, end_time=MIDNIGHT + 2 * DAY, all_day_event=True, zone=named, busy_status=3
    )
    begin = MIDNIGHT + DAY - offset * HOUR
    assert busy(whole, zone="America/New_York") == [Busy(begin, begin + DAY, 3)]
    assert busy(whole, begin + DAY, zone="America/New_York") == []
    assert len(busy(whole, begin + DAY - timedelta(minutes=1), zone="America/New_York")) == 1


def test_an_occurrence_of_an_all_day_series_that_has_a_time() -> None:
    timed = EventException(
        exception_start_time=MIDNIGHT + DAY,
        start_time=START + DAY,
        end_time=START + DAY + HOUR,
        all_day_event=False,
    )
    series = event(
        start_time=MIDNIGHT,
        end_time=MIDNIGHT + DAY,
        all_day_event=True,
        zone="Europe/Berlin",
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=2),
        exceptions=(timed,),
    )
    assert busy(series) == [
        Busy(MIDNIGHT - HOUR, MIDNIGHT + DAY - HOUR, 2),
        Busy(START + DAY, START + DAY + HOUR, 2),
    ]


def test_the_ends_of_time() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert list(busy_times(event(), last - DAY, last, "UTC")) == []
    assert list(busy_times(event(), datetime.min.replace(tzinfo=UTC), last, "UTC")) == [
        Busy(START, START + HOUR, 2)
    ]
