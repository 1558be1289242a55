"""How one client wants the items of one collection shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from overair.items import RenderOptions
from overair.protocol.body_preferences import BodyPreference
from overair.protocol.sync_options import MIMESupport, Options
from overair.versions import Version


@dataclass(slots=True, frozen=True)
class Wanted:
    """The options in force for the collection's class, and the protocol version."""

    options: Options
    version: Version
    time_zone: str = "UTC"
    """The IANA name of the zone of events that have none."""
    time_zone_names: bool = True
    """The names of time zones are not empty (devices/quirks.py)."""

    def render_options(self) -> RenderOptions:
        """What the items room is asked for."""
        options = self.options
        return RenderOptions(
            body_preferences=options.body_preferences,
            body_part_preference=options.body_part_preference,
            mime_support=MIMESupport.NEVER if options.mime_support is None else options.mime_support,
            mime_truncation=options.mime_truncation,
            time_zone=self.time_zone,
            time_zone_names=self.time_zone_names,
        )

    def whole(self) -> Wanted:
        """The same without truncation, as Fetch has it (MS-ASCMD_R2956)."""
        preferences = tuple(
            BodyPreference(type=preference.type, preview=preference.preview)
            for preference in self.options.body_preferences
        )
        options = msgspec.structs.replace(self.options, body_preferences=preferences, mime_truncation=None)
        return replace(self, options=options)
