"""Collections and what is in them: Sync, estimates, waiting, moving."""

from __future__ import annotations

from collections.abc import Iterable

from overair.client.errors import InvalidAnswer, StatusError
from overair.client.session import Session
from overair.protocol.get_item_estimate import (
    EstimateCollectionRequest,
    GetItemEstimateRequest,
    GetItemEstimateResponse,
)
from overair.protocol.http import Command
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse, MoveResult
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.statuses import GetItemEstimateStatus
from overair.protocol.sync import SyncRequest, SyncResponse

LONGEST_HEARTBEAT = 3540
MARGIN = 30.0
"""Seconds that an answer to a waiting request may come late."""


class CollectionCommands(Session):
    """Sync, GetItemEstimate, Ping and MoveItems."""

    _waits = 0
    """Seconds that the last Sync let the server wait; an empty one repeats it."""
    _heartbeat = LONGEST_HEARTBEAT
    """Seconds that the last Ping let the server wait."""

    async def sync(self, request: SyncRequest | None) -> SyncResponse | None:
        """One Sync as it stands: None repeats the last request, and means that nothing changed."""
        if request is not None:
            self._waits = max((request.wait or 0) * 60, request.heartbeat_interval or 0)
        return await self.call(Command.SYNC, request, SyncResponse, timeout=self.timeout + self._waits)

    async def get_item_estimate(
        self, collections: Iterable[EstimateCollectionRequest]
    ) -> dict[str, int | StatusError]:
        """How many changes a Sync would bring, by collection id; or why that cannot be said."""
        asked = tuple(collections)
        response = await self.call(
            Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest(collections=asked), GetItemEstimateResponse
        )
        if response is None or len(response.responses) != len(asked):
            status = response.status if response else None
            if status is not None:
                raise StatusError(Command.GET_ITEM_ESTIMATE, status)
            raise InvalidAnswer("GetItemEstimate was not answered for every collection")
        estimates: dict[str, int | StatusError] = {}
        for question, one in zip(asked, response.responses, strict=True):
            estimates[question.collection_id] = (
                one.collection.estimate or 0
                if one.status == GetItemEstimateStatus.SUCCESS and one.collection is not None
                else StatusError(Command.GET_ITEM_ESTIMATE, one.status)
            )
        return estimates

    async def ping(
        self,
        folders: Iterable[PingFolder] | None = None,
        heartbeat: int | None = None,
        *,
        patience: float | None = None,
    ) -> PingResponse:
        """Wait for changes in folders, ``heartbeat`` seconds at most.

        With neither the server repeats the last Ping. Its status says why the wait ended. ``patience`` is
        how many seconds its answer may take; unless given, somewhat more than the heartbeat.
        """
        request = PingRequest(heartbeat_interval=heartbeat, folders=tuple(folders) if folders else None)
        empty = request.folders is None and heartbeat is None
        self._heartbeat = heartbeat or self._heartbeat
        response = await self.call(
            Command.PING,
            None if empty else request,
            PingResponse,
            timeout=self._heartbeat + MARGIN if patience is None else patience,
        )
        if response is None:
            raise InvalidAnswer("Ping was answered without a body")
        return response

    async def move_items(self, moves: Iterable[ItemMove]) -> tuple[MoveResult, ...]:
        """Move items; each result has its own status."""
        response = await self.call(
            Command.MOVE_ITEMS, MoveItemsRequest(moves=tuple(moves)), MoveItemsResponse
        )
        if response is None:
            raise InvalidAnswer("MoveItems was answered without a body")
        if response.status is not None and not response.responses:
            raise StatusError(Command.MOVE_ITEMS, response.status)
        return response.responses
