"""FolderDelete (MS-ASCMD 2.2.1.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from overair.mailboxes.interface import (
    Folder,
    FolderProtected,
    MailboxError,
    MailboxUnavailable,
    NoSuchFolder,
    Refused,
    Session,
)
from overair.protocol import http
from overair.protocol.folder_delete import FolderDeleteRequest, FolderDeleteResponse
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import FolderDeleteStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.hierarchy import OwnChange, UnknownHierarchyKey, change_hierarchy, status_of
from overair.server.responses import Outcome

STATUSES: Final[dict[type[MailboxError], FolderDeleteStatus]] = {
    FolderProtected: FolderDeleteStatus.SPECIAL_FOLDER,
    NoSuchFolder: FolderDeleteStatus.FOLDER_NOT_FOUND,
    MailboxUnavailable: FolderDeleteStatus.SERVER_ERROR,
    Refused: FolderDeleteStatus.SERVER_ERROR,
}


async def handle(context: Context, message: FolderDeleteRequest) -> Outcome:
    """Delete a folder with all it holds; the same request again gets the same answer."""
    folder_id = message.server_id

    async def make(session: Session) -> OwnChange:
        gone = subtree(await session.folders(), folder_id)
        await session.delete_folder(folder_id)
        return dict.fromkeys(gone), ""

    try:
        state = await change_hierarchy(context, message.sync_key, f"delete {folder_id}", make)
    except UnknownHierarchyKey:
        return FolderDeleteResponse(status=FolderDeleteStatus.INVALID_SYNC_KEY)
    except tuple(STATUSES) as error:
        return FolderDeleteResponse(status=status_of(error, STATUSES))
    return FolderDeleteResponse(status=FolderDeleteStatus.SUCCESS, sync_key=state.key)


def subtree(folders: Iterable[Folder], folder_id: str) -> set[str]:
    """A folder and every folder below it; ``folders`` has parents before children."""
    inside = {folder_id}
    for folder in folders:
        if folder.parent_id in inside:
            inside.add(folder.folder_id)
    return inside


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4063)."""
    return FolderDeleteResponse(status=FolderDeleteStatus.MALFORMED_REQUEST)


COMMAND: Final = Command(http.Command.FOLDER_DELETE, FolderDeleteRequest, handle, refuse)
