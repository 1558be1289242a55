"""Conversations that are moved for good, with what will yet come in them (MS-ASCON 3.2.5.3)."""

from __future__ import annotations

from functools import partial
from typing import Final

from overair.items import ItemClass
from overair.items.mail.message import conversation_key
from overair.mailboxes.interface import (
    Folder,
    FolderType,
    MailboxUnavailable,
    NoSuchFolder,
    Refused,
    Session,
)
from overair.protocol.item_operations import Move
from overair.protocol.statuses import CommonStatus, ItemOperationsStatus
from overair.server.context import Context

BATCH: Final = 50
"""Messages that are moved in one transaction, so that other writers get their turn."""
REFUSED_DESTINATIONS: Final = {
    FolderType.RECIPIENT_INFORMATION_CACHE: CommonStatus.INVALID_COMBINATION_OF_IDS,  # MS-ASCON_R262
    # MS-ASCON_R175
    FolderType.DRAFTS: ItemOperationsStatus.INVALID_DESTINATION,
    FolderType.OUTBOX: ItemOperationsStatus.INVALID_DESTINATION,
}
STAYING: Final = (FolderType.SENT_ITEMS, FolderType.DRAFTS, FolderType.OUTBOX)
"""What was sent stays where it is (MS-ASCON_R215), and so does what the user is still writing: it is no
message yet, and in another folder nobody could go on with it."""


class MoveRefused(Exception):
    """A conversation is not moved, for a reason that a status says."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


async def move_conversation(context: Context, operation: Move) -> int:
    """Move all messages of a conversation, and from now on what comes in it; returns the status.

    A request that is repeated finds nothing to move and gets the same answer. What may not be taken from
    where it is, as from another's mailbox, stays there.
    """
    if operation.options is None or not operation.options.move_always:
        return ItemOperationsStatus.MOVE_ALWAYS_MISSING  # MS-ASCMD_R3475
    key = conversation_key(operation.conversation_id)
    destination = operation.destination_folder_id
    try:
        await context.mailbox.transact(lambda session: _begin(session, key, destination))
        staying: frozenset[str] = frozenset()
        more = True
        while more:
            more, staying = await context.mailbox.transact(
                partial(_move_some, key=key, destination=destination, staying=staying)
            )
    except MoveRefused as refused:
        return refused.status
    except NoSuchFolder:
        return ItemOperationsStatus.NOT_FOUND  # MS-ASCON_R317
    except MailboxUnavailable:
        return ItemOperationsStatus.SERVER_ERROR  # MS-ASCON_R145
    return ItemOperationsStatus.SUCCESS


async def _begin(session: Session, key: str, destination: str) -> None:
    """Take note of where the conversation goes. Raises MoveRefused, NoSuchFolder."""
    folder = await session.folder(destination)
    status = REFUSED_DESTINATIONS.get(folder.type)
    if status is None and folder.item_class is not ItemClass.EMAIL:
        status = ItemOperationsStatus.INVALID_DESTINATION  # MS-ASCON_R338
    if status is not None:
        raise MoveRefused(status)
    if await session.conversation_folder(key) != destination and not await _is_there(session, key):
        raise MoveRefused(ItemOperationsStatus.NOT_FOUND)  # MS-ASCON_R146
    # What comes goes to the Inbox anyway: so an owner ends what was asked for before.
    await session.move_always(key, None if folder.type is FolderType.INBOX else destination)


async def _is_there(session: Session, key: str) -> bool:
    for folder in await session.folders():
        if await session.all_with_key(folder.folder_id, key, 1):
            return True
    return False


async def _move_some(
    session: Session, key: str, destination: str, staying: frozenset[str]
) -> tuple[bool, frozenset[str]]:
    """Move at most BATCH messages; whether there may be more, and the ids of those that have to stay."""
    room = BATCH
    refused = set(staying)
    for folder in await session.folders():
        if not _is_source(folder, destination):
            continue
        there = await session.all_with_key(folder.folder_id, key, room + len(staying))
        found = [stored.item_id for stored in there if stored.item_id not in staying][:room]
        for item_id in found:
            try:
                await session.move(folder.folder_id, item_id, destination)
            except Refused:
                refused.add(item_id)
        room -= len(found)
        if not room:
            return True, frozenset(refused)
    return False, frozenset(refused)


def _is_source(folder: Folder, destination: str) -> bool:
    return (
        folder.folder_id != destination
        and folder.item_class is ItemClass.EMAIL
        and folder.type not in STAYING
    )
