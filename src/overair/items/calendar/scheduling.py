"""When an event is after what a client sends of it: its zone, its start and end, and how it recurs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from overair.items.author import Author
from overair.items.calendar.event import BEFORE_16, Event
from overair.items.calendar.times import Clock, clock_of, later, length_of
from overair.items.recurrence.changes import to_store
from overair.items.recurrence.pattern import Recurrence
from overair.items.time_zones.zones import TimeZoneInformation, rules, zone_of
from overair.items.time_zones.zones import tzinfo as zone_named
from overair.protocol.schema import Problem, SchemaError
from overair.versions import Version
from overair.wbxml.element import Tag
from overair.wbxml.pages import Calendar

HALF_AN_HOUR: Final = timedelta(minutes=30)
DAY: Final = timedelta(days=1)
_TIMES: Final = ("start_time", "end_time")
_NONE: Final = Recurrence()
_END: Final = ("until", "occurrences")
"""What of a pattern says only when it ends."""


class Scheduled(msgspec.Struct, frozen=True):
    """When an event is: the values of its fields, and how the times stand on the wire that a client sent."""

    values: dict[str, Any]
    clock: Clock


def scheduled(
    before: Event | None, sent: Mapping[str, Any], differing: Mapping[str, Any], author: Author
) -> Scheduled:
    """The schedule after a Change, or of an Add (``before`` None).

    ``sent`` holds all values, ``differing`` those that are not as the client was told. Raises SchemaError.
    """
    event = before or Event()
    values: dict[str, Any] = {}
    if "all_day_event" in differing:
        values["all_day_event"] = differing["all_day_event"]
    all_day = bool(values.get("all_day_event", event.all_day_event))
    changed = dict(differing)
    if "timezone" in differing or "all_day_event" in differing:
        # What stands on the wire as before means another time now.
        changed.update({name: sent[name] for name in (*_TIMES, "recurrence") if name in sent})
    recurs = changed.get("recurrence", event.recurrence) not in (None, _NONE)
    zone, clock = _zone(event, sent, changed, author, all_day=all_day, recurs=recurs)
    values |= zone
    start, end = _start_and_end(before, sent, changed, clock, author, all_day=all_day)
    values |= {"start_time": start, "end_time": end}
    day = clock.day(start, all_day=all_day).date()
    if "recurrence" in changed:
        pattern = _read(changed["recurrence"], clock, all_day=all_day)
        pattern = _recurrence(event.recurrence, pattern, author.version)
        values["recurrence"] = pattern and to_store(pattern, event.recurrence, day, author)
    elif event.recurrence is not None and event.recurrence.until is not None:
        until, _ = clock.moved(
            *[event.recurrence.until] * 2, from_all_day=bool(event.all_day_event), to_all_day=all_day
        )
        values["recurrence"] = msgspec.structs.replace(event.recurrence, until=until)
    return Scheduled(values, clock)


def _zone(
    event: Event,
    sent: Mapping[str, Any],
    changed: Mapping[str, Any],
    author: Author,
    *,
    all_day: bool,
    recurs: bool,
) -> tuple[dict[str, Any], Clock]:
    """The fields of the time zone, and how the times that were sent are meant."""
    version = author.version
    dates = all_day and version > BEFORE_16
    found = None if dates else _information(changed.get("timezone"))
    if found is None:
        shown = msgspec.structs.replace(event, all_day_event=all_day)
        clock = clock_of(shown, version, author.time_zone)
        floats = all_day or event.zone is not None or event.timezone is not None
        is_set = event.start_time is None or not changed.keys().isdisjoint((*_TIMES, "recurrence"))
        return ({} if floats or not is_set else {"zone": author.time_zone}), clock
    start = sent.get("start_time") or event.start_time or author.now
    # A series is shown by the rules of this year, and phones send those of the year that they are in.
    years = (author.now.year, start.year) if recurs and start < author.now else (start.year, author.now.year)
    preferred = [name for name in (event.zone, author.time_zone) if name is not None]
    name = zone_of(found, year=years[0], also=years[1], preferred=preferred)
    wire = rules(found)
    if name is None:
        return {"zone": None, "timezone": changed["timezone"]}, Clock(wire, wire, True, False)
    # Of a single event the instant counts, whatever its zone is called.
    return {"zone": name, "timezone": None}, Clock(zone_named(name), wire, not recurs, False)


def _information(time_zone: bytes | None) -> TimeZoneInformation | None:
    """What a Timezone says; None where it says nothing, as all zeros."""
    if time_zone is None:
        return None
    try:
        found = TimeZoneInformation.parse(time_zone)
    except ValueError as error:
        raise SchemaError(Calendar.Timezone, Problem.VALUE, str(error)) from None
    return None if found.is_empty else found


def _start_and_end(
    before: Event | None,
    sent: Mapping[str, Any],
    changed: Mapping[str, Any],
    clock: Clock,
    author: Author,
    *,
    all_day: bool,
) -> tuple[datetime, datetime]:
    read = {name: clock.read(changed[name], all_day=all_day) for name in _TIMES if changed.get(name)}
    start, end = read.get("start_time"), read.get("end_time")
    if before is None or before.start_time is None or before.end_time is None:
        start, end = _filled_in(start, end, clock, author, all_day=all_day)
    else:
        if author.version <= BEFORE_16 and "end_time" in sent and "start_time" not in sent:
            raise SchemaError(Calendar.StartTime, Problem.MISSING)  # MS-ASCAL_R53915
        as_before = clock.moved(
            before.start_time,
            before.end_time,
            from_all_day=bool(before.all_day_event),
            to_all_day=all_day,
        )
        if start is not None and end is None and "end_time" not in sent and start > as_before[1]:
            end = later(start, length_of(before))
        start, end = start or as_before[0], end or as_before[1]
    return ordered(start, end, all_day=all_day)


def ordered(start: datetime, end: datetime, *, all_day: bool) -> tuple[datetime, datetime]:
    """The times, if they can be those of an event; an all-day one takes a day at least."""
    if end < start:
        raise SchemaError(Calendar.EndTime, Problem.VALUE, "is before the StartTime")
    if all_day and end == start:
        return start, later(start, DAY)
    return start, end


def _filled_in(
    start: datetime | None, end: datetime | None, clock: Clock, author: Author, *, all_day: bool
) -> tuple[datetime, datetime]:
    """Both times of a new event, by the current half-hour (MS-ASCAL_R52511 to R52518)."""
    now, rounded, length = author.now, _rounded(author.now), HALF_AN_HOUR
    if all_day:
        now, length = clock.day(now, all_day=False), DAY
        rounded = now
    if start is None:
        if end is not None and end < rounded:
            raise _missing(Calendar.StartTime)  # MS-ASCAL_R52515, R5251611
        return rounded, end or later(rounded, length)
    if end is None:
        if start > now:
            raise _missing(Calendar.EndTime)  # MS-ASCAL_R52518
        return start, later(rounded, length)
    return start, end


def _missing(tag: Tag) -> SchemaError:
    return SchemaError(tag, Problem.MISSING, "and cannot be made of the current time")


def _rounded(now: datetime) -> datetime:
    """The current half-hour: 18:30 at 18:03 (MS-ASCAL_R52512)."""
    whole = now.replace(minute=0, second=0, microsecond=0)
    return whole - -(now - whole) // HALF_AN_HOUR * HALF_AN_HOUR


def _read(sent: Recurrence | None, clock: Clock, *, all_day: bool) -> Recurrence | None:
    """The pattern with its end as it is stored."""
    if sent is None or sent.until is None:
        return sent
    return msgspec.structs.replace(sent, until=clock.read_until(sent.until, all_day=all_day))


def _recurrence(before: Recurrence | None, sent: Recurrence | None, version: Version) -> Recurrence | None:
    """The pattern that a client sends; from 16.0 on one without Type changes the one that there is.

    An empty one makes a single event (MS-ASCAL_R2180001, R2180002).
    """
    if sent is None or sent == _NONE:
        return None
    if sent.type is None and version > BEFORE_16 and before is not None:
        given = {name: value for name in sent.__struct_fields__ if (value := getattr(sent, name)) is not None}
        if not given.keys().isdisjoint(_END):
            given = dict.fromkeys(_END) | given
        return msgspec.structs.replace(before, **given)
    return sent


def pattern_of(recurrence: Recurrence | None) -> Recurrence | None:
    """A recurrence without when it ends."""
    return recurrence and msgspec.structs.replace(recurrence, **dict.fromkeys(_END))
