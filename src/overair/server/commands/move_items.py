"""MoveItems (MS-ASCMD 2.2.1.12)."""

from __future__ import annotations

from typing import Final

from overair.devices.remembered import Kind, recall, remember
from overair.mailboxes.interface import MailboxUnavailable, NoSuchFolder, NoSuchItem, Session
from overair.protocol import http
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse, MoveResult
from overair.protocol.schema import Problem, SchemaError
from overair.protocol.statuses import CommonStatus, MoveItemsStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.responses import Outcome, Refused
from overair.wbxml.pages import Move


async def handle(context: Context, message: MoveItemsRequest) -> Outcome:
    """Move the items, each on its own; a move that is repeated gets the same answer.

    The device hears of the Delete and the Add that follow (MS-ASCMD_R289).
    """
    if not message.moves:
        raise Refused(CommonStatus.INVALID_XML, "no Move")
    device_key = context.device.device_key

    async def work(session: Session) -> tuple[MoveResult, ...]:
        return tuple([await _move(session, device_key, move) for move in message.moves])

    try:
        return MoveItemsResponse(responses=await context.mailbox.transact(work))
    except MailboxUnavailable:
        locked = [
            MoveResult(source_message_id=move.source_message_id, status=MoveItemsStatus.LOCKED)
            for move in message.moves
        ]
        return MoveItemsResponse(responses=tuple(locked))


async def _move(session: Session, device_key: int, move: ItemMove) -> MoveResult:
    source, item_id, destination = move.source_folder_id, move.source_message_id, move.destination_folder_id

    def result(status: MoveItemsStatus, new_id: str | None = None) -> MoveResult:
        return MoveResult(source_message_id=item_id, status=status, destination_message_id=new_id)

    if source == destination:
        return result(MoveItemsStatus.SAME_FOLDER)
    request = f"{source} {item_id} {destination}"
    try:
        await session.folder(source)
    except NoSuchFolder:
        return result(MoveItemsStatus.INVALID_SOURCE)
    try:
        await session.folder(destination)
        moved = await session.move(source, item_id, destination)
    except NoSuchFolder:
        return result(MoveItemsStatus.INVALID_DESTINATION)
    except NoSuchItem:
        new_id = await recall(session.transaction, device_key, Kind.MOVE_ITEM, request)
        if new_id is None:
            return result(MoveItemsStatus.INVALID_SOURCE)
        return result(MoveItemsStatus.SUCCESS, new_id)
    await remember(session.transaction, device_key, Kind.MOVE_ITEM, request, moved.item_id)
    return result(MoveItemsStatus.SUCCESS, moved.item_id)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema; a second DstFldId is a move to two places (MS-ASCMD_R4222)."""
    if error.problem is Problem.REPEATED and error.tag is Move.DstFldId:
        return MoveItemsResponse(status=MoveItemsStatus.CANNOT_MOVE)
    raise Refused(CommonStatus.INVALID_XML, str(error))


COMMAND: Final = Command(http.Command.MOVE_ITEMS, MoveItemsRequest, handle, refuse)
