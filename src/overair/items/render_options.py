"""How a client wants items shown."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.protocol.body_preferences import BodyPartPreference, BodyPreference


class RenderOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the Options of a request say about how items are shown."""

    body_preferences: tuple[BodyPreference, ...] = ()
    body_part_preference: BodyPartPreference | None = None
    mime_support: int = 0
    mime_truncation: int | None = None
    time_zone: str = "UTC"
    """The IANA name of the zone of events that have none."""
    time_zone_names: bool = True
    """False for clients that know a zone only where its names are empty (devices/quirks.py)."""


WHOLE: Final = RenderOptions()
"""Everything as it is stored."""
