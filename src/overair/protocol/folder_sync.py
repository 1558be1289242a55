"""FolderSync: what became of the folder hierarchy (MS-ASCMD 2.2.1.5)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import INTEGER, STRING, UNSIGNED_BYTE, UNSIGNED_INTEGER, String
from overair.protocol.schema import Field, Nested, Record
from overair.wbxml.pages import FolderHierarchy

IDENTIFIER = String(min_length=1, max_length=64)
"""The type of SyncKey, ServerId and ParentId."""


class FolderSyncRequest(Record):
    """Ask for the changes since a key; "0" for the whole hierarchy."""

    element_tag = FolderHierarchy.FolderSync

    sync_key: Annotated[str, Field(FolderHierarchy.SyncKey, IDENTIFIER)]


class FolderEntry(Record):
    """A folder that was added or updated; ``parent_id`` is "0" at the top."""

    server_id: Annotated[str, Field(FolderHierarchy.ServerId, IDENTIFIER)]
    parent_id: Annotated[str, Field(FolderHierarchy.ParentId, IDENTIFIER)]
    display_name: Annotated[str, Field(FolderHierarchy.DisplayName, STRING)]
    type: Annotated[int, Field(FolderHierarchy.Type, INTEGER)]
    """MS-ASCMD 2.2.3.186.3."""


class FolderRemoval(Record):
    """A folder that was deleted."""

    server_id: Annotated[str, Field(FolderHierarchy.ServerId, IDENTIFIER)]


class FolderChanges(Record):
    """The changes; ``count`` is the number of them."""

    count: Annotated[int | None, Field(FolderHierarchy.Count, UNSIGNED_INTEGER)] = None
    updates: Annotated[
        tuple[FolderEntry, ...], Field(FolderHierarchy.Update, Nested(FolderEntry), repeated=True)
    ] = ()
    deletes: Annotated[
        tuple[FolderRemoval, ...], Field(FolderHierarchy.Delete, Nested(FolderRemoval), repeated=True)
    ] = ()
    adds: Annotated[
        tuple[FolderEntry, ...], Field(FolderHierarchy.Add, Nested(FolderEntry), repeated=True)
    ] = ()


class FolderSyncResponse(Record):
    """The next key and the changes; only the status when it failed."""

    element_tag = FolderHierarchy.FolderSync

    status: Annotated[int, Field(FolderHierarchy.Status, UNSIGNED_BYTE)]
    """statuses.FolderSyncStatus or CommonStatus."""
    sync_key: Annotated[str | None, Field(FolderHierarchy.SyncKey, IDENTIFIER)] = None
    changes: Annotated[FolderChanges | None, Field(FolderHierarchy.Changes, Nested(FolderChanges))] = None
