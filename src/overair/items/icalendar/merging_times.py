"""What a change of its times does to an event: they are written in the form that they have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from icalendar import Event as VEvent
from icalendar import vDuration

from overair.items.calendar.event import Event
from overair.items.icalendar.clock import Clock, Used
from overair.items.icalendar.components import Property, property_of
from overair.items.icalendar.events import times_of
from overair.items.icalendar.fields import Reader
from overair.items.icalendar.merging_fields import Change
from overair.items.icalendar.sheet import Line, lines_of
from overair.items.icalendar.times import Moment, after, moment
from overair.items.icalendar.zones import Zone

_DAY: Final = timedelta(days=1)
_ALL_DAY: Final = "X-MICROSOFT-CDO-ALLDAYEVENT"


class Form(NamedTuple):
    """How a time is written: as a date, in UTC, by the clock of a zone, or by that of none."""

    is_date: bool
    is_utc: bool
    tzid: str | None
    zone: tzinfo
    as_day: bool = False
    """It is a midnight that stands for a day (X-MICROSOFT-CDO-ALLDAYEVENT)."""
    used: Used | None = None
    """The zone that it names, where the text may not have it."""

    def written(self, instant: datetime) -> str:
        """An instant as a value."""
        if self.is_date:
            return f"{instant.astimezone(UTC):%Y%m%d}"
        local = instant.astimezone(UTC if self.as_day else self.zone)
        return f"{local:%Y%m%dT%H%M%S}" + "Z" * self.is_utc

    def line(self, name: str, instant: datetime) -> str:
        """A property with an instant."""
        head = name + (";VALUE=DATE" if self.is_date else "") + (f";TZID={self.tzid}" if self.tzid else "")
        return f"{head}:{self.written(instant)}"

    def set(self, line: Line, instant: datetime) -> None:
        """Give a property an instant, in this form."""
        self.set_head(line)
        line.value = self.written(instant)

    def set_head(self, line: Line) -> None:
        """Give a property the parameters of this form."""
        if line.found.parameter("VALUE") != ("DATE" if self.is_date else "DATE-TIME"):
            line.set_parameter("VALUE", "DATE" if self.is_date else None)
        if line.found.parameters.get("TZID") != self.tzid:
            line.set_parameter("TZID", self.tzid and _parameter(self.tzid))


def _parameter(value: str) -> str:
    return f'"{value}"' if set(value) & set(";:,") else value


def form_of(found: Property, reader: Reader, *, as_day: bool = False) -> Form:
    """The form of a property. Raises ValueError for one that is no time."""
    return form_at(moment(found, reader.zones), found, as_day=as_day)


def form_at(said: Moment, found: Property, *, as_day: bool = False) -> Form:
    """The form of a property that says a time."""
    zone = UTC if said.zone is None else said.zone.tzinfo
    tzid = None if said.is_date or said.is_utc else found.parameters.get("TZID") or None
    return Form(said.is_date, said.is_utc, tzid, zone, as_day and not said.is_date)


def form_for(event: Event, instant: datetime, *, recurs: bool) -> Form:
    """The form of the times of a new event."""
    is_date = bool(event.all_day_event)
    clock = Clock(event.zone, event.timezone, all_day=is_date, recurs=recurs)
    component = VEvent()
    clock.add(component, "DTSTART", instant)
    found = property_of(lines_of(component, ("DTSTART",))[0])
    tzid = None if found is None else found.parameters.get("TZID")
    return Form(is_date, not is_date and tzid is None, tzid, clock.tzinfo if tzid else UTC, used=clock.used)


def is_told_once(form: Form, instant: datetime) -> bool:
    """Whether the wall clock shows an instant that no other shows, too, so that it can be written."""
    local = instant.astimezone(form.zone)
    return local.replace(fold=0).astimezone(UTC) == instant


def form_after(change: Change, before: Event, target: Event, *, recurs: bool) -> Form:
    """The form that DTSTART has after a change: that which it has, in another zone a new one."""
    start, _, _, all_day = times_of(change.component, change.reader)
    found = change.component.first("DTSTART")
    if found is None:
        raise ValueError("has no DTSTART")
    form = form_at(start, found, as_day=all_day)
    same = not change.differs("all_day_event", "zone", "timezone")
    if not same or target.start_time is None:
        return form_for(target, target.start_time or start.instant, recurs=recurs)
    if not recurs and not form.is_date and not is_told_once(form, target.start_time):
        return Form(False, True, None, UTC)
    return form


def merge_times(change: Change, before: Event, target: Event, *, recurs: bool) -> Form | None:
    """Start and end; gives back the form of the start where it changed."""
    if target.start_time is None or target.end_time is None:
        return None
    start, first, end, was_all_day = times_of(change.component, change.reader)
    form = form_after(change, before, target, recurs=recurs)
    line = change.node.first("DTSTART")
    if line is None or before.start_time is None:
        return None
    begins = target.start_time
    if recurs and first != before.start_time and not change.differs("all_day_event", "zone", "timezone"):
        # The pattern begins after DTSTART: both move alike.
        begins = first + (target.start_time - before.start_time)
    ends = begins + max(target.end_time - target.start_time, timedelta())
    same_form = form == form_at(start, line.found, as_day=was_all_day)
    if not same_form or begins != first:
        form.set(line, begins)
    for marker in change.node.all(_ALL_DAY):
        if change.differs("all_day_event"):
            marker.value = str(bool(target.all_day_event)).upper()
    _merge_end(change, form, begins, ends, is_kept=same_form and begins == first and ends == end)
    return form


def _merge_end(change: Change, form: Form, begins: datetime, ends: datetime, *, is_kept: bool) -> None:
    node = change.node
    last, length = node.first("DTEND"), node.first("DURATION")
    if is_kept:
        return
    if last is not None:
        own = form
        if not change.differs("all_day_event", "zone", "timezone"):
            own = _own_form(change, last, form)
        own.set(last, ends)
        return
    if length is not None:
        length.value = _duration(begins, ends, form, length.value)
        return
    if ends != (begins + _DAY if form.is_date else begins):
        change.sheet.add(node, form.line("DTEND", ends))


def _own_form(change: Change, last: Line, form: Form) -> Form:
    """The form of DTEND, which may be in another zone than DTSTART."""
    try:
        own = form_of(last.found, change.reader, as_day=form.as_day)
    except (ValueError, OverflowError):
        return form
    return own if own.is_date == form.is_date else form


def _after(start: Moment, text: str) -> datetime | None:
    try:
        return after(start, text)
    except (ValueError, OverflowError):
        return None


def _duration(begins: datetime, ends: datetime, form: Form, before: str) -> str:
    """What DURATION is to say; of the wall clock's days some are longer than others."""
    length = ends - begins
    zone = None if form.is_date or form.is_utc else Zone(None, form.zone)
    start = Moment(begins, begins.astimezone(form.zone).replace(tzinfo=None), form.is_date, zone)
    for text in (before, vDuration(length).to_ical().decode()):
        if _after(start, text) == ends:
            return str(text)
    return f"PT{int(length.total_seconds())}S"
