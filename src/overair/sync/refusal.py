"""Why something that a client asked for is not done, as the status that it is told."""

from __future__ import annotations

from overair.protocol.statuses import CommonStatus, SyncStatus

Status = SyncStatus | CommonStatus
"""What a command is answered with."""


def status_of(number: int) -> Status:
    """The status with a number."""
    return CommonStatus(number) if number >= min(CommonStatus) else SyncStatus(number)


class CommandRefused(Exception):
    """One command is refused; the others of its collection are not."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class CollectionRefused(Exception):
    """The exchange of a collection is refused, and changes nothing."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class SyncRefused(Exception):
    """The whole request is refused before anything was done: ``status`` is a child of Sync."""

    def __init__(self, status: SyncStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
