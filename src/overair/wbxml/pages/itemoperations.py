"""Code page 20, ItemOperations (MS-ASWBXML 2.1.2.1.21)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class ItemOperations(CodePage, page=20, namespace="ItemOperations"):
    """The tags of ItemOperations."""

    ItemOperations = Tag(0x05, since=Version.V12_0)
    Fetch = Tag(0x06, since=Version.V12_0)
    Store = Tag(0x07, since=Version.V12_0)
    Options = Tag(0x08, since=Version.V12_0)
    Range = Tag(0x09, since=Version.V12_0)
    Total = Tag(0x0A, since=Version.V12_0)
    Properties = Tag(0x0B, since=Version.V12_0)
    Data = Tag(0x0C, since=Version.V12_0)
    Status = Tag(0x0D, since=Version.V12_0)
    Response = Tag(0x0E, since=Version.V12_0)
    Version_ = Tag(0x0F, since=Version.V12_0)
    Schema = Tag(0x10, since=Version.V12_0)
    Part = Tag(0x11, since=Version.V12_0)
    EmptyFolderContents = Tag(0x12, since=Version.V12_0)
    DeleteSubFolders = Tag(0x13, since=Version.V12_0)
    UserName = Tag(0x14, since=Version.V12_1)
    Password = Tag(0x15, since=Version.V12_1)
    Move = Tag(0x16, since=Version.V14_0)
    DstFldId = Tag(0x17, since=Version.V14_0)
    ConversationId = Tag(0x18, since=Version.V14_0)
    MoveAlways = Tag(0x19, since=Version.V14_0)
