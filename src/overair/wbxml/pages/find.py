"""Code page 25, Find (MS-ASWBXML 2.1.2.1.26)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Find(CodePage, page=25, namespace="Find"):
    """The tags of Find."""

    Find = Tag(0x05, since=Version.V16_1)
    SearchId = Tag(0x06, since=Version.V16_1)
    ExecuteSearch = Tag(0x07, since=Version.V16_1)
    MailBoxSearchCriterion = Tag(0x08, since=Version.V16_1)
    Query = Tag(0x09, since=Version.V16_1)
    Status = Tag(0x0A, since=Version.V16_1)
    FreeText = Tag(0x0B, since=Version.V16_1)
    Options = Tag(0x0C, since=Version.V16_1)
    Range = Tag(0x0D, since=Version.V16_1)
    DeepTraversal = Tag(0x0E, since=Version.V16_1)
    Response = Tag(0x11, since=Version.V16_1)
    Result = Tag(0x12, since=Version.V16_1)
    Properties = Tag(0x13, since=Version.V16_1)
    Preview = Tag(0x14, since=Version.V16_1)
    HasAttachments = Tag(0x15, since=Version.V16_1)
    Total = Tag(0x16, since=Version.V16_1)
    DisplayCc = Tag(0x17, since=Version.V16_1)
    DisplayBcc = Tag(0x18, since=Version.V16_1)
    GalSearchCriterion = Tag(0x19, since=Version.V16_1)
    MaxPictures = Tag(0x20, since=Version.V16_1)
    MaxSize = Tag(0x21, since=Version.V16_1)
    Picture = Tag(0x22, since=Version.V16_1)
