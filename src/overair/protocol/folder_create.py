"""FolderCreate (MS-ASCMD 2.2.1.3)."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

from overair.protocol.data_types import UNSIGNED_BYTE, String
from overair.protocol.folder_sync import IDENTIFIER
from overair.protocol.schema import Content, Field, Record
from overair.versions import Version
from overair.wbxml.pages import FolderHierarchy

_UNSAYABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, and the other control characters: names would be told alike without them."""
_INVISIBLE: Final = frozenset(("Cf", "Zs", "Zl", "Zp"))


class FolderName(String):
    """A name of 1 to 256 characters that can be told to every device and seen on it."""

    def __init__(self) -> None:
        super().__init__(min_length=1, max_length=256)

    def decode(self, content: Content, version: Version) -> str:
        name = super().decode(content, version)
        if _UNSAYABLE.search(name):
            raise ValueError("the name has control characters")
        if all(unicodedata.category(character) in _INVISIBLE for character in name):
            raise ValueError("nothing of the name can be seen")
        return name


FOLDER_NAME: Final = FolderName()


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
