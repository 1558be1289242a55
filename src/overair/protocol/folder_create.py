"""FolderCreate (MS-ASCMD 2.2.1.3)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import UNSIGNED_BYTE, String
from overair.protocol.folder_sync import IDENTIFIER
from overair.protocol.schema import Field, Record
from overair.wbxml.pages import FolderHierarchy

FOLDER_NAME = String(min_length=1, max_length=256)


class FolderCreateRequest(Record):
    """A new folder under ``parent_id``, "0" for the top."""

    element_tag = FolderHierarchy.FolderCreate

    sync_key: Annotated[str, Field(FolderHierarchy.SyncKey, IDENTIFIER)]
    parent_id: Annotated[str, Field(FolderHierarchy.ParentId, IDENTIFIER)]
    display_name: Annotated[str, Field(FolderHierarchy.DisplayName, FOLDER_NAME)]
    type: Annotated[int, Field(FolderHierarchy.Type, UNSIGNED_BYTE)]


class FolderCreateResponse(Record):
    """The next hierarchy key and the new folder's id."""

    element_tag = FolderHierarchy.FolderCreate

    status: Annotated[int, Field(FolderHierarchy.Status, UNSIGNED_BYTE)]
    """statuses.FolderCreateStatus or CommonStatus."""
    sync_key: Annotated[str | None, Field(FolderHierarchy.SyncKey, IDENTIFIER)] = None
    server_id: Annotated[str | None, Field(FolderHierarchy.ServerId, IDENTIFIER)] = None
