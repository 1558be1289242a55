"""Code page 12, Contacts2 (MS-ASWBXML 2.1.2.1.13)."""

from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Contacts2(CodePage, page=12, namespace="Contacts2"):
    """The tags of Contacts2."""

    CustomerId = Tag(0x05)
    GovernmentId = Tag(0x06)
    IMAddress = Tag(0x07)
    IMAddress2 = Tag(0x08)
    IMAddress3 = Tag(0x09)
    ManagerName = Tag(0x0A)
    CompanyMainPhone = Tag(0x0B)
    AccountName = Tag(0x0C)
    NickName = Tag(0x0D)
    MMS = Tag(0x0E)
