"""FolderUpdate: rename or move a folder (MS-ASCMD 2.2.1.6)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import UNSIGNED_BYTE
from overair.protocol.folder_create import FOLDER_NAME
from overair.protocol.folder_sync import IDENTIFIER
from overair.protocol.schema import Field, Record
from overair.wbxml.pages import FolderHierarchy


class FolderUpdateRequest(Record):
    """The name and parent that a folder is to have."""

    element_tag = FolderHierarchy.FolderUpdate

    sync_key: Annotated[str, Field(FolderHierarchy.SyncKey, IDENTIFIER)]
    server_id: Annotated[str, Field(FolderHierarchy.ServerId, IDENTIFIER)]
    parent_id: Annotated[str, Field(FolderHierarchy.ParentId, IDENTIFIER)]
    display_name: Annotated[str, Field(FolderHierarchy.DisplayName, FOLDER_NAME)]


class FolderUpdateResponse(Record):
    """The next hierarchy key."""

    element_tag = FolderHierarchy.FolderUpdate

    status: Annotated[int, Field(FolderHierarchy.Status, UNSIGNED_BYTE)]
    """statuses.FolderUpdateStatus or CommonStatus."""
    sync_key: Annotated[str | None, Field(FolderHierarchy.SyncKey, IDENTIFIER)] = None
