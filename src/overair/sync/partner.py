"""Who synchronises: one device of one account, for the time of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from overair.directory.interface import User
from overair.items import Author
from overair.mailboxes.interface import Mailbox
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
    claim: Callable[[int], Awaitable[None]] | None = None
    """Called with about how many bytes of items come next; it may raise, then the answer is lost."""

    def author(self, now: datetime) -> Author:
        """The user as the author of items that the device makes and changes."""
        return Author(
            version=self.version,
            now=now,
            address=self.user.address,
            name=self.user.display_name,
            ignores_empty_picture=self.ignores_empty_picture,
        )
