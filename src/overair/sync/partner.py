"""Who synchronises: one device of one account, for the time of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from overair.directory.interface import User
from overair.items import Author
from overair.mailboxes.interface import Mailbox
from overair.protocol.sync_options import Options
from overair.sync.wanted import Wanted
from overair.versions import Version


@dataclass(slots=True, frozen=True)
class Partner:
    """One device of one account and the protocol version that it speaks now."""

    mailbox: Mailbox
    user: User
    device_key: int
    version: Version
    ignores_empty_picture: bool = False
    """An empty Picture in its changes means nothing (devices/quirks.py)."""
    time_zone: str = "UTC"
    """The IANA name of the zone of events that have none."""
    first_day_of_week: int = 0
    """The day with which the user's weeks begin, counted from Sunday."""
    time_zone_names: bool = True
    """The names of time zones are not empty for it (devices/quirks.py)."""
    claim: Callable[[int], Awaitable[None]] | None = None
    """Called with about how many bytes of items come next; it may raise, then the answer is lost."""

    def author(self, now: datetime) -> Author:
        """The user as the author of items that the device makes and changes."""
        return Author(
            version=self.version,
            now=now,
            address=self.user.address,
            name=self.user.display_name,
            time_zone=self.time_zone,
            first_day_of_week=self.first_day_of_week,
            ignores_empty_picture=self.ignores_empty_picture,
        )

    def wanted(self, options: Options) -> Wanted:
        """How the device wants the items of a collection shown, by the options in force there."""
        return Wanted(options, self.version, self.time_zone, self.time_zone_names)
