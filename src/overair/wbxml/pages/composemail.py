"""Code page 21, ComposeMail (MS-ASWBXML 2.1.2.1.22)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class ComposeMail(CodePage, page=21, namespace="ComposeMail"):
    """The tags of ComposeMail."""

    SendMail = Tag(0x05, since=Version.V14_0)
    SmartForward = Tag(0x06, since=Version.V14_0)
    SmartReply = Tag(0x07, since=Version.V14_0)
    SaveInSentItems = Tag(0x08, since=Version.V14_0)
    ReplaceMime = Tag(0x09, since=Version.V14_0)
    Source = Tag(0x0B, since=Version.V14_0)
    FolderId = Tag(0x0C, since=Version.V14_0)
    ItemId = Tag(0x0D, since=Version.V14_0)
    LongId = Tag(0x0E, since=Version.V14_0)
    InstanceId = Tag(0x0F, since=Version.V14_0)
    Mime = Tag(0x10, since=Version.V14_0)
    ClientId = Tag(0x11, since=Version.V14_0)
    Status = Tag(0x12, since=Version.V14_0)
    AccountId = Tag(0x13, since=Version.V14_1)
    Forwardees = Tag(0x15, since=Version.V16_0)
    Forwardee = Tag(0x16, since=Version.V16_0)
    Name = Tag(0x17, since=Version.V16_0)
    Email = Tag(0x18, since=Version.V16_0)
