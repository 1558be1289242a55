"""FolderCreate (MS-ASCMD 2.2.1.3)."""

from __future__ import annotations

from typing import Final

from overair.devices.hierarchy import Place
from overair.mailboxes import interface as mailboxes
from overair.mailboxes.interface import (
    FolderExists,
    FolderProtected,
    FolderType,
    MailboxError,
    MailboxUnavailable,
    NoSuchFolder,
    Session,
)
from overair.protocol import http
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, FolderCreateStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.hierarchy import (
    OwnChange,
    UnknownHierarchyKey,
    change_hierarchy,
    check_parent,
    status_of,
)
from overair.server.responses import Outcome, Refused

CREATABLE: Final = frozenset(
    {
        FolderType.USER_GENERIC,
        FolderType.USER_MAIL,
        FolderType.USER_CALENDAR,
        FolderType.USER_CONTACTS,
        FolderType.USER_TASKS,
        FolderType.USER_JOURNAL,
        FolderType.USER_NOTES,
    }
)
"""MS-ASCMD_R4654; the others are default folders."""

MAXIMUM_FOLDERS: Final = 1_000
"""The most folders of a mailbox that devices make (MS-ASCMD_R4932)."""

STATUSES: Final[dict[type[MailboxError], FolderCreateStatus]] = {
    FolderExists: FolderCreateStatus.FOLDER_EXISTS,
    FolderProtected: FolderCreateStatus.SPECIAL_FOLDER,
    NoSuchFolder: FolderCreateStatus.PARENT_NOT_FOUND,
    MailboxUnavailable: FolderCreateStatus.SERVER_ERROR,
    mailboxes.Refused: FolderCreateStatus.SERVER_ERROR,
}


async def handle(context: Context, message: FolderCreateRequest) -> Outcome:
    """Make a folder; the same request again gets the same answer."""
    if message.type not in CREATABLE:
        return FolderCreateResponse(status=FolderCreateStatus.MALFORMED_REQUEST)  # MS-ASCMD_R4035
    folder_type = FolderType(message.type)
    place = Place(message.parent_id, message.display_name)

    async def make(session: Session) -> OwnChange:
        await check_parent(session, place.parent_id)
        if len(await session.folders()) >= MAXIMUM_FOLDERS:
            raise Refused(CommonStatus.TOO_MANY_FOLDERS, f"the mailbox has {MAXIMUM_FOLDERS} folders")
        folder_id = await session.create_folder(place.parent_id, place.name, folder_type)
        return {folder_id: place}, folder_id

    request = f"create {message.type} {place.parent_id} {place.name}"
    try:
        state = await change_hierarchy(context, message.sync_key, request, make)
    except UnknownHierarchyKey:
        return FolderCreateResponse(status=FolderCreateStatus.INVALID_SYNC_KEY)
    except tuple(STATUSES) as error:
        return FolderCreateResponse(status=status_of(error, STATUSES))
    return FolderCreateResponse(status=FolderCreateStatus.SUCCESS, sync_key=state.key, server_id=state.answer)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4035)."""
    return FolderCreateResponse(status=FolderCreateStatus.MALFORMED_REQUEST)


COMMAND: Final = Command(http.Command.FOLDER_CREATE, FolderCreateRequest, handle, refuse)
