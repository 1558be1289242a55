"""An item written to iCalendar and read again is the same item, for all that both can say."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from hypothesis import given
from icalendar import Calendar

from overair.items import Event, Note, Task
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.series import Series
from overair.items.task import TaskRecurrence
from overair.items.time_zones.zones import tzinfo
from overair.storage.blobs import key_of
from support.calendar_items import ME, ZONE, events, notes, tasks

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def again(item: Event | Task | Note, blobs: dict[str, bytes] | None = None) -> Event | Task | Note:
    """The item written and read; nothing is dropped on either way."""
    written = icalendar_of(item, default_zone=ZONE, now=NOW, get=(blobs or {}).__getitem__)
    assert written.dropped == ()
    kept: dict[str, bytes] = {}

    def put(data: bytes) -> str:
        kept[key_of(data)] = data
        return key_of(data)

    found = items_from_icalendar(written.data, default_zone=ZONE, addresses=[ME], put=put, now=NOW)
    [one] = found
    assert isinstance(one, Converted), (one, written.data.decode())
    assert one.dropped == ()
    assert kept == (blobs or {})
    return one.item


@given(events())
def test_an_event_comes_back(drawn: tuple[Event, dict[str, bytes]]) -> None:
    event, blobs = drawn
    back = again(event, {key: blobs[key] for key in event.blob_keys})
    assert isinstance(back, Event)
    assert fields(back) == fields(event)
    assert occurrences(back) == occurrences(event)


@given(tasks())
def test_a_task_comes_back(task: Task) -> None:
    back = again(task)
    assert isinstance(back, Task)
    assert fields(back) == fields(task)
    assert days(back.recurrence) == days(task.recurrence)


@given(notes)
def test_a_note_comes_back(note: Note) -> None:
    assert again(note) == note


@given(events())
def test_the_library_reads_what_is_written(drawn: tuple[Event, dict[str, bytes]]) -> None:
    event, blobs = drawn
    written = icalendar_of(event, default_zone=ZONE, now=NOW, get=blobs.__getitem__)
    calendar = Calendar.from_ical(written.data)
    assert not [error for component in calendar.walk() for error in component.errors]
    assert {str(one["TZID"]) for one in calendar.timezones} == {
        str(value.params["TZID"])
        for component in calendar.events
        for name in ("DTSTART", "DTEND", "EXDATE", "RECURRENCE-ID")
        for value in _list(component.get(name))
        if "TZID" in value.params
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def fields(item: Event | Task) -> dict[str, Any]:
    """What an item says, but for its recurrence: the same occurrences are several patterns."""
    return msgspec.structs.asdict(msgspec.structs.replace(item, recurrence=None))


def occurrences(event: Event) -> tuple[bool, list[datetime]]:
    """Whether a series is endless, and its first starts."""
    if event.recurrence is None or event.start_time is None:
        return False, []
    zone = UTC if event.all_day_event or event.zone is None else tzinfo(event.zone)
    return first_ones(Series(event.recurrence, event.start_time, zone), event.start_time)


def days(recurrence: TaskRecurrence | None) -> tuple[bool, list[datetime]]:
    """As ``occurrences``, of a task."""
    if recurrence is None or recurrence.start is None:
        return False, []
    return first_ones(Series(recurrence, recurrence.start, UTC), recurrence.start)


def first_ones(series: Series, start: datetime) -> tuple[bool, list[datetime]]:
    return series.endless, list(islice(series.between(start, datetime(9000, 1, 1, tzinfo=UTC)), 40))
