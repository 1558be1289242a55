"""FolderDelete (MS-ASCMD 2.2.1.4)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import UNSIGNED_BYTE
from overair.protocol.folder_sync import IDENTIFIER
from overair.protocol.schema import Field, Record
from overair.wbxml.pages import FolderHierarchy


class FolderDeleteRequest(Record):
    """The folder to delete with all it holds."""

    element_tag = FolderHierarchy.FolderDelete

    sync_key: Annotated[str, Field(FolderHierarchy.SyncKey, IDENTIFIER)]
    server_id: Annotated[str, Field(FolderHierarchy.ServerId, IDENTIFIER)]


class FolderDeleteResponse(Record):
    """The next hierarchy key."""

    element_tag = FolderHierarchy.FolderDelete

    status: Annotated[int, Field(FolderHierarchy.Status, UNSIGNED_BYTE)]
    """statuses.FolderDeleteStatus or CommonStatus."""
    sync_key: Annotated[str | None, Field(FolderHierarchy.SyncKey, IDENTIFIER)] = None
