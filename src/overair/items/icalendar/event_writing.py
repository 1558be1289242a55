"""Events as VEVENTs: one for the series, one for each occurrence that is otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import Final

import msgspec
from icalendar import Component, vRecur
from icalendar import Event as VEvent

from overair.items.calendar.event import Event, EventException
from overair.items.calendar.statuses import CANCELED, FREE, TENTATIVE
from overair.items.icalendar.alarms import alarm_before
from overair.items.icalendar.attachments import add_attachments
from overair.items.icalendar.bodies import add_body
from overair.items.icalendar.clock import Clock, Used
from overair.items.icalendar.events import BUSY_STATUSES, CONFERENCE, JOIN_LINKS
from overair.items.icalendar.fields import Writer, add_common
from overair.items.icalendar.people import attendee_values, calendar_user
from overair.items.icalendar.places import add_location
from overair.items.icalendar.recurrence import rrule_of
from overair.items.icalendar.text import as_text
from overair.items.recurrence.pattern import Recurrence
from overair.items.recurrence.series import Series

BUSY_NAMES: Final = {value: name for name, value in BUSY_STATUSES.items()}
_TICK: Final = timedelta(microseconds=1)
OWN_OF_OCCURRENCES: Final = (
    *("subject", "body", "location", "categories", "sensitivity", "busy_status", "reminder", "dt_stamp"),
    *("meeting_status", "attendees", "response_type", "appointment_reply_time"),
    *("online_meeting_conf_link", "online_meeting_external_link", "stored_attachments"),
)
"""What an exception has in place of its series."""


def write_event(event: Event, writer: Writer) -> tuple[list[Component], list[Used]]:
    """The components of an event, and the zone that they name. Raises ValueError for one without times."""
    if event.start_time is None or event.end_time is None:
        raise ValueError("an event has a start and an end")
    zone = event.zone
    if zone is None and event.timezone is None and event.recurrence is not None:
        zone = writer.default_zone
    recurs = event.recurrence is not None
    clock = Clock(zone, event.timezone, all_day=bool(event.all_day_event), recurs=recurs)
    master = VEvent()
    if event.original_start is not None:
        clock.add(master, "RECURRENCE-ID", event.original_start)
    components: list[Component] = [master]
    start = event.start_time
    if event.recurrence is not None:
        # RRULE counts from its first occurrence on, and DTSTART is one whatever the rule says.
        wall = UTC if event.all_day_event else clock.tzinfo
        series = Series(event.recurrence, start, wall)
        first = series.first_after(start - _TICK)
        if first is None:
            writer.losses.add("Recurrence", "has no occurrence")
        else:
            start = first
            master.add("RRULE", _rule(event.recurrence, first, wall, all_day=bool(event.all_day_event)))
            components += _exceptions(event, series, master, clock, writer)
    _add_times(master, clock, start, start + _length(event), None)
    add_fields(master, event, event, writer)
    return components, [] if clock.used is None else [clock.used]


def _rule(recurrence: Recurrence, start: datetime, zone: tzinfo, *, all_day: bool) -> vRecur:
    if all_day:
        return rrule_of(recurrence, start, zone, until=lambda last: last.date())
    return rrule_of(recurrence, start, zone)


def _exceptions(
    event: Event, series: Series, master: VEvent, clock: Clock, writer: Writer
) -> Iterator[Component]:
    """The occurrences that are otherwise; those that are deleted go into the series."""
    for exception in event.exceptions or ():
        original = series.at(exception.exception_start_time)
        if original is None:
            continue  # an exception of no occurrence changes nothing
        if exception.deleted:
            clock.add(master, "EXDATE", original)
        else:
            yield _occurrence(event, original, exception, clock, writer)


def _occurrence(
    event: Event, original: datetime, exception: EventException, clock: Clock, writer: Writer
) -> VEvent:
    component = VEvent()
    clock.add(component, "RECURRENCE-ID", original)
    start = exception.start_time or original
    end = exception.end_time or start + _length(event)
    _add_times(component, clock, start, end, exception.all_day_event)
    own = {
        name: getattr(exception, name) for name in OWN_OF_OCCURRENCES if getattr(exception, name) is not None
    }
    add_fields(component, msgspec.structs.replace(event, **own), event, writer)
    return component


def _length(event: Event) -> timedelta:
    if event.start_time is None or event.end_time is None:
        return timedelta()
    return max(event.end_time - event.start_time, timedelta())


def _add_times(component: VEvent, clock: Clock, start: datetime, end: datetime, all_day: bool | None) -> None:
    clock.add(component, "DTSTART", start, all_day=all_day)
    clock.add(component, "DTEND", end, all_day=all_day)


def add_fields(component: VEvent, event: Event, series: Event, writer: Writer) -> None:
    """Write all of an event or an occurrence but times and recurrence."""
    losses = writer.losses
    add_common(
        component,
        uid=series.uid or blake2b(msgspec.json.encode(series), digest_size=16).hexdigest(),
        stamp=event.dt_stamp or writer.now,
        subject=event.subject,
        categories=event.categories,
        sensitivity=event.sensitivity,
    )
    add_body(component, event.body)
    if event.location is not None:
        add_location(component, event.location, losses)
    _add_status(component, event)
    if event.organizer_email:
        component.add("ORGANIZER", calendar_user(event.organizer_email, event.organizer_name))
    elif event.organizer_name:
        losses.add("OrganizerName")
    for value in attendee_values(
        event.attendees or (), response_requested=bool(event.response_requested), losses=losses
    ):
        component.add("ATTENDEE", value)
    if event.disallow_new_time_proposal is not None:
        component.add("X-MICROSOFT-DISALLOW-COUNTER", str(event.disallow_new_time_proposal).upper())
    for name, link in (
        (CONFERENCE, event.online_meeting_conf_link),
        (JOIN_LINKS[0], event.online_meeting_external_link),
    ):
        if link:
            component.add(name, as_text(link))
    if event.appointment_reply_time is not None:
        component.add("X-MICROSOFT-CDO-REPLYTIME", f"{event.appointment_reply_time:%Y%m%dT%H%M%SZ}")
    add_attachments(component, event.stored_attachments, writer.get, losses)
    if event.reminder is not None and event.reminder >= 0:
        component.add_component(alarm_before(event.reminder))


def _add_status(component: VEvent, event: Event) -> None:
    busy = event.busy_status
    if (event.meeting_status or 0) & CANCELED:
        component.add("STATUS", "CANCELLED")
    elif busy is not None:
        component.add("STATUS", "TENTATIVE" if busy == TENTATIVE else "CONFIRMED")
    if busy is not None:
        component.add("TRANSP", "TRANSPARENT" if busy == FREE else "OPAQUE")
        component.add("X-MICROSOFT-CDO-BUSYSTATUS", BUSY_NAMES[busy])
