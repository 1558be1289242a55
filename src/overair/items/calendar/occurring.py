"""One occurrence of a series after what a client sends of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import msgspec

from overair.items import bodies
from overair.items.body import NO_BODY, Body
from overair.items.calendar.attachments import Command, changed_attachments
from overair.items.calendar.data_types import TAKEN_AWAY
from overair.items.calendar.event import BEFORE_16, Event, EventException
from overair.items.calendar.field_rules import differing, merged_attendees, place_of
from overair.items.calendar.scheduling import ordered
from overair.items.calendar.showing import shown_event, shown_exception
from overair.items.calendar.times import Clock, clock_of, later, length_of, times_of
from overair.items.making import Sent
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.pages import Calendar

_TIMES: Final = ("start_time", "end_time")
_PLAIN: Final = frozenset(
    {"subject", "categories", "sensitivity", "busy_status", "reminder", "meeting_status"}
    | {"all_day_event", "dt_stamp"}
)
"""What is stored as it was sent."""
_COMPARED: Final = _PLAIN | {"location_text"}
"""What an older client may see otherwise than it is stored."""
_EMPTY: Final = tuple(TAKEN_AWAY.values())
"""What is stored where something of the series was taken away from an occurrence (MS-ASCAL_R508)."""
_DEFAULTS: Final[dict[str, Any]] = {"all_day_event": False, "sensitivity": 0, "meeting_status": 0}
"""What a series has that says nothing of it."""


class Told:
    """What a client is told of a series and its exceptions."""

    def __init__(self, event: Event, sent: Sent) -> None:
        self._event, self._options, self._version = event, sent.options, sent.author.version

    @cached_property
    def series(self) -> Event:
        """The series, without its exceptions."""
        alone = msgspec.structs.replace(self._event, exceptions=None)
        return shown_event(alone, self._options, self._version, "")

    def exception(self, exception: EventException) -> EventException:
        """One exception."""
        preferences = self._options.body_preferences
        return shown_exception(self._event, exception, self._clock, preferences, self._version, "")

    @cached_property
    def _clock(self) -> Clock:
        return clock_of(self._event, self._version, self._options.time_zone)


class Occurring:
    """A series as it is now, and a client that says something of its occurrences.

    ``clock`` is how times stand on the client's wire; ``next_attachment`` is counted up.
    """

    def __init__(self, event: Event, clock: Clock, sent: Sent, next_attachment: int) -> None:
        self.event, self.clock, self.sent, self.next_attachment = event, clock, sent, next_attachment
        self._told = Told(event, sent)

    def changed(
        self,
        before: EventException | None,
        original: datetime,
        values: Mapping[str, Any],
        told: EventException | None,
    ) -> EventException | None:
        """An occurrence after a client set some fields; None where it is as the series says.

        ``before`` is the exception that it was, ``original`` its start in the series. Of the
        ``values`` None means that it is as in the series again. ``told`` is what the client was told
        of the exception. Raises SchemaError.
        """
        base = before or EventException(exception_start_time=original)
        version = self.sent.author.version
        known = {bound.name for bound in EventException.fields() if not bound.field.read_only}
        settable = {name: value for name, value in values.items() if name in known}
        different = settable if told is None else differing(EventException, settable, told, version)
        after = {name: value for name, value in different.items() if name in _PLAIN}
        after |= place_of(different)
        if "body" in different:
            after["body"] = self._body(base, different["body"])
        if "attendees" in different:
            after["attendees"] = self._attendees(base, different["attendees"])
        if different.get("attachments") is not None:
            after |= self._attachments(base, different["attachments"])
        after = {name: self._reduced(name, value) for name, value in after.items()}
        after |= dict.fromkeys(self._as_in_series(different))
        after |= self._when(base, settable, different)
        if not after:
            return before
        changed = msgspec.structs.replace(base, **after)
        nothing = EventException(exception_start_time=base.exception_start_time)
        return None if msgspec.structs.replace(changed, dt_stamp=None) == nothing else changed

    def _as_in_series(self, sent: Mapping[str, Any]) -> set[str]:
        """The stored fields of what is sent as the client is told it of the series."""
        compared = {name: value for name, value in sent.items() if name in _COMPARED and value is not None}
        own = differing(EventException, compared, self._told.series, self.sent.author.version)
        return {"location" if name == "location_text" else name for name in compared.keys() - own.keys()}

    def _reduced(self, name: str, value: Any) -> Any:  # of the field's type
        """None for what is as in the series: it goes on being so when the series changes."""
        series = getattr(self.event, name)
        if name == "stored_attachments":
            return None if value == (series or ()) else value
        own = None if value in _EMPTY else value
        return None if own == (_DEFAULTS.get(name) if series is None else series) else value

    def _body(self, base: EventException, sent: Body | None) -> Body | None:
        """The own body of an occurrence; None where it has that of the series."""
        if sent is None:
            return base.body  # MS-ASCMD_R878
        before = self.event.body if base.body is None else base.body
        types = bodies.types_of(self.event.item_class, self.sent.author.version)
        stored = bodies.to_store(sent, before, self.sent.options.body_preferences, types)
        if stored is before:
            return base.body
        return NO_BODY if stored is None else stored

    def _attendees(self, base: EventException, sent: Any) -> Any:  # attendees, None or empty
        known = self.event.attendees if base.attendees is None else base.attendees
        return sent and merged_attendees(sent, known, self.sent.author.version)

    def _attachments(self, base: EventException, commands: tuple[Command, ...]) -> dict[str, Any]:
        """Its own attachments, if the commands make it differ from what it had."""
        kept = self.event.stored_attachments if base.stored_attachments is None else base.stored_attachments
        stored, self.next_attachment = changed_attachments(
            kept or (), commands, self.sent.blob_keys, self.next_attachment
        )
        return {} if stored == (kept or ()) else {"stored_attachments": stored}

    def _when(
        self, base: EventException, sent: Mapping[str, Any], different: Mapping[str, Any]
    ) -> dict[str, datetime | None]:
        """Its own times; None for those that it has in the series."""
        if different.keys().isdisjoint((*_TIMES, "all_day_event")):
            return {}
        was = bool(self.event.all_day_event if base.all_day_event is None else base.all_day_event)
        said = different.get("all_day_event", base.all_day_event)
        all_day = bool(self.event.all_day_event if said is None else said)
        if all_day != bool(self.event.all_day_event) and self.sent.author.version > BEFORE_16:
            raise SchemaError(
                Calendar.AllDayEvent, Problem.VALUE, "is not as in the series"
            )  # MS-ASCAL_R2009
        changed = different if all_day == was else {**different, **{name: sent.get(name) for name in _TIMES}}
        now = msgspec.structs.replace(
            base,
            **{
                name: None if changed[name] is None else self.clock.read(changed[name], all_day=all_day)
                for name in _TIMES
                if name in changed
            },
        )
        if all_day != was and now.start_time is None:
            natural = times_of(self.event, EventException(exception_start_time=base.exception_start_time))
            start, end = self.clock.moved(
                *natural, from_all_day=bool(self.event.all_day_event), to_all_day=all_day
            )
            now = msgspec.structs.replace(now, start_time=start, end_time=now.end_time or end)
        start, end = times_of(self.event, now)
        if changed.get("end_time") is None and end < start:
            before = times_of(self.event, base)
            end = later(start, before[1] - before[0])
        start, end = ordered(start, end, all_day=all_day)
        if start == base.exception_start_time:
            natural_end = later(start, length_of(self.event))
            return {"start_time": None, "end_time": None if end == natural_end else end}
        return {"start_time": start, "end_time": end}
