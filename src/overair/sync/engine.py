"""The sync engine: what the commands Sync, GetItemEstimate and Ping ask of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from overair.protocol.get_item_estimate import EstimateCollectionRequest
from overair.protocol.statuses import GetItemEstimateStatus, SyncStatus
from overair.protocol.sync import CollectionRequest, CollectionResponse
from overair.sync.filters import Clock
from overair.sync.partner import Partner
from overair.sync.submission import Submission


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


class SyncRefused(Exception):
    """The whole request is refused: ``status`` is a child of Sync."""

    def __init__(self, status: SyncStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(slots=True, frozen=True)
class WatchedFolders:
    """Of the folders asked about: those with something to tell, and those that do not exist."""

    with_news: tuple[str, ...]
    missing: tuple[str, ...]


class Engine:
    """Synchronises devices with mailboxes, under the laws of docs/architecture.md.

    Every method is called under the device's lock (law 9).
    """

    def __init__(self, submission: Submission, clock: Clock = utc_now) -> None:
        self._submission = submission
        self._clock = clock

    async def exchange(
        self, partner: Partner, collections: Sequence[CollectionRequest], window_size: int
    ) -> tuple[CollectionResponse, ...]:
        """Apply what the client did and tell it what changed, at most ``window_size`` things in all.

        Everything is committed when this returns. A collection with nothing to tell has no
        response. Raises SyncRefused, before anything was done.
        """
        raise NotImplementedError

    async def has_news(self, partner: Partner, collection_ids: Collection[str]) -> WatchedFolders:
        """For which collections the next Sync would show something (law 8)."""
        raise NotImplementedError

    async def estimate(
        self, partner: Partner, collection: EstimateCollectionRequest
    ) -> tuple[GetItemEstimateStatus, int]:
        """How many changes the next Sync of a collection would show."""
        raise NotImplementedError
