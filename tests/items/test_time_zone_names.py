"""Zones by the names of Windows and of the tz database, and what finding one costs."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from time import process_time

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from overair.items.time_zones import zones as time_zones
from overair.items.time_zones.names import zone_names
from overair.items.time_zones.windows_zones import IANA_NAMES, WINDOWS_NAMES
from overair.items.time_zones.zones import (
    TimeZoneInformation,
    iana_name,
    information,
    machine_zone,
    packed,
    rules,
    same_wall_time,
    tzinfo,
    windows_name,
    zone_of,
)

CENTRAL = information("Europe/Berlin", 2026)


def test_windows_zones() -> None:
    assert set(WINDOWS_TO_OLSON) == set(IANA_NAMES)
    for windows, old_name in WINDOWS_TO_OLSON.items():
        zone = iana_name(windows)
        assert zone is not None
        assert zone in zone_names()
        assert windows_name(zone) == windows
        assert windows_name(old_name) == windows
        for sent in (
            information(zone, 2026),
            TimeZoneInformation.parse(information(old_name, 2026).pack()),
        ):
            assert zone_of(sent, year=2026) in (zone, old_name)
            assert sent.standard_name == windows
    assert iana_name("Nowhere Standard Time") is None
    assert windows_name("Antarctica/Troll") is None


def test_every_zone_has_a_name_of_windows() -> None:
    known = set(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()) - {"Factory"}
    assert known - set(WINDOWS_NAMES) == {"Antarctica/Troll"}
    assert set(WINDOWS_NAMES) <= set(zone_names())
    assert len(WINDOWS_NAMES) == sum(map(len, IANA_NAMES.values()))


@pytest.mark.parametrize(
    "name", ["", "Berlin", "../UTC", "/etc/passwd", "Europe", "Europe/berlin", "localtime"]
)
def test_no_zone_of_that_name(name: str) -> None:
    for use in (tzinfo, lambda zone: information(zone, 2026)):
        with pytest.raises(ValueError, match="no time zone"):
            use(name)


def test_the_same_time_on_the_wall() -> None:
    berlin, new_york = tzinfo("Europe/Berlin"), tzinfo("America/New_York")
    noon = datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert same_wall_time(noon, berlin, new_york) == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert same_wall_time(noon, berlin, rules(CENTRAL)) is noon
    # A daily meeting at 9 from before the rules changed, shown by those of today.
    before = datetime(2006, 3, 20, 14, tzinfo=UTC)
    shown = same_wall_time(before, new_york, rules(information("America/New_York", 2026)))
    assert shown == datetime(2006, 3, 20, 13, tzinfo=UTC)
    assert same_wall_time(shown, rules(information("America/New_York", 2026)), new_york) == before
    end = datetime.max.replace(tzinfo=UTC)
    assert same_wall_time(end, berlin, new_york) is end


@pytest.mark.parametrize(
    ("environment", "link", "file", "zone"),
    [
        ({}, "/usr/share/zoneinfo/Europe/Berlin", None, "Europe/Berlin"),
        ({}, "../usr/share/zoneinfo/posix/Asia/Kolkata", "Europe/Paris", "Asia/Kolkata"),
        ({}, None, "Europe/Paris\n", "Europe/Paris"),
        ({}, "/usr/share/zoneinfo/Mars/Olympus", None, "UTC"),
        ({}, None, None, "UTC"),
        ({"TZ": "America/Lima"}, "/usr/share/zoneinfo/Europe/Berlin", None, "America/Lima"),
        ({"TZ": ":/usr/share/zoneinfo/America/Lima"}, None, None, "America/Lima"),
        ({"TZ": ""}, "/usr/share/zoneinfo/Europe/Berlin", None, "UTC"),
        ({"TZ": "CET-1CEST"}, "/usr/share/zoneinfo/Europe/Berlin", None, "Europe/Berlin"),
    ],
)
def test_the_zone_of_the_machine(
    tmp_path: Path, environment: dict[str, str], link: str | None, file: str | None, zone: str
) -> None:
    (tmp_path / "etc").mkdir()
    if link is not None:
        (tmp_path / "etc/localtime").symlink_to(link)
    if file is not None:
        (tmp_path / "etc/timezone").write_text(file, encoding="utf-8")
    assert machine_zone(environment, tmp_path) == zone


def test_a_lookup_costs_little() -> None:
    """In CPU time, which the machine's load does not change, and with room for a slow machine."""
    bare = TimeZoneInformation.parse(information("Europe/Lisbon", 2033).pack(names=False))
    begun = process_time()
    zone_of(bare, year=2033)
    assert process_time() - begun < 3
    begun = process_time()
    for _ in range(1000):
        information("Europe/Lisbon", 2033)
        packed("Europe/Lisbon", 2033)
        zone_of(bare, year=2033)
    assert process_time() - begun < 0.2
    begun = process_time()
    for year in range(1000):
        time_zones._zone_of.__wrapped__(bare, (2033,), (str(year),))
    assert process_time() - begun < 0.5
