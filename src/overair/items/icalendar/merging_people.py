"""What a change of who is in a meeting does to ORGANIZER and ATTENDEE."""

from __future__ import annotations

from typing import Final

from icalendar import Event as VEvent
from icalendar import vCalAddress

from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.calendar.event import Event
from overair.items.icalendar.merging_fields import Change
from overair.items.icalendar.people import (
    ROLES_WRITTEN,
    ROOMS,
    STATUSES_WRITTEN,
    address_of,
    attendee_values,
    calendar_user,
)
from overair.items.icalendar.sheet import Line, lines_of
from overair.items.icalendar.text import parameter_value

_ASKED: Final = "X-MICROSOFT-ISRESPONSEREQUESTED"


def merge_people(change: Change, before: Event, after: Event) -> None:
    """Organizer and attendees: each keeps its line, and in that what did not change."""
    if change.differs("organizer_email", "organizer_name"):
        _merge_organizer(change, before, after)
    lines: dict[str, list[Line]] = {}
    for line in change.node.all("ATTENDEE"):
        address = address_of(line.found)
        if address is not None:
            lines.setdefault(address.lower(), []).append(line)
    if change.differs("attendees"):
        _merge_attendees(change, before, after, lines)
    asked, was_asked = bool(after.response_requested), bool(before.response_requested)
    if asked != was_asked and before.attendees:
        for several in lines.values():
            for line in several:
                line.set_parameter("RSVP", "TRUE" if asked else None)
        for line in change.node.all(_ASKED):
            line.value = str(asked).upper()
    if change.differs("response_type"):
        _merge_own_answer(change, before, after, lines)


def _merge_organizer(change: Change, before: Event, after: Event) -> None:
    line = change.node.first("ORGANIZER")
    if after.organizer_email is None:
        change.node.remove("ORGANIZER")
    elif line is not None:
        if before.organizer_email != after.organizer_email:
            line.value = f"mailto:{after.organizer_email}"
        line.set_parameter("CN", _name(after.organizer_email, after.organizer_name))
    elif after.attendees:
        change.sheet.add(
            change.node,
            *_written("ORGANIZER", calendar_user(after.organizer_email, after.organizer_name)),
        )


def _merge_attendees(change: Change, before: Event, after: Event, lines: dict[str, list[Line]]) -> None:
    invited = {one.email.lower(): one for one in before.attendees or ()}
    stay = {one.email.lower() for one in after.attendees or ()}
    for address, several in lines.items():
        for line in several:
            line.removed = address in invited and address not in stay
    for attendee in after.attendees or ():
        address = attendee.email.lower()
        if address in lines and address in invited:
            for line in lines[address]:
                _set(line, invited[address], attendee)
        elif address not in lines:
            [value] = attendee_values(
                [attendee],
                response_requested=bool(after.response_requested),
                losses=change.writer.losses,
            )
            change.sheet.add(change.node, *_written("ATTENDEE", value))


def _set(line: Line, before: Attendee, after: Attendee) -> None:
    """What is other about an attendee."""
    if before.name != after.name:
        line.set_parameter("CN", _name(after.email, after.name))
    if before.status != after.status and after.status is not None:
        line.set_parameter("PARTSTAT", STATUSES_WRITTEN.get(after.status, "NEEDS-ACTION"))
    if before.type != after.type and after.type is not None:
        if after.type is AttendeeType.RESOURCE:
            line.set_parameter("CUTYPE", "RESOURCE")
            line.set_parameter("ROLE", "NON-PARTICIPANT")
            return
        if line.found.parameter("CUTYPE") in ROOMS:
            line.set_parameter("CUTYPE", None)
        line.set_parameter("ROLE", ROLES_WRITTEN[after.type])


def _merge_own_answer(change: Change, before: Event, after: Event, lines: dict[str, list[Line]]) -> None:
    """The user's own answer, where it was not said of the attendee that the user is."""
    told = {one.email.lower(): one.status for one in after.attendees or ()}
    was = {one.email.lower(): one.status for one in before.attendees or ()}
    answer = next((one for one in AttendeeStatus if one and one == after.response_type), None)
    for address in change.reader.addresses & lines.keys():
        if answer is not None and told.get(address) == was.get(address):
            for line in lines[address]:
                line.set_parameter("PARTSTAT", STATUSES_WRITTEN.get(answer, "NEEDS-ACTION"))


def _written(name: str, value: vCalAddress) -> list[str]:
    component = VEvent()
    component.add(name, value)
    return lines_of(component, (name,))


def _name(email: str, name: str | None) -> str | None:
    """The value of CN, as it is written."""
    if not name or name == email:
        return None
    return parameter_value("CN", name)
