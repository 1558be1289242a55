"""Servers that keep to the protocol where phones need it, and not where they do without."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint
from overair.protocol.get_item_estimate import GetItemEstimateResponse
from overair.protocol.http import Command, Request
from overair.protocol.schema import Record
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync import CollectionResponse, ServerAdd, SyncRequest, SyncResponse
from overair.ward.case import Case, Program
from overair.ward.posing import Change, Own, posing
from overair.ward.ward import Ward
from overair.wbxml import Element, decode
from overair.wbxml.pages import AirSyncBase, Email

LETTERS: Final = 25
TEXT: Final = "All that was ever written. " * 100


async def _no_estimate(_request: Request, _own: Own) -> Record:
    return GetItemEstimateResponse(status=CommonStatus.SERVER_ERROR)


@contextlib.asynccontextmanager
async def _not_counting(ward: Ward) -> AsyncIterator[Complaint]:
    async with posing(ward, {Command.GET_ITEM_ESTIMATE: _no_estimate}):
        yield ward.complaint()


def _generous() -> Change:
    """The Inbox, which is asked for first, comes whole."""
    body = [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.EstimatedDataSize, f"{len(TEXT)}")]
    body.append(Element(AirSyncBase.Data, TEXT))
    letters = tuple(
        ServerAdd(
            server_id=f"letter:{number}",
            application_data=[Element(Email.Subject, f"{number}"), Element(AirSyncBase.Body, list(body))],
        )
        for number in range(LETTERS)
    )
    folders: set[str] = set()

    async def sync(request: Request, own: Own) -> Record | None:
        asked = SyncRequest.from_element(decode(request.body), request.version).collections[0]
        folders.add(asked.collection_id)
        answer = await own()
        if asked.sync_key == "0" or len(folders) > 1:
            return answer
        inbox = CollectionResponse(
            sync_key=asked.sync_key,
            collection_id=asked.collection_id,
            status=SyncStatus.SUCCESS,
            commands=letters,
        )
        return SyncResponse(collections=(inbox,))

    return sync


@contextlib.asynccontextmanager
async def _unlimited(ward: Ward) -> AsyncIterator[Complaint]:
    async with posing(ward, {Command.SYNC: _generous()}):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="does-not-count",
        title="“The bar that shows how far it has come stays empty.”",
        illness=None,
        program=Program.SCRIPTED,
        start=_not_counting,
        shows=("estimate-fails",),
        harmless="GetItemEstimate fails",
    ),
    Case(
        id="sends-everything",
        title="“My old phone grows warm when the account is set up.”",
        illness=None,
        program=Program.SCRIPTED,
        start=_unlimited,
        shows=("limits-ignored",),
        harmless="more items and longer texts come than were asked for",
    ),
)
"""What phones do without."""
