"""ORGANIZER and ATTENDEE, and what they tell of the user's own part in a meeting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from icalendar import vCalAddress

from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.calendar.statuses import ORGANIZER
from overair.items.icalendar.components import Component, Property
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.text import QuotedParameters, on_one_line

ATTENDEES: Final = 2_000
"""The most attendees of an event."""
ADDRESS_CHARACTERS: Final = 320
NAME_CHARACTERS: Final = 500
STATUSES: Final = {
    "NEEDS-ACTION": AttendeeStatus.NOT_RESPONDED,
    "ACCEPTED": AttendeeStatus.ACCEPTED,
    "TENTATIVE": AttendeeStatus.TENTATIVE,
    "DECLINED": AttendeeStatus.DECLINED,
}
ROLES: Final = {
    "REQ-PARTICIPANT": AttendeeType.REQUIRED,
    "CHAIR": AttendeeType.REQUIRED,
    "OPT-PARTICIPANT": AttendeeType.OPTIONAL,
    "NON-PARTICIPANT": AttendeeType.OPTIONAL,
}
ROOMS: Final = ("RESOURCE", "ROOM")
STATUSES_WRITTEN: Final = {status: name for name, status in STATUSES.items()}
ROLES_WRITTEN: Final = {AttendeeType.REQUIRED: "REQ-PARTICIPANT", AttendeeType.OPTIONAL: "OPT-PARTICIPANT"}


class People(NamedTuple):
    """Who is in an event."""

    organizer_email: str | None = None
    organizer_name: str | None = None
    attendees: tuple[Attendee, ...] = ()
    response_requested: bool = False
    is_received: bool = False
    """The organizer is somebody else."""
    response_type: int | None = None
    """The user's own part; None where the user is none of them."""


def people_of(component: Component, addresses: Collection[str], losses: Losses) -> People:
    """Who is in an event; ``addresses`` are the user's own, in small letters."""
    organizer = component.first("ORGANIZER")
    email = None if organizer is None else address_of(organizer)
    if organizer is not None and email is None:
        losses.add("ORGANIZER", "has no mail address")
    attendees: dict[str, Attendee] = {}
    response = None
    requested = False
    for found in component.all("ATTENDEE"):
        address = address_of(found)
        if address is None:
            losses.add("ATTENDEE", "has no mail address")
        elif len(attendees) >= ATTENDEES and address.lower() not in attendees:
            losses.add("ATTENDEE", f"an event keeps {ATTENDEES} of them")
        else:
            attendee = _attendee(found, address, losses)
            attendees.setdefault(address.lower(), attendee)
            is_own = address.lower() in addresses
            if found.parameter("RSVP") == "TRUE":
                requested = True
            if is_own and attendee.status is not None:
                response = int(attendee.status) or None  # the same numbers (MS-ASCAL_R412 to R418)
    is_received = email is not None and email.lower() not in addresses
    if attendees and not is_received:
        response = ORGANIZER
    return People(
        organizer_email=email,
        organizer_name=None if organizer is None or email is None else _name(organizer) or email,
        attendees=tuple(attendees.values()),
        response_requested=requested,
        is_received=is_received,
        response_type=response if attendees or is_received else None,
    )


def _attendee(found: Property, address: str, losses: Losses) -> Attendee:
    answer = found.parameter("PARTSTAT") or "NEEDS-ACTION"
    status = STATUSES.get(answer)
    if status is None:
        losses.add("ATTENDEE", "has an answer of another kind")
    kind = ROLES.get(found.parameter("ROLE"), AttendeeType.REQUIRED)
    if found.parameter("CUTYPE") in ROOMS:
        kind = AttendeeType.RESOURCE
    for parameter in ("DELEGATED-TO", "DELEGATED-FROM", "MEMBER"):
        if parameter in found.parameters:
            losses.add("ATTENDEE", f"an event keeps no {parameter}")
    return Attendee(email=address, name=_name(found) or address, status=status, type=kind)


def address_of(found: Property) -> str | None:
    """The mail address of a calendar user."""
    text = found.text.strip()
    if text[:7].lower() == "mailto:":
        text = text[7:].strip()
    elif "@" not in text or ":" in text:
        # RFC 7986: the mail address of one who is named by something else.
        text = found.parameters.get("EMAIL", "").strip()
    text = text.removeprefix("<").removesuffix(">")
    return text if text and "@" in text and len(text) <= ADDRESS_CHARACTERS else None


def _name(found: Property) -> str:
    return on_one_line(found.parameters.get("CN", ""))[:NAME_CHARACTERS]


def attendee_values(
    attendees: Iterable[Attendee], *, response_requested: bool, losses: Losses
) -> list[vCalAddress]:
    """The ATTENDEE properties of attendees."""
    values = []
    for attendee in attendees:
        value = calendar_user(attendee.email, attendee.name)
        if attendee.type == AttendeeType.RESOURCE:
            value.params["CUTYPE"] = "RESOURCE"
            value.params["ROLE"] = "NON-PARTICIPANT"
        elif attendee.type is not None:
            value.params["ROLE"] = ROLES_WRITTEN[attendee.type]
        if attendee.status is not None:
            value.params["PARTSTAT"] = STATUSES_WRITTEN.get(attendee.status, "NEEDS-ACTION")
        if response_requested:
            value.params["RSVP"] = "TRUE"
        if attendee.proposed_start_time is not None or attendee.proposed_end_time is not None:
            losses.add("ProposedStartTime")
        values.append(value)
    return values


def calendar_user(email: str, name: str | None) -> vCalAddress:
    """A calendar user as a value of ORGANIZER or ATTENDEE."""
    value = vCalAddress(f"mailto:{email}")
    value.params = QuotedParameters(value.params)
    if name and name != email:
        value.params["CN"] = name
    return value
