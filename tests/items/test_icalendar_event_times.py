"""When a VEVENT is: times, days, lengths and zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from overair.items import Event
from overair.items.icalendar.results import Converted
from support.calendar_texts import (
    ZONE,
    calendar,
    described,
    dropped,
    event,
    event_of,
    read,
    read_one,
    refused,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "lines", "expected"),
    [
        ("DTSTART:20260302T090000Z", ["DTEND:20260302T103000Z"], ("2026-03-02T09:00", "2026-03-02T10:30")),
        ("DTSTART:20260302T090000Z", [], ("2026-03-02T09:00", "2026-03-02T09:00")),
        ("DTSTART:20260302T090000", [], ("2026-03-02T08:00", "2026-03-02T08:00")),
        (
            "DTSTART;TZID=America/New_York:20260302T090000",
            ["DTEND;TZID=Europe/London:20260302T150000"],
            ("2026-03-02T14:00", "2026-03-02T15:00"),
        ),
        # A day is a day of the wall clock, 24 hours are 24 hours.
        (
            "DTSTART;TZID=Europe/Berlin:20260328T120000",
            ["DURATION:P1D"],
            ("2026-03-28T11:00", "2026-03-29T10:00"),
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20260328T120000",
            ["DURATION:PT24H"],
            ("2026-03-28T11:00", "2026-03-29T11:00"),
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20260328T120000",
            ["DURATION:P1DT1H"],
            ("2026-03-28T11:00", "2026-03-29T11:00"),
        ),
    ],
)
def test_the_times_of_an_event(start: str, lines: list[str], expected: tuple[str, str]) -> None:
    found = event_of(*lines, start=start)
    assert (found.start_time, found.end_time) == tuple(map(at, expected))
    assert found.all_day_event is False


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["DTEND;VALUE=DATE:20260305"], 3),
        ([], 1),
        (["DURATION:P2D"], 2),
        (["DURATION:P1W"], 7),
        (["DTEND;VALUE=DATE:20260302"], 1),
    ],
)
def test_an_event_of_whole_days(lines: list[str], days: int) -> None:
    found = event_of(*lines, start="DTSTART;VALUE=DATE:20260302")
    assert found.all_day_event is True
    assert (found.start_time, found.end_time) == (at("2026-03-02"), at("2026-03-02") + timedelta(days))
    assert found.zone is None


def test_midnights_that_outlook_calls_a_day() -> None:
    found = event_of(
        "DTEND;TZID=America/New_York:20260304T000000",
        "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        start="DTSTART;TZID=America/New_York:20260302T000000",
    )
    assert (found.all_day_event, found.start_time, found.end_time) == (
        True,
        at("2026-03-02"),
        at("2026-03-04"),
    )


def test_the_zone_of_an_event() -> None:
    zones = {
        "DTSTART;TZID=America/New_York:20260302T090000": "America/New_York",
        "DTSTART;TZID=W. Europe Standard Time:20260302T090000": "Europe/Berlin",
        "DTSTART;TZID=/citadel.org/20260301_1/Asia/Tokyo:20260302T090000": "Asia/Tokyo",
        "DTSTART:20260302T090000": ZONE,
        "DTSTART:20260302T090000Z": None,
    }
    assert {start: event_of(start=start).zone for start in zones} == zones


def test_the_zone_of_a_calendar() -> None:
    """Google writes single events in UTC, and floating times mean the calendar's zone."""
    for start, hour in (("DTSTART:20260302T090000Z", 9), ("DTSTART:20260302T090000", 14)):
        found = read_one("X-WR-TIMEZONE:America/New_York", event(start=start)).item
        assert isinstance(found, Event)
        assert (found.zone, found.start_time) == (
            "America/New_York",
            at("2026-03-02").replace(hour=hour),
        )


def test_a_series_in_utc_stays_there() -> None:
    found = read_one("X-WR-TIMEZONE:America/New_York", event("RRULE:FREQ=DAILY")).item
    assert isinstance(found, Event)
    assert found.zone == "UTC"


def test_an_unknown_zone_is_said() -> None:
    [found] = read(calendar(event(start="DTSTART;TZID=Middle Earth:20260302T090000")))
    assert isinstance(found, Converted)
    assert [described(one) for one in found.dropped] == [
        "TZID: is no zone that is known: read in the calendar's own"
    ]
    assert isinstance(found.item, Event)
    assert found.item.zone == ZONE


def test_times_that_make_no_sense() -> None:
    assert dropped(event("DTEND:20260301T090000Z")) == ["DTEND: is before the start"]
    assert dropped(event("DTEND:tomorrow")) == ["DTEND: is no time, or none that can be kept"]
    assert dropped(event("DURATION:P999999999999W")) == ["DURATION: is no time, or none that can be kept"]
    starts = [
        "DTSTART:",
        "DTSTART:00010101T000000",
        "DTSTART:20261301T000000",
        "DTSTART:PT1H",
        "DESCRIPTION:x",
    ]
    reasons = {refused(calendar(event(start=start)))[1] for start in starts}
    assert reasons == {"has a DTSTART that is no time, or none that can be kept", "has no DTSTART"}
