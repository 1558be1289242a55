"""Which zone the TZID of a time means: an IANA one, one of Windows, or one of the file's own."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from typing import Final, NamedTuple

import msgspec

from overair.items.icalendar.components import Calendar, Component
from overair.items.icalendar.observances import Observances
from overair.items.time_zones import zones as time_zones

TZID_CHARACTERS: Final = 200
LOOK_UPS: Final = 2_000
"""The most zones and years of one file; times beyond are in what was found of their zone till then."""
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""The years whose rules are looked at."""
_IANA: Final = re.compile(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+)+")
"""What an IANA name within a TZID of somebody's own looks like."""


class Zone(NamedTuple):
    """The zone of a time: its IANA name, or where none has its rules, the rules themselves."""

    name: str | None
    tzinfo: tzinfo
    timezone: bytes | None = None
    """The structure of 172 bytes, where there is no name."""


class Zones:
    """The zones of one calendar of a file.

    ``room`` holds how many look-ups the file has left; each may compare rules with those of all zones.
    """

    def __init__(self, calendar: Calendar, default_zone: str, room: list[int]) -> None:
        self._room = room
        own = known_zone(calendar.time_zone)
        self.named: Final = own
        """The IANA name of the calendar's own zone, None where it names none."""
        self.default: Final = Zone(own or default_zone, time_zones.tzinfo(own or default_zone))
        """The zone of times that name none."""
        self._components: dict[str, Component] = {}
        self._observances: dict[str, Observances] = {}
        for source in calendar.time_zones:
            try:
                component = source.read()
            except ValueError:
                continue
            self._components.setdefault(component.text("TZID").strip(), component)
        self._found: dict[tuple[str, int], Zone | None] = {}
        self._latest: dict[str, Zone | None] = {}

    def zone(self, tzid: str, year: int) -> Zone | None:
        """The zone that a TZID means in a year; None for one that nothing says what it is."""
        tzid = tzid[:TZID_CHARACTERS].strip().strip('"')
        key = (tzid, min(max(year, FIRST_YEAR), LAST_YEAR))
        if key not in self._found:
            if self._room[0] <= 0:
                return self._latest.get(tzid)
            self._room[0] -= 1
            self._latest[tzid] = self._found[key] = self._look_up(*key)
        return self._found[key]

    def _look_up(self, tzid: str, year: int) -> Zone | None:
        name = known_zone(tzid)
        if name is None and tzid.startswith("/"):
            # The name of a vendor goes before (RFC 5545 3.2.19).
            name = next(filter(None, map(known_zone, _endings(tzid))), None)
        component = self._components.get(tzid)
        if name is None and component is not None:
            name = known_zone(component.text("X-LIC-LOCATION"))
        if name is not None:
            return Zone(name, time_zones.tzinfo(name))
        if component is None:
            return None
        if tzid not in self._observances:
            self._observances[tzid] = Observances(component)
        information = self._observances[tzid].information(year)
        if information is None:
            return None
        if information.is_empty:
            return Zone("UTC", UTC)
        likely = [found for match in _IANA.finditer(tzid) for found in _endings(match[0])]
        preferred = [one for one in (*map(known_zone, likely), self.default.name) if one is not None]
        # What it calls its halves ("CET") are no names of zones, what it is called may mention a place.
        nameless = msgspec.structs.replace(information, standard_name=tzid, daylight_name="")
        name = time_zones.zone_of(nameless, year=year, preferred=preferred)
        if name is not None:
            return Zone(name, time_zones.tzinfo(name))
        return Zone(None, time_zones.rules(information), information.pack())


def known_zone(name: str) -> str | None:
    """The IANA name of a zone that is called by that or by its name in Windows; None for another one."""
    name = name.strip()
    if not name or len(name) > TZID_CHARACTERS:
        return None
    return name if time_zones.is_zone(name) else time_zones.iana_name(name)


def _endings(path: str) -> list[str]:
    """What a path ends with, the longest first, itself included."""
    parts = path.strip("/").split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]
