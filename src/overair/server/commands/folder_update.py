"""FolderUpdate (MS-ASCMD 2.2.1.6)."""

from __future__ import annotations

from typing import Final

from overair.devices.hierarchy import Place
from overair.mailboxes.interface import (
    FolderExists,
    FolderProtected,
    FolderType,
    MailboxError,
    MailboxUnavailable,
    NoSuchFolder,
    NoSuchParent,
    Refused,
    Session,
)
from overair.protocol import http
from overair.protocol.folder_update import FolderUpdateRequest, FolderUpdateResponse
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import FolderUpdateStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.hierarchy import (
    OwnChange,
    UnknownHierarchyKey,
    change_hierarchy,
    check_parent,
    status_of,
)
from overair.server.responses import Outcome


class _RecipientInformation(MailboxError):
    """The folder is the recipient information cache, or would lie below it."""


STATUSES: Final[dict[type[MailboxError], FolderUpdateStatus]] = {
    _RecipientInformation: FolderUpdateStatus.RECIPIENT_INFORMATION,
    FolderExists: FolderUpdateStatus.FOLDER_EXISTS,
    FolderProtected: FolderUpdateStatus.FOLDER_EXISTS,  # MS-ASCMD_R4102: special folders, too
    NoSuchParent: FolderUpdateStatus.PARENT_NOT_FOUND,
    NoSuchFolder: FolderUpdateStatus.FOLDER_NOT_FOUND,
    MailboxUnavailable: FolderUpdateStatus.SERVER_ERROR,
    Refused: FolderUpdateStatus.SERVER_ERROR,
}


async def handle(context: Context, message: FolderUpdateRequest) -> Outcome:
    """Rename or move a folder; the same request again gets the same answer."""
    place = Place(message.parent_id, message.display_name)
    folder_id = message.server_id

    async def make(session: Session) -> OwnChange:
        folder = await session.folder(folder_id)
        if folder.type is FolderType.RECIPIENT_INFORMATION_CACHE:
            raise _RecipientInformation(folder_id)
        try:
            await check_parent(session, place.parent_id)
        except FolderProtected as error:
            raise _RecipientInformation(place.parent_id) from error
        await session.update_folder(folder_id, place.parent_id, place.name)
        return {folder_id: place}, ""

    request = f"update {folder_id} {place.parent_id} {place.name}"
    try:
        state = await change_hierarchy(context, message.sync_key, request, make)
    except UnknownHierarchyKey:
        return FolderUpdateResponse(status=FolderUpdateStatus.INVALID_SYNC_KEY)
    except tuple(STATUSES) as error:
        return FolderUpdateResponse(status=status_of(error, STATUSES))
    return FolderUpdateResponse(status=FolderUpdateStatus.SUCCESS, sync_key=state.key)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4123, R4568)."""
    return FolderUpdateResponse(status=FolderUpdateStatus.MALFORMED_REQUEST)


COMMAND: Final = Command(http.Command.FOLDER_UPDATE, FolderUpdateRequest, handle, refuse)
