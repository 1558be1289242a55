"""Code page 23, Notes (MS-ASWBXML 2.1.2.1.24)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Notes(CodePage, page=23, namespace="Notes"):
    """The tags of Notes."""

    Subject = Tag(0x05, since=Version.V14_0)
    MessageClass = Tag(0x06, since=Version.V14_0)
    LastModifiedDate = Tag(0x07, since=Version.V14_0)
    Categories = Tag(0x08, since=Version.V14_0)
    Category = Tag(0x09, since=Version.V14_0)
