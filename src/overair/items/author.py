"""Who makes or changes an item, for what the server fills in."""

from __future__ import annotations

from datetime import datetime

import msgspec

from overair.versions import Version


class Author(msgspec.Struct, frozen=True):
    """One user at one device, now. ``time_zone`` is the IANA name of the zone of those who name none."""

    version: Version
    now: datetime
    address: str = ""
    name: str = ""
    time_zone: str = "UTC"
    first_day_of_week: int = 0
    """The day with which weeks begin, counted from Sunday (MS-ASCAL_R52524)."""
    ignores_empty_picture: bool = False
    """An empty Picture in its changes means nothing (devices/quirks.py)."""

    @property
    def second(self) -> datetime:
        """Now, as Compact DateTime can say it."""
        return self.now.replace(microsecond=0)
