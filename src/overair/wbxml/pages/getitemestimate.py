"""Code page 6, GetItemEstimate (MS-ASWBXML 2.1.2.1.7)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class GetItemEstimate(CodePage, page=6, namespace="GetItemEstimate"):
    """The tags of GetItemEstimate."""

    GetItemEstimate = Tag(0x05)
    Collections = Tag(0x07)
    Collection = Tag(0x08)
    Class = Tag(0x09, until=Version.V12_1)
    CollectionId = Tag(0x0A)
    Estimate = Tag(0x0C)
    Response = Tag(0x0D)
    Status = Tag(0x0E)
