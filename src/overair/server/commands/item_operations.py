"""ItemOperations (MS-ASCMD 2.2.1.10)."""

from __future__ import annotations

from typing import Final

from overair.protocol import http
from overair.protocol.item_operations import (
    EmptyFolderContentsResponse,
    Fetch,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
    Move,
    MoveResponse,
    Operation,
    OperationResponse,
)
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import ItemOperationsStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.conversations import move_conversation
from overair.server.emptying import empty_folder
from overair.server.fetching import Fetched, fetch
from overair.server.responses import Outcome, Reply

KINDS: Final = (MoveResponse, EmptyFolderContentsResponse, FetchResponse)
MAXIMUM_OPERATIONS: Final = 100
"""The most operations of one request (MS-ASCMD_R7489)."""


async def handle(context: Context, message: ItemOperationsRequest) -> Outcome:
    """Carry the operations out in their order (MS-ASCMD_R193), each with a status of its own."""
    if len(message.operations) > MAXIMUM_OPERATIONS:
        return ItemOperationsResponse(status=ItemOperationsStatus.TOO_LARGE)  # MS-ASCMD_R7490
    multipart = context.request.accept_multipart
    fetched = Fetched(context.services.settings.limits.fetch, context.claim, multipart=multipart)
    responses = [await _operate(context, operation, fetched) for operation in message.operations]
    # Told by kind, as the schema has them; the client knows each by its ids (MS-ASCMD_R195).
    responses.sort(key=lambda response: KINDS.index(type(response)))
    response = ItemOperationsResponse(status=ItemOperationsStatus.SUCCESS, responses=tuple(responses))
    return Reply(response, parts=tuple(fetched.parts)) if multipart else response


async def _operate(context: Context, operation: Operation, fetched: Fetched) -> OperationResponse:
    if isinstance(operation, Fetch):
        return await fetch(context, operation, fetched)
    if isinstance(operation, Move):
        status = await move_conversation(context, operation)
        return MoveResponse(status=status, conversation_id=operation.conversation_id)
    return EmptyFolderContentsResponse(
        status=await empty_folder(context, operation), collection_id=operation.collection_id
    )


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R7238)."""
    return ItemOperationsResponse(status=ItemOperationsStatus.PROTOCOL_ERROR)


COMMAND: Final = Command(http.Command.ITEM_OPERATIONS, ItemOperationsRequest, handle, refuse)
