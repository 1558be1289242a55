"""Events of phones in their zones, as the tests send them and are told them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from hypothesis import strategies as st

from overair.items import (
    Author,
    Event,
    ItemClass,
    RenderOptions,
    apply_change,
    create,
    render,
)
from overair.items.time_zones.information import SystemTime
from overair.items.time_zones.zones import TimeZoneInformation
from overair.versions import SERVED, Version

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
OLD = [version for version in SERVED if version < Version.V16_0]
NEW = [version for version in SERVED if version >= Version.V16_0]
NOW = datetime.now(UTC).replace(microsecond=0)
HOUSE = "Europe/Berlin"
EMPTY = bytes(172)
WEIRD = TimeZoneInformation(
    -95, "Home", SystemTime(9, 2, 2, 1, 30), 0, "Home too", SystemTime(2, 4, 3, 4), -45
)
"""Rules that no zone has."""


def author(version: Version, house: str = HOUSE) -> Author:
    return Author(version, NOW, "anna@example.org", "Anna", house)


def added(event: Event, version: Version, house: str = HOUSE) -> Event:
    """What is stored of an event that a client adds."""
    made = create(ItemClass.CALENDAR, event.to_children(version), author(version, house))
    assert isinstance(made, Event)
    return made


def changed(event: Event, change: Event, version: Version, house: str = HOUSE) -> Event:
    """What is stored after a Change."""
    options = RenderOptions(time_zone=house)
    after = apply_change(event, change.to_children(version), author(version, house), None, options)
    assert isinstance(after, Event)
    return after


class NoBlobs:
    """A store of attachments that nobody reads."""

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        raise AssertionError(key)


def told(event: Event, version: Version, house: str = HOUSE, *, names: bool = True) -> Event:
    """What a client is told of an event, read from the bytes on the wire."""
    options = RenderOptions(time_zone=house, time_zone_names=names)
    return Event.from_children(render(event, options, version, NoBlobs(), "5:1"), version)


def at(zone: tzinfo, day: date, clock: time = time()) -> datetime:
    """The instant at which clocks in a zone show a time."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def appointment(start: datetime, zone: bytes | None, **fields: object) -> Event:
    """An hour from a time on."""
    values: dict[str, object] = {"subject": "Talk", "uid": "1", "end_time": start + timedelta(hours=1)}
    return Event(start_time=start, timezone=zone, **(values | fields))  # type: ignore[arg-type]  # by name


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


dates = st.builds(
    lambda year, day: date(year, 1, 1) + timedelta(days=day),
    st.sampled_from((1979, 2011, 2026, 2059)),
    st.integers(0, 364),
)
"""Days of a few years, since the first look at a year costs a tenth of a second."""
