"""MoveItems (MS-ASCMD 2.2.1.12)."""

from __future__ import annotations

from typing import Final

from overair.devices.quirks import Quirk, quirks_of
from overair.devices.remembered import Kind, recall, remember
from overair.mailboxes import interface as mailboxes
from overair.mailboxes.interface import FolderType, MailboxUnavailable, NoSuchFolder, NoSuchItem, Session
from overair.protocol import http
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse, MoveResult
from overair.protocol.schema import Problem, SchemaError
from overair.protocol.statuses import CommonStatus, MoveItemsStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.responses import Outcome, Refused
from overair.sync.moves import account_for_move, has_news_of
from overair.wbxml.pages import Move

MAXIMUM_MOVES: Final = 1_000
"""The most moves of one request (MS-ASCMD_R5652)."""
BATCH: Final = 50
"""Items that are moved in one transaction, so that other writers get their turn."""


async def handle(context: Context, message: MoveItemsRequest) -> Outcome:
    """Move the items, each on its own; a move that is repeated gets the same answer.

    The device hears of the Delete and the Add that follow (MS-ASCMD_R289), unless it has made good
    the Add by itself.
    """
    if not message.moves:
        raise Refused(CommonStatus.INVALID_XML, "no Move")
    if len(message.moves) > MAXIMUM_MOVES:
        raise Refused(CommonStatus.INVALID_XML, f"{len(message.moves)} moves")  # MS-ASCMD_R5653
    results: list[MoveResult] = []
    for start in range(0, len(message.moves), BATCH):
        results += await _move_all(context, message.moves[start : start + BATCH])
    return MoveItemsResponse(responses=tuple(results))


async def _move_all(context: Context, moves: tuple[ItemMove, ...]) -> list[MoveResult]:
    """Moves in one transaction."""
    device = context.device
    keeps = Quirk.KEEPS_WHAT_IT_MOVES in quirks_of(device.device_id, device.user_agent)

    async def work(session: Session) -> list[MoveResult]:
        return [await _move(session, device.device_key, move, keeps=keeps) for move in moves]

    try:
        return await context.mailbox.transact(work)
    except MailboxUnavailable:
        return [
            MoveResult(source_message_id=move.source_message_id, status=MoveItemsStatus.LOCKED)
            for move in moves
        ]


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
        if new_id is not None:
            return result(MoveItemsStatus.SUCCESS, new_id)
        try:
            moved = await session.move(source, item_id, destination)
        except NoSuchItem:
            return result(MoveItemsStatus.INVALID_SOURCE)
        return result(MoveItemsStatus.SUCCESS, moved.item_id)  # as somebody has done of whom nobody heard
    if stored.item.item_class != target.item_class and target.type is not FolderType.DELETED_ITEMS:
        # No phone would be shown it there.
        return result(MoveItemsStatus.INVALID_DESTINATION)
    news = keeps and await has_news_of(session, device_key, source, item_id)
    try:
        moved = await session.move(source, item_id, destination)
    except NoSuchFolder:  # on its server it has gone since
        return result(MoveItemsStatus.INVALID_DESTINATION)
    except (mailboxes.Refused, mailboxes.MailboxFull):
        return result(MoveItemsStatus.CANNOT_MOVE)
    if keeps:
        await account_for_move(session, device_key, moved, news=news)
    await remember(session.transaction, device_key, Kind.MOVE_ITEM, request, moved.item_id)
    return result(MoveItemsStatus.SUCCESS, moved.item_id)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema; a second DstFldId is a move to two places (MS-ASCMD_R4222)."""
    if error.problem is Problem.REPEATED and error.tag is Move.DstFldId:
        return MoveItemsResponse(status=MoveItemsStatus.CANNOT_MOVE)
    raise Refused(CommonStatus.INVALID_XML, str(error))


COMMAND: Final = Command(http.Command.MOVE_ITEMS, MoveItemsRequest, handle, refuse)
