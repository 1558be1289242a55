"""The names of time zones: IANA's, Windows', and those that people see."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable
from datetime import tzinfo as TzInfo  # noqa: N812 - so that the function can have the name
from functools import cache
from typing import Final

from overair.items.time_zones.windows_zones import IANA_NAMES, RANKS, WINDOWS_NAMES

_NO_ZONES: Final = frozenset({"Factory", "localtime"})
"""Names of the tz database that say nothing about a place."""
_REGIONS: Final = re.compile(
    r"(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/", re.ASCII
)
_LAST: Final = (1000, 1000)
"""The rank of zones that the table does not have."""


@cache
def zone_names() -> tuple[str, ...]:
    """All IANA zones of the machine and of the tzdata package, the best known first."""
    names = zoneinfo.available_timezones() - _NO_ZONES
    return tuple(sorted(names, key=lambda name: (RANKS.get(name, _LAST), name)))


@cache
def _known() -> frozenset[str]:
    return frozenset(zone_names())


def is_zone(name: str) -> bool:
    """Whether that is the name of an IANA zone, in just these letters."""
    return name in _known()


@cache
def tzinfo(zone: str) -> TzInfo:
    """The zone of an IANA name. Raises ValueError where there is none of that name."""
    if not is_zone(zone):
        raise ValueError("there is no time zone of that name")
    return zoneinfo.ZoneInfo(zone)


def windows_name(zone: str) -> str | None:
    """Windows' name of the zone that stands for an IANA zone there, such as ``GMT Standard Time``."""
    return WINDOWS_NAMES.get(zone)


def iana_name(windows: str) -> str | None:
    """The best known IANA zone of those that a zone of Windows stands for."""
    names = IANA_NAMES.get(windows)
    return names[0] if names else None


def shown_names(zone: str) -> tuple[str, str]:
    """How a TIME_ZONE_INFORMATION calls a zone's standard and daylight time.

    Windows' names, which Outlook knows; but where the best known zone of Windows' is another one, the
    second name is IANA's, so that London is told from Lisbon.
    """
    windows = WINDOWS_NAMES.get(zone)
    if windows is None:
        return zone, zone
    if iana_name(windows) != zone:
        return windows, zone
    return windows, windows.replace("Standard", "Daylight")


@cache
def _by_name() -> dict[str, str]:
    """IANA names by what a structure has room for, in small letters."""
    return {name[:31].casefold(): name for name in reversed(zone_names())}


@cache
def _by_windows_name() -> dict[str, str]:
    found = {}
    for windows, names in IANA_NAMES.items():
        for shown in (windows.replace("Standard", "Daylight"), windows):
            found[shown.casefold()] = names[0]
    return found


def iana_zone_named(name: str) -> str | None:
    """The IANA zone that has the name, in whatever case and even if it was cut to 31 characters."""
    return _by_name().get(name[:31].casefold())


def windows_zone_named(name: str) -> str | None:
    """The IANA zone of Windows' name for a zone or its daylight time, in whatever case."""
    return _by_windows_name().get(name.casefold())


def mentioned(zones: Iterable[str], *names: str) -> str | None:
    """The first of some IANA zones whose place is among the words of names, as Windows shows them."""
    words = _words(" ".join(names))
    if not words.strip():
        return None
    return next((zone for zone in zones if (place := _place(zone)) and place in words), None)


@cache
def _place(zone: str) -> str | None:
    return _words(zone.rpartition("/")[2]) if _REGIONS.match(zone) else None


def _words(text: str) -> str:
    return " " + re.sub(r"[\W_]+", " ", text).strip().casefold() + " "
