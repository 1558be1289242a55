"""Code page 15, Search (MS-ASWBXML 2.1.2.1.16)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Search(CodePage, page=15, namespace="Search"):
    """The tags of Search."""

    Search = Tag(0x05)
    Store = Tag(0x07)
    Name = Tag(0x08)
    Query = Tag(0x09)
    Options = Tag(0x0A)
    Range = Tag(0x0B)
    Status = Tag(0x0C)
    Response = Tag(0x0D)
    Result = Tag(0x0E)
    Properties = Tag(0x0F)
    Total = Tag(0x10)
    EqualTo = Tag(0x11, since=Version.V12_0)
    Value = Tag(0x12, since=Version.V12_0)
    And = Tag(0x13, since=Version.V12_0)
    Or = Tag(0x14, since=Version.V12_0)
    FreeText = Tag(0x15, since=Version.V12_0)
    DeepTraversal = Tag(0x17, since=Version.V12_0)
    LongId = Tag(0x18, since=Version.V12_0)
    RebuildResults = Tag(0x19, since=Version.V12_0)
    LessThan = Tag(0x1A, since=Version.V12_0)
    GreaterThan = Tag(0x1B, since=Version.V12_0)
    UserName = Tag(0x1E, since=Version.V12_1)
    Password = Tag(0x1F, since=Version.V12_1)
    ConversationId = Tag(0x20, since=Version.V14_0)
    Picture = Tag(0x21, since=Version.V14_1)
    MaxSize = Tag(0x22, since=Version.V14_1)
    MaxPictures = Tag(0x23, since=Version.V14_1)
