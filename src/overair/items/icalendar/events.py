"""What one VEVENT says, in the fields that events and their exceptions share."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from overair.items.calendar.statuses import (
    BUSY,
    CANCELED,
    FREE,
    MEETING,
    OUT_OF_OFFICE,
    RECEIVED,
    TENTATIVE,
    WORKING_ELSEWHERE,
)
from overair.items.icalendar.alarms import reminder_of
from overair.items.icalendar.bodies import PROPERTIES as BODY_PROPERTIES
from overair.items.icalendar.bodies import body_of
from overair.items.icalendar.components import Component
from overair.items.icalendar.fields import (
    Reader,
    categories_of,
    instant,
    name_losses,
    required_moment,
    sensitivity_of,
    stamp_of,
    status_of,
    subject_of,
)
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.people import People, people_of
from overair.items.icalendar.places import PROPERTIES as PLACE_PROPERTIES
from overair.items.icalendar.places import location_of
from overair.items.icalendar.times import Moment, after, instant_of, moment

BUSY_STATUSES: Final = {
    "FREE": FREE,
    "TENTATIVE": TENTATIVE,
    "BUSY": BUSY,
    "OOF": OUT_OF_OFFICE,
    "WORKINGELSEWHERE": WORKING_ELSEWHERE,
}
"""The values of X-MICROSOFT-CDO-BUSYSTATUS and the BusyStatus that they are."""
CONFERENCE: Final = "X-MICROSOFT-ONLINEMEETINGCONFLINK"
JOIN_LINKS: Final = (
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "CONFERENCE",
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
)
"""Where a link is to join a meeting from a browser; the first is what is written."""
LINK_CHARACTERS: Final = 2_000
_READ: Final = (
    frozenset({"UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE"})
    | {"RECURRENCE-ID", "SEQUENCE", "SUMMARY", "ORGANIZER", "ATTENDEE", "STATUS", "TRANSP", "CLASS"}
    | {"CATEGORIES", "X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT"}
    | {"X-MICROSOFT-CDO-REPLYTIME", "X-MICROSOFT-DISALLOW-COUNTER", "X-MICROSOFT-ISRESPONSEREQUESTED"}
    | {CONFERENCE, *JOIN_LINKS}
    | BODY_PROPERTIES
    | PLACE_PROPERTIES
)
_DAY: Final = timedelta(days=1)


class Occasion(NamedTuple):
    """One VEVENT."""

    component: Component
    start: Moment
    first: datetime
    """The start as an event stores it."""
    end: datetime
    all_day: bool
    people: People
    values: dict[str, Any]
    """The fields of Event that EventException has, too, times apart."""


def occasion(component: Component, reader: Reader) -> Occasion:
    """What a VEVENT says. Raises Unreadable."""
    losses = reader.losses
    start, first, end, all_day = times_of(component, reader)
    if start.unknown_zone:
        losses.add("TZID", "is no zone that is known: read in the calendar's own")
    people = people_of(component, reader.addresses, losses)
    recurs = component.first("RRULE", "RDATE") is not None
    values: dict[str, Any] = {
        "subject": subject_of(component, losses),
        "body": body_of(component, losses),
        "location": location_of(component, losses),
        "categories": categories_of(component, losses),
        "sensitivity": sensitivity_of(component),
        "busy_status": busy_status_of(component),
        "reminder": reminder_of(component, start, end, reader.zones, losses, recurs=recurs),
        "dt_stamp": stamp_of(component, reader),
        "meeting_status": _meeting_status(component, people),
        "attendees": people.attendees or None,
        "response_type": people.response_type if people.attendees else None,
        "appointment_reply_time": instant(component, "X-MICROSOFT-CDO-REPLYTIME", reader),
        "online_meeting_conf_link": _link(component, (CONFERENCE,), losses),
        "online_meeting_external_link": _link(component, JOIN_LINKS, losses),
    }
    name_losses(component, _READ, losses)
    return Occasion(component, start, first, end, all_day, people, values)


def times_of(component: Component, reader: Reader) -> tuple[Moment, datetime, datetime, bool]:
    """The start as it is said, start and end as they are stored, and whether they are days."""
    start = required_moment(component, "DTSTART", reader.zones)
    said, end = _end(component, start, reader)
    if end < start.instant:
        reader.losses.add(said, "is before the start")
        end = start.instant
    if start.is_date:
        days = max(-((start.instant - end) // _DAY), 1)
        return start, start.instant, start.instant + days * _DAY, True
    if component.text("X-MICROSOFT-CDO-ALLDAYEVENT").strip().upper() == "TRUE" and end > start.instant:
        zone = UTC if start.zone is None else start.zone.tzinfo
        last = end.astimezone(zone).replace(tzinfo=UTC)
        first = start.local.replace(tzinfo=UTC)
        if first.time() == last.time() == time():
            return start, first, last, True
    return start, start.instant, end, False


def _end(component: Component, start: Moment, reader: Reader) -> tuple[str, datetime]:
    """The property that names the end, and the instant; what no property names is the start."""
    found = component.first("DTEND", "DURATION")
    if found is None:
        return "", start.instant
    try:
        if found.name == "DURATION":
            return found.name, after(start, found.value)
        end = moment(found, reader.zones)
    except (ValueError, OverflowError):
        reader.losses.add(found.name, "is no time, or none that can be kept")
        return found.name, start.instant
    if start.is_date:
        return found.name, end.local.replace(tzinfo=UTC)
    if end.is_date and start.zone is not None:
        return found.name, instant_of(end.local, start.zone)
    return found.name, end.instant


def busy_status_of(component: Component) -> int:
    """Whether the time of an event is free, and how."""
    said = BUSY_STATUSES.get(component.text("X-MICROSOFT-CDO-BUSYSTATUS").strip().upper())
    if said is not None:
        return said
    if component.text("TRANSP").strip().upper() == "TRANSPARENT":
        return FREE
    return TENTATIVE if status_of(component) == "TENTATIVE" else BUSY


def _meeting_status(component: Component, people: People) -> int:
    status = 0
    if people.attendees:
        status = MEETING | RECEIVED if people.is_received else MEETING
    return status | MEETING | CANCELED if status_of(component) == "CANCELLED" else status


def _link(component: Component, names: tuple[str, ...], losses: Losses) -> str | None:
    """The first link of some properties; a different one is dropped."""
    kept: str | None = None
    for name in names:
        for found in component.all(name):
            link = found.text.strip()
            if not link or link == kept:
                continue
            if kept is None and len(link) <= LINK_CHARACTERS and link.isprintable():
                kept = link
            else:
                losses.add(name, "only one link to join is kept")
    return kept
