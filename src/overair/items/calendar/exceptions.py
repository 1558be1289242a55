"""The exceptions of a series after what a client sends of them, or of the series itself."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

import msgspec

from overair.items.calendar.event import BEFORE_16, Event, EventException
from overair.items.calendar.occurring import Occurring, Told
from overair.items.calendar.times import Clock, times_of
from overair.items.making import Sent, is_ghosted
from overair.items.recurrence.changes import filled_in
from overair.items.recurrence.occurrences import Series, series_of, zone_of
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.pages import Calendar

MOST_EXCEPTIONS: Final = 5_000
"""Of one series in the store: every occurrence of 13 years of days."""
_NEVER_BY_ABSENCE: Final = frozenset({"body", "attachments"})
"""MS-ASCMD_R878"""
_GHOSTABLE: Final = {bound.name: bound.field for bound in Event.fields() if bound.field.ghosted}

Found = dict[datetime, EventException]
"""Exceptions by the start of their occurrence in the series as it is now."""


class Move:
    """From the occurrences of a series to those that it has after a change."""

    def __init__(self, before: Event, after: Event, default_zone: str) -> None:
        self._old, self._new = series_of(before, default_zone), series_of(after, default_zone)
        self._zone = zone_of(after, default_zone)
        self._days = 0
        if self._old is not None and self._new is not None and before.start_time and after.start_time:
            self._days = self._new.day(after.start_time) - self._old.day(before.start_time)

    def place(self, original: datetime) -> datetime | None:
        """Where an occurrence is now: at the same time, on the same day, or as many days on as the series.

        None where it is none any more.
        """
        if self._new is None:
            return None
        if self._new.contains(original):
            return original
        day = (self._old or self._new).day(original)
        return self._on(self._new, day) or self._on(self._new, day + self._days)

    def _on(self, series: Series, day: int) -> datetime | None:
        try:
            noon = datetime.combine(date.fromordinal(day), time(12), self._zone)
        except (ValueError, OverflowError):
            return None
        return series.at(noon)


def followed(before: Event, after: Event, clock: Clock, sent: Sent) -> Found:
    """The exceptions that a series has after a change of its own fields.

    From 16.0 on they all go when its times or its pattern change (MS-ASCAL_R2097, R2114, R2180,
    R2202). Otherwise, and when it only ends elsewhere, they go with their occurrences: those stay
    that still have one.
    """
    kept = before.exceptions or ()
    zone = sent.author.time_zone
    if sent.author.version > BEFORE_16 and _identity(before) != _identity(after):
        return {}
    if _basis(before) == _basis(after):
        return {one.exception_start_time: one for one in kept}
    move = Move(before, after, zone)
    found: Found = {}
    for one in kept:
        place = move.place(one.exception_start_time)
        if place is not None:
            at_place = msgspec.structs.replace(one, exception_start_time=place)
            found.setdefault(place, _as_days(at_place, before, after, clock))
    return found


def _as_days(exception: EventException, before: Event, after: Event, clock: Clock) -> EventException:
    """The exception of a series that became all-day, or is so no more, with its own times likewise."""
    if exception.start_time is None or exception.all_day_event is not None:
        return exception
    start, end = clock.moved(
        *times_of(before, exception),
        from_all_day=bool(before.all_day_event),
        to_all_day=bool(after.all_day_event),
    )
    return msgspec.structs.replace(exception, start_time=start, end_time=end)


def _basis(event: Event) -> tuple[object, ...]:
    """All that says when the occurrences of a series begin."""
    return event.recurrence, event.start_time, event.zone, event.timezone, bool(event.all_day_event)


def _identity(event: Event) -> tuple[object, ...]:
    """The times and the pattern of a series, but for when it ends."""
    pattern = event.recurrence and event.start_time and _pattern(event.recurrence, event.start_time)
    return pattern, event.start_time, event.end_time, bool(event.all_day_event)


def _pattern(recurrence: Recurrence, start: datetime) -> Recurrence:
    """What a pattern means, whatever it leaves unsaid."""
    calendar = recurrence.calendar_type
    said = filled_in(recurrence, start.date())
    return msgspec.structs.replace(
        said,
        until=None,
        occurrences=None,
        interval=said.interval or 1,
        is_leap_month=said.is_leap_month or 0,
        calendar_type=CalendarType.DEFAULT if calendar is CalendarType.GREGORIAN else said.calendar_type,
        first_day_of_week=said.first_day_of_week if said.type is RecurrenceType.WEEKLY else None,
    )


def with_exceptions(before: Event, after: Event, clock: Clock, sent: Sent) -> Event:
    """A series with the exceptions that it has after an Add or a Change.

    ``after`` has its own fields as they are then; ``clock`` is how the client means times. An exception
    that the client does not name stays (MS-ASCAL_R541, R542), one that is of no occurrence is passed
    over. Raises SchemaError.
    """
    found = followed(before, after, clock, sent)
    zone = sent.author.time_zone
    series = series_of(after, zone)
    named: tuple[EventException, ...] = sent.values.get("exceptions") or ()
    following = after.next_attachment
    if series is not None and named:
        move, told = Move(before, after, zone), Told(before, sent)
        known = {move.place(one.exception_start_time): one for one in before.exceptions or ()}
        found = {move.place(place) or place: one for place, one in found.items()}
        occurring = Occurring(after, clock, sent, following)
        for one in named:
            place = move.place(clock.read(one.exception_start_time, all_day=bool(after.all_day_event)))
            if place is None:
                continue
            was = told.exception(known[place]) if place in known else None
            changed = _named(occurring, one, place, found.get(place), was)
            found.pop(place, None)
            if changed is not None:
                found[place] = changed
        following = occurring.next_attachment
    require_room(len(found))
    exceptions = tuple(found[place] for place in sorted(found)) or None
    if exceptions is not None and before.exceptions is not None and len(exceptions) == len(before.exceptions):
        in_order = tuple(sorted(before.exceptions, key=lambda one: one.exception_start_time))
        exceptions = before.exceptions if exceptions == in_order else exceptions
    return msgspec.structs.replace(after, exceptions=exceptions, next_attachment=following)


def require_room(exceptions: int) -> None:
    """Raise SchemaError for more exceptions than a series can have."""
    if exceptions > MOST_EXCEPTIONS:
        raise SchemaError(Calendar.Exceptions, Problem.VALUE, "are more than a series can have")


def _named(
    occurring: Occurring,
    one: EventException,
    place: datetime,
    before: EventException | None,
    told: EventException | None,
) -> EventException | None:
    """An occurrence after a client named it among the Exceptions: what it leaves out is as in the series."""
    if one.deleted:
        revision = None if before is None else before.organizer_revision
        return EventException(deleted=True, exception_start_time=place, organizer_revision=revision)
    if before is not None and before.deleted:
        before = told = None
    version, supported = occurring.sent.author.version, occurring.sent.supported
    values: dict[str, Any] = {}
    for bound in EventException.fields():
        name, value = bound.name, getattr(one, bound.name)
        if not bound.field.in_version(version) or (value is None and name in _NEVER_BY_ABSENCE):
            continue
        if name in _GHOSTABLE and is_ghosted(_GHOSTABLE[name], supported) and not value:
            continue
        values[name] = value
    return occurring.changed(before, place, values, told)
