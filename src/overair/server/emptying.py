"""ItemOperations' EmptyFolderContents: a folder is emptied, and the folders in it go if they are to.

The items go first, a batch at a time, then the folders, which are empty by then: nobody waits long for
any of it. What was deleted stays deleted when the server is stopped in between, and the client, which
has no answer then, asks again and has the rest deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from overair.mailboxes.interface import (
    FolderProtected,
    FolderType,
    MailboxUnavailable,
    NoSuchFolder,
    Refused,
    Session,
    View,
)
from overair.protocol.item_operations import EmptyFolderContents
from overair.protocol.statuses import ItemOperationsStatus
from overair.server.context import Context

BATCH: Final = 200
"""Items that are deleted in one transaction, so that other writers get their turn."""


async def empty_folder(context: Context, operation: EmptyFolderContents) -> ItemOperationsStatus:
    """Delete a folder's items, and with DeleteSubFolders the folders below it with theirs."""
    folder_id = operation.collection_id
    deep = operation.options is not None and operation.options.delete_sub_folders
    begun = False
    try:
        folder_ids = await context.mailbox.inspect(lambda session: _folders(session, folder_id, deep=deep))
        for inner in folder_ids:
            while await context.mailbox.transact(partial(_delete, folder_id=inner)):
                begun = True
            begun = True
        if deep:
            await context.mailbox.transact(lambda session: _delete_children(session, folder_id))
    except NoSuchFolder:
        return ItemOperationsStatus.PARTIAL_SUCCESS if begun else ItemOperationsStatus.NOT_FOUND
    except FolderProtected:
        return ItemOperationsStatus.ACCESS_DENIED
    except Refused:  # as in another's mailbox
        return ItemOperationsStatus.PARTIAL_SUCCESS if begun else ItemOperationsStatus.ACCESS_DENIED
    except MailboxUnavailable:
        return ItemOperationsStatus.PARTIAL_SUCCESS if begun else ItemOperationsStatus.SERVER_ERROR
    return ItemOperationsStatus.SUCCESS


async def _folders(session: Session, folder_id: str, *, deep: bool) -> Sequence[str]:
    """The folders to empty, parents before children. Raises NoSuchFolder, FolderProtected."""
    folder = await session.folder(folder_id)
    if folder.type is FolderType.RECIPIENT_INFORMATION_CACHE:
        raise FolderProtected("no operation on the recipient information cache")  # MS-ASCMD_R196
    found = [folder_id]
    if deep:
        for inner in await session.folders():
            if inner.parent_id in found:
                found.append(inner.folder_id)
    return found


async def _delete(session: Session, folder_id: str) -> bool:
    """Delete a batch of a folder's items; returns whether there are more. Raises NoSuchFolder."""
    changes = await session.changes(folder_id, View(), await session.start(folder_id), BATCH)
    for change in changes.items:
        await session.remove(folder_id, change.item_id)
    return changes.more


async def _delete_children(session: Session, folder_id: str) -> None:
    for child in await session.folders():
        if child.parent_id == folder_id:
            await session.delete_folder(child.folder_id)
