"""The folder hierarchy."""

from __future__ import annotations

from typing import Any

from overair.client.errors import InvalidAnswer, StatusError
from overair.client.session import Session
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.folder_delete import FolderDeleteRequest, FolderDeleteResponse
from overair.protocol.folder_sync import FolderChanges, FolderEntry, FolderSyncRequest, FolderSyncResponse
from overair.protocol.folder_update import FolderUpdateRequest, FolderUpdateResponse
from overair.protocol.http import Command
from overair.protocol.statuses import (
    FolderCreateStatus,
    FolderDeleteStatus,
    FolderSyncStatus,
    FolderUpdateStatus,
)

NEW = "0"
"""The key of a hierarchy that is not known yet, and the parent of the folders at the top."""


class FolderCommands(Session):
    """FolderSync, FolderCreate, FolderUpdate and FolderDelete."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Session types them
        super().__init__(*args, **kwargs)
        self.hierarchy_key = NEW
        self.folders: dict[str, FolderEntry] = {}
        """The folders that the server told of, by id."""

    async def folder_sync(self) -> FolderChanges:
        """Bring ``folders`` up to date and give the changes; starts anew where the key is refused."""
        try:
            response = await self._folder_sync()
        except StatusError as error:
            if error.status != FolderSyncStatus.INVALID_SYNC_KEY or self.hierarchy_key == NEW:
                raise
            self.hierarchy_key = NEW
            response = await self._folder_sync()
        changes = response.changes or FolderChanges()
        if self.hierarchy_key == NEW:
            self.folders.clear()
        for gone in changes.deletes:
            self.folders.pop(gone.server_id, None)
        for entry in (*changes.updates, *changes.adds):
            self.folders[entry.server_id] = entry
        if response.sync_key is not None:
            self.hierarchy_key = response.sync_key
        return changes

    async def _folder_sync(self) -> FolderSyncResponse:
        request = FolderSyncRequest(sync_key=self.hierarchy_key)
        response = await self.call(Command.FOLDER_SYNC, request, FolderSyncResponse)
        if response is None:
            raise InvalidAnswer("FolderSync was answered without a body")
        if response.status != FolderSyncStatus.SUCCESS:
            raise StatusError(Command.FOLDER_SYNC, response.status)
        return response

    def folder_of_type(self, folder_type: int) -> FolderEntry:
        """The first folder of a type, such as 2 for the Inbox; raises LookupError."""
        for entry in self.folders.values():
            if entry.type == folder_type:
                return entry
        raise LookupError(f"there is no folder of type {folder_type}")

    async def folder_create(self, name: str, folder_type: int, parent_id: str = NEW) -> str:
        """Create a folder and give its id."""
        request = FolderCreateRequest(
            sync_key=self.hierarchy_key, parent_id=parent_id, display_name=name, type=folder_type
        )
        response = await self.call(Command.FOLDER_CREATE, request, FolderCreateResponse)
        if response is None or response.server_id is None or response.status != FolderCreateStatus.SUCCESS:
            raise _failure(Command.FOLDER_CREATE, response)
        self.hierarchy_key = response.sync_key or self.hierarchy_key
        self.folders[response.server_id] = FolderEntry(
            server_id=response.server_id, parent_id=parent_id, display_name=name, type=folder_type
        )
        return response.server_id

    async def folder_update(self, folder_id: str, name: str, parent_id: str = NEW) -> None:
        """Give a folder another name, parent, or both."""
        request = FolderUpdateRequest(
            sync_key=self.hierarchy_key, server_id=folder_id, parent_id=parent_id, display_name=name
        )
        response = await self.call(Command.FOLDER_UPDATE, request, FolderUpdateResponse)
        if response is None or response.status != FolderUpdateStatus.SUCCESS:
            raise _failure(Command.FOLDER_UPDATE, response)
        self.hierarchy_key = response.sync_key or self.hierarchy_key
        if folder_id in self.folders:
            entry = self.folders[folder_id]
            self.folders[folder_id] = FolderEntry(
                server_id=folder_id, parent_id=parent_id, display_name=name, type=entry.type
            )

    async def folder_delete(self, folder_id: str) -> None:
        """Delete a folder with all it holds."""
        request = FolderDeleteRequest(sync_key=self.hierarchy_key, server_id=folder_id)
        response = await self.call(Command.FOLDER_DELETE, request, FolderDeleteResponse)
        if response is None or response.status != FolderDeleteStatus.SUCCESS:
            raise _failure(Command.FOLDER_DELETE, response)
        self.hierarchy_key = response.sync_key or self.hierarchy_key
        self.folders.pop(folder_id, None)


def _failure(
    command: Command, response: FolderCreateResponse | FolderUpdateResponse | FolderDeleteResponse | None
) -> Exception:
    if response is None:
        return InvalidAnswer(f"{command} was answered without a body")
    return StatusError(command, response.status)
