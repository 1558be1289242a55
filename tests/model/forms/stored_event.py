"""Events as the mailbox has them, read and written past the server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from model.edit import Edit
from model.forms import series
from model.forms.zones import OWN, alike
from model.laws import Law, hold
from model.shown import (
    GONE,
    PATTERN,
    PLACE,
    VALUE,
    WHEN,
    ZONE,
    Shown,
    occurrence,
    place_of,
    registers_of,
    spoken_of,
    start_of,
)
from overair.items.calendar.event import Event, EventException
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType


def shown_of(item: Event) -> Shown:
    """An event as the mailbox has it. Raises Broken where it cannot be as it is."""
    assert item.start_time is not None
    assert item.end_time is not None
    day = bool(item.all_day_event)
    marker, _, value = (item.subject or "").partition(" ")
    when = series.when_of(item.start_time, day=day)
    ends = series.when_of(item.end_time, day=day)
    hold(ends == series.end_of(when), Law.NOT_OUT_OF_NOTHING, f"{marker} lasts from {when} to {ends}")
    said = {
        VALUE: value,
        WHEN: when,
        PLACE: _place(item.location),
        PATTERN: _pattern(item.recurrence),
        ZONE: "" if day else alike(item.zone or "UTC"),
    }
    unseen = {PLACE: _street(item.location)}
    for exception in item.exceptions or ():
        original = series.when_of(exception.exception_start_time, day=day)
        register = occurrence(original)
        hold(register not in said, Law.EXCEPTIONS, f"{marker} has two exceptions of {original}")
        if exception.deleted:
            said[register] = GONE
            continue
        start = series.when_of(exception.start_time or exception.exception_start_time, day=day)
        said[register] = exception.subject or ""
        said[start_of(original)] = start if start != original else ""
        said[place_of(original)] = _place(exception.location)
        unseen[place_of(original)] = _street(exception.location)
    return Shown(marker, {name: one for name, one in said.items() if one}, unseen=unseen)


def _place(location: Location | None) -> str:
    return "" if location is None else location.display_name or ""


def _street(location: Location | None) -> str:
    return "" if location is None else location.street or ""


def _pattern(recurrence: Recurrence | None) -> str:
    if recurrence is None or recurrence.type is None:
        return ""
    times = str(recurrence.occurrences or "")
    return series.pattern_text(recurrence.type, recurrence.interval or 1, times)


def made(marker: str, says: Mapping[str, str]) -> Event:
    """A new event of another hand."""
    when, pattern, zone = says[WHEN], says.get(PATTERN, ""), says.get(ZONE) or OWN[0]
    return Event(
        subject=f"{marker} {says[VALUE]}",
        uid=f"{marker}@outside",
        zone=zone,
        all_day_event=series.is_day(when),
        start_time=series.moment(when),
        end_time=series.moment(series.end_of(when)),
        location=_location(says.get(PLACE, "")),
        recurrence=_recurrence(pattern, when, zone) if pattern else None,
        busy_status=2,
        sensitivity=0,
        meeting_status=0,
        dt_stamp=series.moment(when) - timedelta(days=1),
    )


def edited(item: Event, edit: Edit) -> Event:
    """An event after the edit of another hand."""
    shown = edit.applied(shown_of(item))
    again = made(shown.marker, shown.said)
    if WHEN in edit.says:
        item = msgspec.structs.replace(
            item,
            start_time=again.start_time,
            end_time=again.end_time,
            recurrence=again.recurrence,
            exceptions=None,
        )
    if PLACE in edit.says:
        item = msgspec.structs.replace(item, location=again.location)
    known = {one.exception_start_time: one for one in item.exceptions or ()}
    for original in spoken_of(edit.says):
        start = series.moment(original)
        known[start] = _exception(known.get(start), original, shown, edit)
    kept = [known[start] for start in sorted(known) if _says_something(known[start])]
    return msgspec.structs.replace(item, subject=again.subject, exceptions=tuple(kept) or None)


def _says_something(exception: EventException) -> bool:
    return exception != EventException(exception_start_time=exception.exception_start_time)


def _exception(before: EventException | None, original: str, shown: Shown, edit: Edit) -> EventException:
    """An occurrence after an edit, which may leave nothing of what was said of it."""
    nothing = EventException(exception_start_time=series.moment(original))
    subject, start, place = (shown.said.get(name, "") for name in registers_of(original))
    if subject == GONE:
        return msgspec.structs.replace(nothing, deleted=True)
    base = nothing if before is None or before.deleted or not (subject or start or place) else before
    if place_of(original) in edit.says:
        base = msgspec.structs.replace(base, location=_location(place))
    return msgspec.structs.replace(
        base,
        subject=subject or None,
        start_time=series.moment(start) if start else None,
        end_time=series.moment(series.end_of(start)) if start else None,
    )


def _location(place: str) -> Location | None:
    return Location(display_name=place, street=place) if place else None


def _recurrence(pattern: str, when: str, zone: str) -> Recurrence:
    unit, (interval, _, times) = pattern[0], pattern[1:].partition("x")
    local = series.moment(when)
    if not series.is_day(when):
        local = local.astimezone(ZoneInfo(zone))
    return Recurrence(
        type=RecurrenceType(series.UNITS[unit]),
        interval=int(interval),
        occurrences=int(times) if times else None,
        day_of_week=DayOfWeek(1 << local.isoweekday() % 7) if unit == "w" else None,
        day_of_month=local.day if unit == "m" else None,
    )


__all__ = ["edited", "made", "shown_of"]
