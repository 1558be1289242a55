"""Events as a client makes, changes and sees them."""

from __future__ import annotations

import msgspec

from overair.items.event import Event
from overair.items.event_showing import shown_event
from overair.items.making import Sent


def create_event(sent: Sent) -> Event:
    """The event of an Add. Raises SchemaError."""
    return Event(**sent.values)


def change_event(event: Event, sent: Sent) -> Event:
    """The event after a Change. Raises SchemaError."""
    return msgspec.structs.replace(event, **sent.values)


__all__ = ["change_event", "create_event", "shown_event"]
