"""The components of one UID as an event: its series, what is deleted from it, and what is otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, tzinfo
from typing import Final

import msgspec

from overair.items.calendar.data_types import TAKEN_AWAY
from overair.items.calendar.event import Event, EventException
from overair.items.calendar.exceptions import MOST_EXCEPTIONS
from overair.items.icalendar.attachments import attachments_of
from overair.items.icalendar.components import Component, Property
from overair.items.icalendar.events import Occasion, occasion
from overair.items.icalendar.fields import Reader, Unreadable, required_moment, status_of
from overair.items.icalendar.recurrence import Expressed, NotExpressible, recurrence_of
from overair.items.icalendar.results import occurrence_uid
from overair.items.icalendar.times import Moment, after, instant_of, moment, moments
from overair.items.recurrence.changes import filled_in
from overair.items.recurrence.series import Series

DATES: Final = 10_000
"""The most dates of EXDATE that are looked at."""
ADDED: Final = 100
"""The most occurrences beyond the pattern (RDATE) that become events of their own."""
_CANCELLED: Final = "CANCELLED"


def events_of(
    uid: str, master: Component | None, changed: Sequence[Component], reader: Reader
) -> Iterator[Event]:
    """The event of a component and of those that change occurrences of it.

    Occurrences that the pattern does not have are events of their own; so are all of them, as orphan
    instances, where there is no master. Raises Unreadable, for the master.
    """
    if master is None:
        for component in changed:
            original = required_moment(component, "RECURRENCE-ID", reader.zones)
            event = _event(uid, occasion(component, reader), reader)
            yield msgspec.structs.replace(event, original_start=original.instant)
        return
    made = _Series(uid, master, reader)
    for component in changed:
        made.change(component)
    yield from made.events()


class _Series:
    """A series on its way to an event."""

    def __init__(self, uid: str, master: Component, reader: Reader) -> None:
        self._uid = uid
        self._reader = reader
        self._losses = reader.losses
        self._said = occasion(master, reader)
        self._event = _event(uid, self._said, reader)
        self._exceptions: dict[datetime, EventException] = {}
        self._extra: dict[datetime, Event] = {}
        self._next_attachment = self._event.next_attachment
        self._series = self._recur(master)
        if self._series is not None:
            self._delete(master, self._series)
        self._add(master)

    def events(self) -> Iterator[Event]:
        """The event, then those of occurrences that its pattern does not have."""
        latest = sorted(self._exceptions, reverse=True)
        if len(latest) > MOST_EXCEPTIONS:
            self._losses.add("RECURRENCE-ID", f"only the last {MOST_EXCEPTIONS} exceptions are kept")
        exceptions = tuple(self._exceptions[start] for start in reversed(latest[:MOST_EXCEPTIONS]))
        yield msgspec.structs.replace(
            self._event, exceptions=exceptions or None, next_attachment=self._next_attachment
        )
        yield from self._extra.values()

    def change(self, component: Component) -> None:
        """Take in a component that changes one occurrence; one that cannot be read changes none."""
        try:
            original = required_moment(component, "RECURRENCE-ID", self._reader.zones)
            said = occasion(component, self._reader)
        except Unreadable as error:
            self._losses.add("RECURRENCE-ID", f"a changed occurrence {error}")
            return
        found = component.first("RECURRENCE-ID")
        if found is not None and found.parameter("RANGE") == "THISANDFUTURE":
            self._losses.add("RECURRENCE-ID", "RANGE=THISANDFUTURE: only the one occurrence is changed")
        instant = named_instant(original, self._said)
        start = None if self._series is None else self._series.at(instant)
        if start != instant and instant in self._extra:
            start = None  # RDATE adds it, on a day that has another one
        if start is not None:
            self._exceptions[start] = self._exception(start, said)
        elif self._series is None and instant == self._said.first:
            self._event = _event(self._uid, said, self._reader)
        else:
            if instant not in self._extra:
                self._losses.add("RECURRENCE-ID", "is no occurrence of its series: an event of its own")
            self._extra[instant] = _event(occurrence_uid(self._uid, instant), said, self._reader)

    def _recur(self, master: Component) -> Series | None:
        """Take in the RRULE. Raises Unreadable."""
        expressed = _recurrence(master, self._said)
        if expressed is None:
            return None
        if expressed.otherwise:
            self._losses.add("RRULE", expressed.otherwise)
        first = self._said.first
        if expressed.start != first:
            self._losses.add("DTSTART", "is no day of its RRULE: an event of its own")
            self._extra[first] = self._alone(first, self._said.end)
        zone = _zone(self._said)
        self._event = msgspec.structs.replace(
            self._event,
            start_time=expressed.start,
            end_time=expressed.start + (self._said.end - first),
            recurrence=filled_in(expressed.recurrence, expressed.start.astimezone(zone).date()),
            zone="UTC" if self._said.start.is_utc and not self._said.all_day else self._event.zone,
        )
        for start in expressed.deleted:
            self._exceptions[start] = EventException(deleted=True, exception_start_time=start)
        return Series(expressed.recurrence, expressed.start, zone)

    def _delete(self, master: Component, series: Series) -> None:
        """Take in EXDATE; a date on which nothing is changes nothing."""
        found = {named_instant(said, self._said) for _, _, said in self._dates(master, "EXDATE")}
        for instant in sorted(found, reverse=True):
            if len(self._exceptions) > MOST_EXCEPTIONS:
                break
            if series.contains(instant):
                self._exceptions[instant] = EventException(deleted=True, exception_start_time=instant)

    def _add(self, master: Component) -> None:
        """Take in RDATE, and a DTSTART that the pattern does not have."""
        if master.first("EXRULE") is not None:
            self._losses.add("EXRULE", "takes nothing out")
        series = self._series
        for found, text, said in self._dates(master, "RDATE"):
            start = named_instant(said, self._said)
            if start == self._said.first or (series is not None and series.contains(start)):
                continue
            if len(self._extra) >= ADDED:
                self._losses.add("RDATE", f"only {ADDED} dates become events of their own")
                return
            self._losses.add("RDATE", "each date becomes an event of its own")
            self._extra[start] = self._alone(start, self._end(found, said, start, text.partition("/")[2]))

    def _end(self, found: Property, said: Moment, start: datetime, period: str) -> datetime:
        """The end of an occurrence that a date or a period adds."""
        if period and not self._said.all_day:
            try:
                if period[:1] in "Pp+-":
                    return max(start, after(said, period))
                end = moment(msgspec.structs.replace(found, value=period), self._reader.zones)
                return max(start, end.instant)
            except (ValueError, OverflowError):
                self._losses.add("RDATE", "has a period whose end cannot be read")
        return start + (self._said.end - self._said.first)

    def _dates(self, master: Component, name: str) -> Iterator[tuple[Property, str, Moment]]:
        """The dates that the properties of a name list, each with its property and as it stands there."""
        read = 0
        for found in master.all(name):
            for text, said in moments(found, self._reader.zones, DATES):
                read += 1
                if read > DATES:
                    self._losses.add(name, f"only {DATES} dates are looked at")
                    return
                if said is None:
                    self._losses.add(name, "has a date that cannot be read")
                else:
                    yield found, text, said

    def _alone(self, start: datetime, end: datetime) -> Event:
        """An occurrence as an event of its own."""
        return msgspec.structs.replace(
            self._event,
            uid=occurrence_uid(self._uid, start),
            start_time=start,
            end_time=end,
            recurrence=None,
            exceptions=None,
        )

    def _exception(self, start: datetime, said: Occasion) -> EventException:
        """What is otherwise in an occurrence than in its series."""
        if status_of(said.component) == _CANCELLED != status_of(self._said.component):
            return EventException(deleted=True, exception_start_time=start)
        values = {
            name: TAKEN_AWAY.get(name) if value is None else value
            for name, value in said.values.items()
            if value != self._said.values[name]
        }
        if said.all_day != self._said.all_day:
            values["all_day_event"] = said.all_day
        if said.first != start:
            values["start_time"] = said.first
        if said.end - said.first != self._said.end - self._said.first:
            values["end_time"] = said.end
        attachments = attachments_of(said.component, self._next_attachment, self._reader.put, self._losses)
        own = self._event.stored_attachments or ()
        if [one.blob for one in attachments] != [one.blob for one in own]:
            values["stored_attachments"] = attachments
            self._next_attachment += len(attachments)
        return EventException(exception_start_time=start, **values)


def named_instant(said: Moment, series: Occasion) -> datetime:
    """The start in a series that a RECURRENCE-ID or EXDATE names."""
    if series.all_day:
        return datetime.combine(said.local.date(), time(), UTC)
    if said.is_date:
        at = datetime.combine(said.local.date(), series.start.local.time())
        zone = series.start.zone
        return at.replace(tzinfo=UTC) if zone is None else instant_of(at, zone)
    return said.instant


def _event(uid: str, said: Occasion, reader: Reader) -> Event:
    """The event of one component, its exceptions apart."""
    component = said.component
    zone = said.start.zone
    name = reader.zones.named if zone is None else zone.name
    attachments = attachments_of(component, 1, reader.put, reader.losses)
    disallow = component.text("X-MICROSOFT-DISALLOW-COUNTER").strip().upper()
    asked = component.text("X-MICROSOFT-ISRESPONSEREQUESTED").strip().upper() == "TRUE"
    people = said.people
    return Event(
        uid=uid,
        start_time=said.first,
        end_time=said.end,
        all_day_event=said.all_day,
        zone=None if said.all_day else name,
        timezone=None if said.all_day or zone is None else zone.timezone,
        organizer_email=people.organizer_email,
        organizer_name=people.organizer_name,
        response_requested=(people.response_requested or asked) if people.attendees else None,
        disallow_new_time_proposal=disallow == "TRUE" if disallow else None,
        stored_attachments=attachments or None,
        next_attachment=len(attachments) + 1,
        **said.values,
    )


def _recurrence(master: Component, said: Occasion) -> Expressed | None:
    rules = master.all("RRULE")
    if not rules:
        return None
    if len(rules) > 1:
        raise Unreadable("recurs by several rules")
    try:
        return recurrence_of(rules[0].value, said.first, _zone(said), all_day=said.all_day)
    except NotExpressible as error:
        raise Unreadable(f"its RRULE is none that an event can have: {error}") from None


def _zone(said: Occasion) -> tzinfo:
    """The zone in which an event recurs."""
    return UTC if said.all_day or said.start.zone is None else said.start.zone.tzinfo
