"""Code page 16, GAL (MS-ASWBXML 2.1.2.1.17)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class GAL(CodePage, page=16, namespace="GAL"):
    """The tags of GAL."""

    DisplayName = Tag(0x05)
    Phone = Tag(0x06)
    Office = Tag(0x07)
    Title = Tag(0x08)
    Company = Tag(0x09)
    Alias = Tag(0x0A)
    FirstName = Tag(0x0B)
    LastName = Tag(0x0C)
    HomePhone = Tag(0x0D)
    MobilePhone = Tag(0x0E)
    EmailAddress = Tag(0x0F)
    Picture = Tag(0x10, since=Version.V14_1)
    Status = Tag(0x11, since=Version.V14_1)
    Data = Tag(0x12, since=Version.V14_1)
