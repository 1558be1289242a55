"""The fields of an event that single rules hold for, as what a client sends is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from overair.items.calendar.attendee import Attendee
from overair.items.calendar.location import Location
from overair.protocol.schema import Field, Record
from overair.versions import Version

NOWHERE = Location()
"""The place of an occurrence from which that of its series was taken away."""


def differing(
    model: type[Record], values: Mapping[str, Any], told: Record, version: Version
) -> dict[str, Any]:
    """Of the values that a client sends, those that are not what it was told.

    The others stay as they are stored, which may be more than the client's version can say.
    """
    fields = {bound.name: bound.field for bound in model.fields()}
    return {
        name: value
        for name, value in values.items()
        if not _same_on_the_wire(fields[name], value, getattr(told, name), version)
    }


def _same_on_the_wire(field: Field, sent: Any, told: Any, version: Version) -> bool:  # of the field's type
    if sent is None or told is None:
        return sent is told
    return bool(field.type.encode(sent, version) == field.type.encode(told, version))


def place_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The place of the values that a client sends, as text or object: NOWHERE where it is empty."""
    if "location_text" in values:
        text = values["location_text"]
        return {"location": None if text is None else Location(display_name=text) if text else NOWHERE}
    return {"location": values["location"]} if "location" in values else {}


def merged_attendees(
    sent: tuple[Attendee, ...], before: tuple[Attendee, ...] | None, version: Version
) -> tuple[Attendee, ...]:
    """The attendees that a client sends, with what only the server knows of them.

    From 16.0 on that is whether they come, too (MS-ASCAL_R2028).
    """
    known = {one.email.lower(): one for one in before or ()}
    return tuple(_merged(one, known.get(one.email.lower()), version) for one in sent)


def _merged(sent: Attendee, before: Attendee | None, version: Version) -> Attendee:
    status, kind = sent.status, sent.type
    if before is not None:
        status, kind = before.status if status is None else status, before.type if kind is None else kind
    if version >= Version.V16_0:
        status = None if before is None else before.status
    return msgspec.structs.replace(
        sent,
        status=status,
        type=kind,
        proposed_start_time=None if before is None else before.proposed_start_time,
        proposed_end_time=None if before is None else before.proposed_end_time,
    )
