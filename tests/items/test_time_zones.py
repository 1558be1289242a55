"""Time zones: the structure that phones are sent, and the zone that is meant by what they send."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items.time_zones.information import SIZE, SystemTime
from overair.items.time_zones.names import zone_names
from overair.items.time_zones.zones import (
    TimeZoneInformation,
    information,
    packed,
    rules,
    same_wall_time,
    zone_of,
)

CENTRAL = information("Europe/Berlin", 2026)

BERLIN = base64.b64decode("xP///w" + "A" * 88 + "oAAAAFAAM" + "A" * 103 + "MAAAAFAAIAAAAAAAAAxP///w==")
"""What phones send for Berlin: no names, the last Sundays of March and October."""


def named(bias: int, standard: str, daylight: str = "") -> TimeZoneInformation:
    """A zone without daylight time."""
    return TimeZoneInformation(bias, standard_name=standard, daylight_name=daylight)


@pytest.mark.req("MS-ASDTYPE_R104", "MS-ASDTYPE_R110", "MS-ASDTYPE_R112", "MS-ASDTYPE_R117")
@pytest.mark.req("MS-ASDTYPE_R119", "MS-ASCAL_R44511", "MS-ASCAL_R447")
def test_what_phones_send_for_berlin() -> None:
    found = TimeZoneInformation.parse(BERLIN)
    assert found == TimeZoneInformation(
        bias=-60,
        standard_date=SystemTime(month=10, day_of_week=0, day=5, hour=3),
        daylight_date=SystemTime(month=3, day_of_week=0, day=5, hour=2),
        daylight_bias=-60,
    )
    assert information("Europe/Berlin", 2026).pack(names=False) == BERLIN
    assert zone_of(found, year=2026) == "Europe/Berlin"


@pytest.mark.req("MS-ASDTYPE_R104", "MS-ASDTYPE_R107", "MS-ASDTYPE_R109", "MS-ASDTYPE_R110")
@pytest.mark.req("MS-ASDTYPE_R112", "MS-ASDTYPE_R114", "MS-ASDTYPE_R116", "MS-ASDTYPE_R117")
@pytest.mark.req("MS-ASDTYPE_R119")
def test_the_bytes_have_the_order_of_the_structure() -> None:
    data = information("America/Los_Angeles", 2026).pack()
    assert len(data) == SIZE == 172
    assert struct.unpack_from("<i", data, 0) == (480,)
    assert data[4:68] == "Pacific Standard Time".encode("utf-16-le").ljust(64, b"\0")
    assert struct.unpack_from("<8Hi", data, 68) == (0, 11, 0, 1, 2, 0, 0, 0, 0)
    assert data[88:152] == "Pacific Daylight Time".encode("utf-16-le").ljust(64, b"\0")
    assert struct.unpack_from("<8Hi", data, 152) == (0, 3, 0, 2, 2, 0, 0, 0, -60)


def test_a_long_name_is_cut_and_still_ends() -> None:
    data = named(0, "x" * 40, "America/Argentina/ComodRivadavia").pack()
    assert data[4:68] == ("x" * 31).encode("utf-16-le") + b"\0\0"
    assert data[150:152] == b"\0\0"
    sent = information("America/Argentina/ComodRivadavia", 2026).pack()
    assert zone_of(TimeZoneInformation.parse(sent), year=2026) == "America/Argentina/ComodRivadavia"


def test_names_are_only_left_out_when_asked() -> None:
    whole = information("Europe/Lisbon", 2026)
    bare = TimeZoneInformation.parse(whole.pack(names=False))
    assert (bare.standard_name, bare.daylight_name) == ("", "")
    assert (whole.standard_name, whole.daylight_name) == ("GMT Standard Time", "Europe/Lisbon")
    assert packed("Europe/Lisbon", 2026, names=False) == bare.pack()
    assert packed("Europe/Lisbon", 2026) == whole.pack()


@pytest.mark.parametrize(
    ("zone", "year", "standard", "daylight", "bias", "more"),
    [
        # Its standard time is the summer's in the tz database; phones want it the ordinary way.
        ("Europe/Dublin", 2026, (10, 0, 5, 2), (3, 0, 5, 1), 0, -60),
        ("Africa/Casablanca", 2026, (2, 0, 3, 3), (3, 0, 4, 2), 0, -60),
        ("Australia/Sydney", 2026, (4, 0, 1, 3), (10, 0, 1, 2), -600, -60),
        ("Australia/Lord_Howe", 2026, (4, 0, 1, 2), (10, 0, 1, 2), -630, -30),
        ("Antarctica/Troll", 2026, (10, 0, 5, 3), (3, 0, 5, 1), 0, -120),
        # Rules that hold for years before and after, though others are as right in the year itself.
        ("Europe/Berlin", 2027, (10, 0, 5, 3), (3, 0, 5, 2), -60, -60),
        ("Europe/Berlin", 1995, (9, 0, 5, 3), (3, 0, 5, 2), -60, -60),
        ("Europe/London", 1995, (10, 0, 4, 2), (3, 0, 5, 1), 0, -60),
        ("America/New_York", 2006, (10, 0, 5, 2), (4, 0, 1, 2), 300, -60),
        ("America/New_York", 2007, (11, 0, 1, 2), (3, 0, 2, 2), 300, -60),
        # The end of a Thursday, which the month's last Friday is not in every year.
        ("Africa/Cairo", 2026, (10, 4, 5, 23), (4, 5, 5, 0), -120, -60),
        ("America/Santiago", 2026, (4, 6, 1, 23), (9, 6, 1, 23), 240, -60),
        # One change in the year: the other one comes with the new year.
        ("Europe/Moscow", 2014, (10, 0, 5, 2), (1, 3, 1, 0), -180, -60),
        ("Europe/Istanbul", 2016, (1, 5, 1, 0), (3, 0, 5, 3), -120, -60),
        ("America/Sao_Paulo", 2019, (2, 6, 3, 23), (1, 2, 1, 0), 180, -60),
    ],
)
def test_structures_of_single_years(
    zone: str, year: int, standard: tuple[int, ...], daylight: tuple[int, ...], bias: int, more: int
) -> None:
    found = information(zone, year)
    assert found.standard_date is not None
    assert found.daylight_date is not None
    assert found.standard_date.words()[1:5] == standard
    assert found.daylight_date.words()[1:5] == daylight
    assert (found.bias, found.standard_bias, found.daylight_bias) == (bias, 0, more)


def test_the_end_of_a_day_is_its_last_millisecond() -> None:
    found = information("America/Santiago", 2026).standard_date
    assert found is not None
    assert found.words()[4:] == (23, 59, 59, 999)
    # Read, it is midnight: clients that leave out the seconds mean the same.
    sent = information("America/Santiago", 2026)
    assert rules(sent).utcoffset(datetime(2026, 4, 4, 23, 59, 59, 999_999)) == timedelta(hours=-3)  # noqa: DTZ001
    for hour, minute in ((23, 59), (24, 0)):
        bare = TimeZoneInformation(
            sent.bias,
            standard_date=SystemTime(4, 6, 1, hour, minute),
            daylight_date=SystemTime(9, 0, 1, 0, 0),
            daylight_bias=-60,
        )
        assert TimeZoneInformation.parse(bare.pack()) == bare
        assert zone_of(bare, year=2026) == "America/Santiago"


def test_a_zone_without_daylight_time_has_no_dates() -> None:
    phoenix = information("America/Phoenix", 2026)
    assert (phoenix.bias, phoenix.standard_date, phoenix.daylight_date) == (420, None, None)
    assert struct.unpack_from("<8H", phoenix.pack(), 68) == (0,) * 8
    assert struct.unpack_from("<8H", phoenix.pack(), 152) == (0,) * 8


def test_utc_is_no_unknown_zone() -> None:
    for names in (True, False):
        sent = TimeZoneInformation.parse(information("UTC", 2026).pack(names=names))
        assert not sent.is_empty
        assert zone_of(sent, year=2026) == "UTC"
    assert information("UTC", 2026).standard_name == "UTC"


def test_all_zeros_say_nothing() -> None:
    empty = TimeZoneInformation.parse(bytes(SIZE))
    assert empty.is_empty
    assert zone_of(empty, year=2026, preferred=("UTC", "Europe/London")) is None
    assert empty.pack() == bytes(SIZE)


@pytest.mark.parametrize(
    ("zone", "other"),
    [
        ("America/Phoenix", "America/Denver"),
        ("Europe/Berlin", "Europe/Athens"),
        ("Australia/Sydney", "Australia/Brisbane"),
        ("America/Havana", "America/New_York"),
        ("America/Sao_Paulo", "America/Nuuk"),
        ("Asia/Jerusalem", "Africa/Cairo"),
        ("Pacific/Auckland", "Pacific/Fiji"),
    ],
)
def test_the_same_offset_with_other_changes(zone: str, other: str) -> None:
    for name in (zone, other):
        bare = TimeZoneInformation.parse(information(name, 2026).pack(names=False))
        assert zone_of(bare, year=2026, preferred=(zone, other)) == name
        assert zone_of(bare, year=2026) not in {zone, other} - {name}


def test_a_name_tells_zones_of_the_same_rules_apart() -> None:
    for name in ("Europe/London", "Europe/Lisbon", "Europe/Dublin", "Atlantic/Canary"):
        assert zone_of(information(name, 2026), year=2026) == name
        assert zone_of(information(name, 2026), year=2026, preferred=("Europe/London",)) == name


@pytest.mark.parametrize(
    ("standard", "daylight", "preferred", "zone"),
    [
        ("", "", (), "Europe/Berlin"),
        ("", "", ("Europe/Vienna", "Europe/Paris"), "Europe/Vienna"),
        ("", "", ("Europe/Athens", "nonsense", "Europe/Paris"), "Europe/Paris"),
        ("Romance Standard Time", "Romance Daylight Time", (), "Europe/Paris"),
        ("romance standard time", "", (), "Europe/Paris"),
        ("", "Central European Daylight Time", (), "Europe/Warsaw"),
        ("Romance Standard Time", "", ("Europe/Madrid",), "Europe/Madrid"),
        ("europe/rome", "", ("Europe/Madrid",), "Europe/Rome"),
        # Names that do not go with the rules.
        ("GTB Standard Time", "Europe/Athens", (), "Europe/Berlin"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "", (), "Europe/Berlin"),
        ("(GMT+01:00) Brussels, Copenhagen, Madrid, Paris", "", (), "Europe/Paris"),
        ("Zagreb", "", (), "Europe/Zagreb"),
        ("Mitteleuropäische Zeit", "Mitteleuropäische Sommerzeit", (), "Europe/Berlin"),
        ("CET", "CEST", (), "CET"),
        ("\ud800\udfff~\x00", "\t", (), "Europe/Berlin"),
    ],
)
def test_which_of_those_that_fit(standard: str, daylight: str, preferred: tuple[str, ...], zone: str) -> None:
    found = TimeZoneInformation(
        CENTRAL.bias, standard, CENTRAL.standard_date, 0, daylight, CENTRAL.daylight_date, -60
    )
    assert zone_of(found, year=2026, preferred=preferred) == zone


def test_rules_of_today_for_an_event_of_old() -> None:
    bare = TimeZoneInformation.parse(BERLIN)
    for year in (1, 1890, 1969, 1979, 1995, 2300, 9999):
        assert zone_of(bare, year=year) == "Europe/Berlin"
    new_york = TimeZoneInformation.parse(information("America/New_York", 2026).pack(names=False))
    assert zone_of(new_york, year=2001) == "America/New_York"


def test_rules_of_no_zone() -> None:
    found = TimeZoneInformation(
        37, "Nowhere", SystemTime(5, 2, 3, 4), 0, "Nowhere", SystemTime(6, 2, 3, 4), -60
    )
    assert zone_of(found, year=2026, preferred=("Europe/Berlin",)) is None
    assert rules(found).utcoffset(datetime(2026, 1, 1)) == timedelta(minutes=23)  # noqa: DTZ001 - local
    assert rules(found).utcoffset(datetime(2026, 6, 1)) == timedelta(minutes=-37)  # noqa: DTZ001 - local
    assert datetime(2026, 7, 1, tzinfo=UTC).astimezone(rules(found)).utcoffset() == timedelta(minutes=23)


def test_dates_of_one_year() -> None:
    """Some clients write the year in, where they find no rule; then it holds for that year."""
    found = TimeZoneInformation(
        -60,
        standard_date=SystemTime(10, 0, 25, 3, year=2026),
        daylight_date=SystemTime(3, 0, 29, 2, year=2026),
        daylight_bias=-60,
    )
    assert zone_of(found, year=2030) == "Europe/Berlin"
    zone = rules(found)
    assert datetime(2026, 10, 25, 0, 59, tzinfo=UTC).astimezone(zone).utcoffset() == timedelta(hours=2)
    assert datetime(2026, 10, 25, 1, 0, tzinfo=UTC).astimezone(zone).utcoffset() == timedelta(hours=1)
    # In other years it is taken for the fourth Sunday.
    assert datetime(2027, 10, 24, 1, 0, tzinfo=UTC).astimezone(zone).utcoffset() == timedelta(hours=1)
    assert datetime(2027, 10, 24, 0, 59, tzinfo=UTC).astimezone(zone).utcoffset() == timedelta(hours=2)


def test_times_that_clocks_show_twice_or_never() -> None:
    zone = rules(TimeZoneInformation.parse(BERLIN))
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=zone)
    assert twice.utcoffset() == timedelta(hours=2)
    assert twice.replace(fold=1).utcoffset() == timedelta(hours=1)
    assert datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(zone).fold == 1
    never = datetime(2026, 3, 29, 2, 30, tzinfo=zone)
    assert never.utcoffset() == timedelta(hours=1)
    assert never.replace(fold=1).utcoffset() == timedelta(hours=2)
    assert (twice.dst(), twice.replace(fold=1).dst()) == (timedelta(hours=1), timedelta())
    assert rules(CENTRAL).tzname(twice) == "W. Europe Daylight Time"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "172 bytes"),
        (bytes(171), "172 bytes"),
        (bytes(173), "172 bytes"),
        (struct.pack("<i", 1440).ljust(SIZE, b"\0"), "a day or more"),
        (struct.pack("<i", -(2**31)).ljust(SIZE, b"\0"), "a day or more"),
        (BERLIN[:70] + struct.pack("<H", 13) + BERLIN[72:], "no time"),
        (BERLIN[:72] + struct.pack("<2H", 5, 0) + BERLIN[76:], "no day"),
        (BERLIN[:72] + struct.pack("<H", 7) + BERLIN[74:], "no day"),
        (BERLIN[:76] + struct.pack("<2H", 24, 1) + BERLIN[80:], "no time"),
        (BERLIN[:76] + struct.pack("<2H", 1, 60) + BERLIN[80:], "no time"),
        (BERLIN[:68] + struct.pack("<4H", 2026, 2, 0, 29) + BERLIN[76:], "day"),
    ],
)
def test_what_is_no_time_zone(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        TimeZoneInformation.parse(data)


def test_one_date_alone_is_none() -> None:
    found = TimeZoneInformation.parse(BERLIN[:154] + bytes(2) + BERLIN[156:])
    assert (found.standard_date, found.daylight_date) == (None, None)
    assert zone_of(found, year=2026) == "Africa/Lagos"


@given(st.one_of(st.binary(min_size=SIZE, max_size=SIZE), st.binary(max_size=200)), st.integers(0, 10_000))
def test_any_bytes_are_read_or_refused(data: bytes, year: int) -> None:
    try:
        found = TimeZoneInformation.parse(data)
    except ValueError:
        return
    check_usable(found, year)


systemtimes = st.builds(
    SystemTime,
    month=st.integers(1, 12),
    day_of_week=st.integers(0, 6),
    day=st.integers(1, 5),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    second=st.integers(0, 59),
    millisecond=st.integers(0, 999),
    year=st.sampled_from([0, 0, 1, 1601, 2026, 9999]),
)
informations = st.builds(
    TimeZoneInformation,
    bias=st.integers(-700, 700),
    standard_name=st.text(max_size=40),
    standard_date=systemtimes,
    standard_bias=st.integers(-700, 700),
    daylight_name=st.text(max_size=40),
    daylight_date=systemtimes,
    daylight_bias=st.integers(-700, 700),
)


@given(informations, st.integers(1, 9999))
def test_any_structure_can_be_used(found: TimeZoneInformation, year: int) -> None:
    check_usable(found, year)


def check_usable(found: TimeZoneInformation, year: int) -> None:
    """Written and read it is the same; its zone has an offset at all times."""
    again = TimeZoneInformation.parse(found.pack())
    assert TimeZoneInformation.parse(again.pack()) == again
    assert (again.bias, again.standard_date, again.daylight_bias) == (
        found.bias,
        found.standard_date,
        found.daylight_bias,
    )
    zone = rules(found)
    for local in (datetime.min, datetime.max, datetime(min(max(year, 1), 9999), 6, 1)):  # noqa: DTZ001, DTZ901
        assert abs(zone.utcoffset(local) or timedelta()) < timedelta(days=1)
    middle = datetime(min(max(year, 2), 9998), 6, 1, tzinfo=UTC)
    assert middle.astimezone(zone).astimezone(UTC) == middle
    assert same_wall_time(middle, zone, zone) == middle
    known = zone_of(found, year=year)
    assert known is None or known in zone_names()
