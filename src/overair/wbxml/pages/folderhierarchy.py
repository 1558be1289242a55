"""Code page 7, FolderHierarchy (MS-ASWBXML 2.1.2.1.8)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class FolderHierarchy(CodePage, page=7, namespace="FolderHierarchy"):
    """The tags of FolderHierarchy."""

    Folders = Tag(0x05, until=Version.V12_1)
    Folder = Tag(0x06, until=Version.V12_1)
    DisplayName = Tag(0x07)
    ServerId = Tag(0x08)
    ParentId = Tag(0x09)
    Type = Tag(0x0A)
    Status = Tag(0x0C)
    Changes = Tag(0x0E)
    Add = Tag(0x0F)
    Delete = Tag(0x10)
    Update = Tag(0x11)
    SyncKey = Tag(0x12)
    FolderCreate = Tag(0x13)
    FolderDelete = Tag(0x14)
    FolderUpdate = Tag(0x15)
    FolderSync = Tag(0x16)
    Count = Tag(0x17)
