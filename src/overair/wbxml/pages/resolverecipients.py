"""Code page 10, ResolveRecipients (MS-ASWBXML 2.1.2.1.11)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class ResolveRecipients(CodePage, page=10, namespace="ResolveRecipients"):
    """The tags of ResolveRecipients."""

    ResolveRecipients = Tag(0x05)
    Response = Tag(0x06)
    Status = Tag(0x07)
    Type = Tag(0x08)
    Recipient = Tag(0x09)
    DisplayName = Tag(0x0A)
    EmailAddress = Tag(0x0B)
    Certificates = Tag(0x0C)
    Certificate = Tag(0x0D)
    MiniCertificate = Tag(0x0E)
    Options = Tag(0x0F)
    To = Tag(0x10)
    CertificateRetrieval = Tag(0x11)
    RecipientCount = Tag(0x12)
    MaxCertificates = Tag(0x13)
    MaxAmbiguousRecipients = Tag(0x14)
    CertificateCount = Tag(0x15)
    Availability = Tag(0x16, since=Version.V14_0)
    StartTime = Tag(0x17, since=Version.V14_0)
    EndTime = Tag(0x18, since=Version.V14_0)
    MergedFreeBusy = Tag(0x19, since=Version.V14_0)
    Picture = Tag(0x1A, since=Version.V14_1)
    MaxSize = Tag(0x1B, since=Version.V14_1)
    Data = Tag(0x1C, since=Version.V14_1)
    MaxPictures = Tag(0x1D, since=Version.V14_1)
