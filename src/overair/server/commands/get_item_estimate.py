"""GetItemEstimate (MS-ASCMD 2.2.1.9)."""

from __future__ import annotations

from typing import Final

from overair.devices.quirks import Quirk, quirks_of
from overair.mailboxes.interface import MailboxUnavailable
from overair.protocol import http
from overair.protocol.get_item_estimate import (
    EstimateCollectionRequest,
    EstimateCollectionResponse,
    EstimateResponse,
    GetItemEstimateRequest,
    GetItemEstimateResponse,
)
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, GetItemEstimateStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.partners import partner_of
from overair.server.responses import Outcome, Refused
from overair.storage.interface import DatabaseUnavailable
from overair.sync.estimate import EstimateRefused
from overair.versions import Version


async def handle(context: Context, message: GetItemEstimateRequest) -> Outcome:
    """How many changes the next Sync of each collection would bring."""
    try:
        responses = [await _response(context, collection) for collection in message.collections]
    except (MailboxUnavailable, DatabaseUnavailable) as error:
        raise Refused(CommonStatus.SERVER_ERROR_RETRY_LATER, str(error)) from error
    return GetItemEstimateResponse(responses=tuple(responses))


async def _response(context: Context, collection: EstimateCollectionRequest) -> EstimateResponse:
    partner = partner_of(context)
    try:
        estimate = await context.services.engine.estimate(partner, collection)
    except EstimateRefused as refused:
        if isinstance(refused.status, CommonStatus) and context.version <= Version.V12_1:
            raise Refused(refused.status, str(refused)) from refused
        quirks = quirks_of(context.device.device_id, context.device.user_agent)
        if (
            refused.status is not GetItemEstimateStatus.INVALID_SYNC_KEY
            or Quirk.IGNORES_STATUS_OF_ESTIMATE not in quirks
        ):
            return EstimateResponse(status=refused.status)
        estimate = 1
    return EstimateResponse(
        status=GetItemEstimateStatus.SUCCESS,
        collection=EstimateCollectionResponse(
            item_class=collection.item_class, collection_id=collection.collection_id, estimate=estimate
        ),
    )


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema, or that has too many collections (MS-ASCMD_R5647)."""
    raise Refused(CommonStatus.INVALID_XML, str(error))


COMMAND: Final = Command(http.Command.GET_ITEM_ESTIMATE, GetItemEstimateRequest, handle, refuse)
