"""What is shown of what others have let a user into."""

from __future__ import annotations

from enum import StrEnum


class Shared(StrEnum):
    """Which mailboxes, calendars and address books of others are shown.

    SUBSCRIBED are those that the user has taken up: mailboxes that are subscribed to, and collections that
    the server lists among the user's own.
    """

    ALL = "all"
    SUBSCRIBED = "subscribed"
    NONE = "none"
