"""Events as a client makes, changes and sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from overair.items import bodies
from overair.items.body import Body
from overair.items.event import Event
from overair.items.making import Sent
from overair.protocol.body_preferences import BodyType
from overair.versions import Version

if TYPE_CHECKING:
    from overair.items.rendering import RenderOptions


def create_event(sent: Sent) -> Event:
    """The event of an Add. Raises SchemaError."""
    return Event(**sent.values)


def change_event(event: Event, sent: Sent) -> Event:
    """The event after a Change. Raises SchemaError."""
    return msgspec.structs.replace(event, **sent.values)


def shown_event(event: Event, options: RenderOptions, version: Version, item_id: str) -> Event:
    """The event as a client is shown it."""
    notes = event.body or Body(type=BodyType.PLAIN_TEXT, data="")
    return msgspec.structs.replace(
        event, body=bodies.body(bodies.StoredBody(notes), options.body_preferences)
    )
