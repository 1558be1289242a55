"""VTIMEZONEs: the zones that they are, those that they are not, and what is written of either."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from overair.items import Event
from overair.items.icalendar.writing import icalendar_of
from overair.items.time_zones.information import SystemTime, TimeZoneInformation
from support.calendar_texts import NOW, ZONE, component, event, read_one


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def half(name: str, start: str, before: str, after: str, *lines: str) -> str:
    return component(name, f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", *lines)


def zone(tzid: str, *halves: str) -> str:
    return component("VTIMEZONE", f"TZID:{tzid}", *halves)


OUTLOOK = (
    half("STANDARD", "16010101T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
    half("DAYLIGHT", "16010101T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
)
LISTED = (
    half("STANDARD", "20241027T030000", "+0200", "+0100", "RDATE:20251026T030000,20261025T030000"),
    half("DAYLIGHT", "20240331T020000", "+0100", "+0200", "RDATE:20250330T020000", "RDATE:20260329T020000"),
)
BY_DAYS = (
    half(
        "STANDARD",
        "20071104T020000",
        "-0400",
        "-0500",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7",
    ),
    half("DAYLIGHT", "20070311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
)
AT_AN_HOUR = "RRULE:FREQ=YEARLY;BYMINUTE=0;BYDAY=-1SU"
LOTUS = (
    half("STANDARD", "19502910T030000", "+0200", "+0100", f"{AT_AN_HOUR};BYHOUR=3;BYMONTH=10"),
    half("DAYLIGHT", "19502603T020000", "+0100", "+0200", f"{AT_AN_HOUR};BYHOUR=2;BYMONTH=3"),
)
UNREADABLE = component("STANDARD", "DTSTART:19700101T000000")
TOKYO = half("STANDARD", "19700101T000000", "+0900", "+0900")


@pytest.mark.parametrize(
    ("halves", "name"),
    [
        (OUTLOOK, ZONE),
        (LISTED, ZONE),
        (BY_DAYS, "America/New_York"),
        (LOTUS, ZONE),
        ((TOKYO,), "Asia/Tokyo"),
        ((UNREADABLE, TOKYO), "Asia/Tokyo"),
        ((half("STANDARD", "19700101T000000", "+0000", "+0000"),), "UTC"),
    ],
)
def test_a_zone_is_known_by_its_rules(halves: tuple[str, ...], name: str) -> None:
    found = read_one(zone("Ours", *halves), event(start="DTSTART;TZID=Ours:20260702T090000"))
    assert found.dropped == ()
    assert isinstance(found.item, Event)
    assert (found.item.zone, found.item.timezone) == (name, None)


def test_a_zone_may_stand_behind_its_use() -> None:
    found = read_one(event(start="DTSTART;TZID=Ours:20260702T090000"), zone("Ours", *OUTLOOK)).item
    assert isinstance(found, Event)
    assert found.start_time == at("2026-07-02T07:00")


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome", ZONE),
        ("custom_Europe/Paris", "Europe/Paris"),
        ("posix/Europe/Vaduz", "Europe/Vaduz"),
    ],
)
def test_of_zones_with_the_same_rules_the_one_that_is_named(tzid: str, name: str) -> None:
    found = read_one(zone(tzid, *OUTLOOK), event(start=f'DTSTART;TZID="{tzid}":20260702T090000')).item
    assert isinstance(found, Event)
    assert found.zone == name


def test_what_libical_calls_a_zone() -> None:
    halves = ("X-LIC-LOCATION:Europe/Madrid", *OUTLOOK)
    found = read_one(zone("Ours", *halves), event(start="DTSTART;TZID=Ours:20260702T090000")).item
    assert isinstance(found, Event)
    assert found.zone == "Europe/Madrid"


AUTUMN, SPRING = ("RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=9", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=5")
NOWHERE = (
    half("STANDARD", "19700906T010000", "+0317", "+0247", AUTUMN, "TZNAME:Off"),
    half("DAYLIGHT", "19700503T010000", "+0247", "+0317", SPRING, "TZNAME:On"),
)


def test_a_zone_of_nowhere_keeps_its_rules() -> None:
    lines = ["RRULE:FREQ=MONTHLY;COUNT=8", "EXDATE;TZID=Ours:20260702T090000"]
    found = read_one(zone("Ours", *NOWHERE), event(*lines, start="DTSTART;TZID=Ours:20260302T090000"))
    assert found.dropped == ()
    item = found.item
    assert isinstance(item, Event)
    assert item.zone is None
    assert item.start_time == at("2026-03-02T06:13")
    assert [one.exception_start_time for one in item.exceptions or ()] == [at("2026-07-02T05:43")]
    assert item.timezone is not None
    assert TimeZoneInformation.parse(item.timezone) == TimeZoneInformation(
        bias=-167,
        standard_name="Off",
        standard_date=SystemTime(9, 0, 1, 1),
        daylight_name="On",
        daylight_date=SystemTime(5, 0, 1, 1),
        daylight_bias=-30,
    )
    written = icalendar_of(item, default_zone=ZONE, now=NOW).data
    [again] = [read_one(written.decode().partition("\r\n")[2].rpartition("END:")[0]).item]
    assert again == item


def test_what_a_zone_does_not_say_is_read_in_the_house_s() -> None:
    empty = zone("Ours", component("STANDARD", "DTSTART:x"))
    found = read_one(empty, event(start="DTSTART;TZID=Ours:20260702T090000"))
    assert [one.name for one in found.dropped] == ["TZID"]
    assert isinstance(found.item, Event)
    assert found.item.start_time == at("2026-07-02T07:00")


@pytest.mark.parametrize(("year", "name"), [(2000, ZONE), (2026, None)])
def test_a_rule_holds_until_it_ends(year: int, name: str | None) -> None:
    """Then nothing ends the summer any more."""
    rule = "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20101031T000000Z"
    halves = (half("STANDARD", "16010101T030000", "+0200", "+0100", rule), OUTLOOK[1])
    for month, hour in ((1, 8 if year == 2000 else 7), (7, 7)):
        start = f"DTSTART;TZID=Ours:{year}{month:02}02T090000"
        found = read_one(zone("Ours", *halves), event(start=start)).item
        assert isinstance(found, Event)
        assert found.start_time == datetime(year, month, 2, hour, tzinfo=UTC)
        assert (found.zone == ZONE) is (name is not None)


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Europe/Moscow", "Asia/Tokyo"])
def test_the_zone_that_is_written_is_right_in_every_year(name: str) -> None:
    """As another program reads it, by its rules alone."""
    for year in (2006, 2008, 2012, 2020, 2026):
        for month in (1, 4, 7, 10, 11):
            instant = datetime(year, month, 15, 12, tzinfo=UTC)
            item = Event(uid="x", start_time=instant, end_time=instant, zone=name)
            text = icalendar_of(item, now=NOW).data.decode().replace(name, "Somewhere")
            read = Calendar.from_ical(text)
            [found], [found_zone] = read.events, read.timezones
            local = found.start
            assert isinstance(local, datetime)
            rules = found_zone.to_tz(lookup_tzid=False)
            assert local.replace(tzinfo=rules).astimezone(UTC) == instant
