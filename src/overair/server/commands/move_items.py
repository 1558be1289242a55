"""MoveItems (MS-ASCMD 2.2.1.12)."""

from __future__ import annotations

from typing import Final

from overair.devices.quirks import Quirk, quirks_of
from overair.devices.remembered import Kind, recall, remember
from overair.mailboxes.interface import FolderType, MailboxUnavailable, NoSuchFolder, Session
from overair.protocol import http
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse, MoveResult
from overair.protocol.schema import Problem, SchemaError
from overair.protocol.statuses import CommonStatus, MoveItemsStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.responses import Outcome, Refused
from overair.sync.moves import account_for_move
from overair.wbxml.pages import Move


async def handle(context: Context, message: MoveItemsRequest) -> Outcome:
    """Move the items, each on its own; a move that is repeated gets the same answer.

    The device hears of the Delete and the Add that follow (MS-ASCMD_R289), unless it has made good
    the Add by itself.
    """
    if not message.moves:
        raise Refused(CommonStatus.INVALID_XML, "no Move")
    device = context.device
    keeps = Quirk.KEEPS_WHAT_IT_MOVES in quirks_of(device.device_id, device.user_agent)

    async def work(session: Session) -> tuple[MoveResult, ...]:
        return tuple([await _move(session, device.device_key, move, keeps=keeps) for move in message.moves])

    try:
        return MoveItemsResponse(responses=await context.mailbox.transact(work))
    except MailboxUnavailable:
        locked = [
            MoveResult(source_message_id=move.source_message_id, status=MoveItemsStatus.LOCKED)
            for move in message.moves
        ]
        return MoveItemsResponse(responses=tuple(locked))


async def _move(session: Session, device_key: int, move: ItemMove, *, keeps: bool) -> MoveResult:
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
        target = await session.folder(destination)
    except NoSuchFolder:
        return result(MoveItemsStatus.INVALID_DESTINATION)
    [stored] = await session.read(source, [item_id])
    if stored is None:
        new_id = await recall(session.transaction, device_key, Kind.MOVE_ITEM, request)
        if new_id is None:
            return result(MoveItemsStatus.INVALID_SOURCE)
        return result(MoveItemsStatus.SUCCESS, new_id)
    if stored.item.item_class != target.item_class and target.type is not FolderType.DELETED_ITEMS:
        # No phone would be shown it there.
        return result(MoveItemsStatus.INVALID_DESTINATION)
    moved = await session.move(source, item_id, destination)
    if keeps:
        await account_for_move(session, device_key, moved)
    await remember(session.transaction, device_key, Kind.MOVE_ITEM, request, moved.item_id)
    return result(MoveItemsStatus.SUCCESS, moved.item_id)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema; a second DstFldId is a move to two places (MS-ASCMD_R4222)."""
    if error.problem is Problem.REPEATED and error.tag is Move.DstFldId:
        return MoveItemsResponse(status=MoveItemsStatus.CANNOT_MOVE)
    raise Refused(CommonStatus.INVALID_XML, str(error))


COMMAND: Final = Command(http.Command.MOVE_ITEMS, MoveItemsRequest, handle, refuse)
