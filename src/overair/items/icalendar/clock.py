"""Times written to iCalendar: the wall clock of a zone, UTC, or dates; and the zones that were used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from typing import NamedTuple

from icalendar import Component, Timezone, vDate, vDatetime

from overair.items.icalendar.vtimezone import vtimezone
from overair.items.time_zones import zones as time_zones
from overair.items.time_zones.information import TimeZoneInformation

_EARLIEST, _LATEST = 1900, 2200
"""The years whose rules a VTIMEZONE tells one by one."""


class Used(NamedTuple):
    """A zone that times name, and the years between which they lie."""

    tzid: str
    first: int
    last: int
    rules: TimeZoneInformation | None = None
    """Those of a zone that has no IANA name."""


class Clock:
    """How the times of one component are written."""

    def __init__(
        self, zone: str | None, timezone: bytes | None = None, *, all_day: bool = False, recurs: bool = False
    ) -> None:
        self._all_day = all_day
        self._recurs = recurs
        self._tzid: str | None = None
        self.tzinfo: tzinfo = UTC
        self._rules: TimeZoneInformation | None = None
        self._years: set[int] = set()
        if zone is not None and time_zones.is_zone(zone):
            self._tzid, self.tzinfo = zone, time_zones.tzinfo(zone)
        elif timezone is not None and (rules := TimeZoneInformation.stored(timezone)) is not None:
            self._rules = rules
            self._tzid = rules.standard_name or f"Custom {blake2b(timezone, digest_size=4).hexdigest()}"
            self.tzinfo = time_zones.rules(rules)

    @property
    def used(self) -> Used | None:
        """The zone that was named."""
        if self._tzid is None or not self._years:
            return None
        return Used(self._tzid, min(self._years), max(self._years), self._rules)

    def add(self, component: Component, name: str, instant: datetime, *, all_day: bool | None = None) -> None:
        """Write a time; of what is all day the date."""
        if self._all_day if all_day is None else all_day:
            component.add(name, vDate(instant.astimezone(UTC).date()), {"VALUE": "DATE"})
            return
        local = self._local(instant)
        if local is None:
            component.add(name, vDatetime(instant.astimezone(UTC)))
        else:
            component.add(name, vDatetime(local), {"TZID": self._tzid or ""})

    def _local(self, instant: datetime) -> datetime | None:
        """The wall clock's time; None where UTC stands: without a zone, and in an hour that is twice.

        What recurs does so by the wall clock.
        """
        if self._tzid is None:
            return None
        local = instant.astimezone(self.tzinfo)
        if not self._recurs and local.replace(tzinfo=self.tzinfo, fold=0).astimezone(UTC) != instant:
            return None
        self._years.add(local.year)
        return local.replace(tzinfo=None)


def vtimezones(used: Iterable[Used], now: datetime) -> list[Timezone]:
    """The VTIMEZONE of each zone, right from the first year in which it is used on."""
    spans: dict[str, Used] = {}
    for one in used:
        known = spans.get(one.tzid, one)
        spans[one.tzid] = Used(one.tzid, min(one.first, known.first), max(one.last, known.last), known.rules)
    return [vtimezone(one.tzid, _rules(one, now)) for one in spans.values()]


def _rules(used: Used, now: datetime) -> list[tuple[int, TimeZoneInformation]]:
    first = max(min(used.first, now.year) - 1, _EARLIEST)
    if used.rules is not None:
        return [(first, used.rules)]
    rules: list[tuple[int, TimeZoneInformation]] = []
    for year in range(first, min(max(used.last, now.year) + 1, _LATEST) + 1):
        found = time_zones.information(used.tzid, year)
        if not rules or rules[-1][1] != found:
            rules.append((year, found))
    return rules
