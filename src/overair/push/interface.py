"""Who waits for what."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Subscription(Protocol):
    """One waiting request. Subscribe first, then compare tokens, then wait, so no change falls between."""

    changed_at: float
    """The monotonic time of the first change that the last wait has ended with, or the next one will."""

    async def wait(self, timeout: float) -> bool:
        """True for a change of a subscribed folder, False after ``timeout`` seconds without one.

        A change since the last wait, or since subscribing, counts. Raises Superseded when a newer
        waiting request of the same device ended this one, and ShuttingDown when the server stops
        or the account's waits are ended: both are answered as an ordinary end of the wait.
        """

    def end(self, reason: type[WaitEnded]) -> None:
        """Let this wait, or the next one, raise the reason."""

    def close(self) -> None:
        """Leave the table."""


class Hub(Protocol):
    """The table of waiting requests."""

    def __len__(self) -> int:
        """How many wait."""

    def subscribe(self, account_id: int, device_key: str, folder_ids: Collection[str]) -> Subscription:
        """Enter the table; ends an earlier waiting request of the same device (law 9)."""

    def publish(self, account_id: int, folder_id: str | None) -> None:
        """Wake those who wait for the folder; None (the hierarchy) wakes every device of the account."""

    def end_waits(self, account_id: int | None = None) -> None:
        """Wake everybody, or every device of an account, as at shut-down or after a password change."""


class WaitEnded(Exception):
    """Base of the reasons, other than a change or the time limit, for which a wait ends."""


class Superseded(WaitEnded):
    """A newer Ping or Sync of the same device took over."""


class ShuttingDown(WaitEnded):
    """The server is leaving; the phone should come back."""


class ClientGone(WaitEnded):
    """The connection was closed; nobody reads an answer any more."""
