"""Every zone in many years: the structure's rules give the offsets of the tz database, at every change."""

from __future__ import annotations

import zoneinfo
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from overair.items.time_zones.names import zone_names
from overair.items.time_zones.zones import TimeZoneInformation, information, rules, tzinfo, zone_of
from support.tz_database import EPOCH, changes_of, data_of, distinct_zones, offset_of

ALWAYS = (1970, 2010, 2026, 2029)
SAMPLED = (1970, 1992, 2006, 2010, 2014, 2026, 2027, 2029)
BY_RULES_ALONE = (2038, 2045, 2100)
ALL_YEARS = range(1970, 2061)

CANNOT_BE_TOLD = {
    "seconds": "the zone kept the time of the sun, with seconds; the structure has minutes",
    "three offsets": "the zone changed between three offsets in the year; the structure has two",
    "too many changes": "the zone changed its clocks three or four times; the structure does so twice",
}
"""Why the structure cannot express a year. It is as the zone for most of the year then."""

SINCE_2000 = {
    2000: {"America/Noronha", "America/Fortaleza", "America/Maceio", "America/Recife", "America/Boa_Vista"},
    2002: {"Asia/Tomsk"},
    2004: {"Asia/Tbilisi"},
    2007: {"America/Indiana/Winamac"},
    2008: {"America/Argentina/San_Luis"},
    2010: {"Africa/Cairo", "America/Bahia_Banderas"},
    2011: {"Asia/Hebron", "Pacific/Apia"},
    2012: {"Africa/Casablanca", "Africa/El_Aaiun"},
    2013: {"Africa/Casablanca", "Africa/El_Aaiun"},
    2014: {"Africa/Casablanca", "Africa/El_Aaiun", "Africa/Cairo", "Europe/Simferopol"},
    2015: {"Africa/Casablanca", "Africa/El_Aaiun"},
    2016: {"Africa/Casablanca", "Africa/El_Aaiun"},
    2017: {"Africa/Casablanca", "Africa/El_Aaiun"},
    2018: {"Africa/Casablanca", "Africa/El_Aaiun"},
    2019: {"America/Metlakatla"},
}
"""All that cannot be told between 2000 and 2025."""


class _Change(NamedTuple):
    instant: int
    before: int
    after: int


def within(zone: str, year: int) -> list[_Change]:
    """The zone's changes that its clocks show in the year."""
    info = zoneinfo.ZoneInfo(zone)
    found = []
    for instant in changes_of(zone, year):
        change = _Change(instant, offset_of(info, instant - 1), offset_of(info, instant))
        shown = EPOCH + timedelta(seconds=change.instant + change.before)
        if shown.year == year and shown != datetime(year, 1, 1, tzinfo=UTC):
            found.append(change)
    return found


def reason_against(zone: str, year: int) -> str | None:
    """Why the year cannot be told, as a key of CANNOT_BE_TOLD."""
    changes = within(zone, year)
    offsets = {one for change in changes for one in (change.before, change.after)}
    offsets.add(offset_of(zoneinfo.ZoneInfo(zone), int(datetime(year, 7, 1, tzinfo=UTC).timestamp())))
    if any(offset % 60 for offset in offsets):
        return "seconds"
    if len(offsets) > 2:
        return "three offsets"
    return "too many changes" if len(changes) > 2 else None


def probes(zone: str, year: int) -> list[datetime]:
    """Instants of the year: around each change, and one in each month."""
    found = [datetime(year, month, 15, 12, tzinfo=UTC) for month in range(1, 13)]
    for change in within(zone, year):
        found += [EPOCH + timedelta(seconds=change.instant + more) for more in (-3600, -1, 0, 3600)]
    return found


def differences(zone: str, year: int, *, walls: bool) -> list[datetime]:
    """The probes at which the structure that is sent for the year says another offset than the zone."""
    told = rules(TimeZoneInformation.parse(information(zone, year).pack()))
    info = tzinfo(zone)
    found = []
    for instant in probes(zone, year):
        local = instant.astimezone(info)
        # The other way round, also for times that clocks show twice or never.
        shown = (local, local.replace(fold=1 - local.fold), local + timedelta(hours=1)) if walls else ()
        if (local.year == year and local.utcoffset() != instant.astimezone(told).utcoffset()) or any(
            one.year == year and one.utcoffset() != one.replace(tzinfo=told).utcoffset() for one in shown
        ):
            found.append(instant)
    return found


def check(zone: str, year: int) -> str | None:
    """Hold one year of one zone against the tz database; the reason where it cannot be told."""
    reason = reason_against(zone, year)
    different = differences(zone, year, walls=reason is None)
    if reason is None:
        assert not different, (zone, year, different, information(zone, year))
    elif reason != "seconds":
        assert 2 * len(different) < len(probes(zone, year)), (zone, year, different)
    return reason


@pytest.mark.req("MS-ASDTYPE_R110", "MS-ASDTYPE_R111", "MS-ASDTYPE_R113", "MS-ASDTYPE_R117")
@pytest.mark.req("MS-ASDTYPE_R118", "MS-ASDTYPE_R120")
@pytest.mark.parametrize(
    "year", [year if year in ALWAYS else pytest.param(year, marks=pytest.mark.full) for year in SAMPLED]
)
def test_every_zone_in_sampled_years(year: int) -> None:
    told = {zone: check(zone, year) for zone in distinct_zones()}
    not_told = {data_of(zone) for zone, reason in told.items() if reason is not None}
    if year in range(2000, 2026):
        assert not_told == {data_of(zone) for zone in SINCE_2000.get(year, ())}
    else:
        assert len(not_told) < 30


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo"],
)
def test_years_that_only_rules_tell(zone: str) -> None:
    for year in BY_RULES_ALONE:
        assert check(zone, year) is None
        assert len(within(zone, year)) == 2


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("decade", range(1970, 2061, 10))
def test_every_zone_in_every_year(decade: int) -> None:
    reasons: Counter[str] = Counter()
    for year in set(ALL_YEARS) & set(range(decade, decade + 10)):
        for zone in distinct_zones():
            if reason := check(zone, year):
                reasons[reason] += 1
    assert set(reasons) <= set(CANNOT_BE_TOLD)
    assert reasons.total() <= 50


@pytest.mark.parametrize("year", [1985, 2027])
def test_every_zone_is_known_again(year: int) -> None:
    for zone in zone_names():
        sent = TimeZoneInformation.parse(information(zone, year).pack())
        assert zone_of(sent, year=year) == zone


@pytest.mark.parametrize("year", [2014, 2060])
def test_without_names_every_zone_is_known_as_one_of_the_same_rules(year: int) -> None:
    for zone in zone_names():
        data = information(zone, year).pack(names=False)
        assert any(data), zone
        sent = TimeZoneInformation.parse(data)
        found = zone_of(sent, year=year)
        assert found is not None
        nameless = TimeZoneInformation.parse(information(found, year).pack(names=False))
        assert {rules(sent).utcoffset(at) for at in local_times(year)} == {
            rules(nameless).utcoffset(at) for at in local_times(year)
        }
        assert zone_of(sent, year=year, preferred=(zone,)) == zone


def local_times(year: int) -> list[datetime]:
    """Noon of each fifth day."""
    return [datetime(year, 1, 1, 12) + timedelta(days=5 * step) for step in range(73)]  # noqa: DTZ001 - local
