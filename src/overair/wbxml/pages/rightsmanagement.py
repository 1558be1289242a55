"""Code page 24, RightsManagement (MS-ASWBXML 2.1.2.1.25)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class RightsManagement(CodePage, page=24, namespace="RightsManagement"):
    """The tags of RightsManagement."""

    RightsManagementSupport = Tag(0x05, since=Version.V14_1)
    RightsManagementTemplates = Tag(0x06, since=Version.V14_1)
    RightsManagementTemplate = Tag(0x07, since=Version.V14_1)
    RightsManagementLicense = Tag(0x08, since=Version.V14_1)
    EditAllowed = Tag(0x09, since=Version.V14_1)
    ReplyAllowed = Tag(0x0A, since=Version.V14_1)
    ReplyAllAllowed = Tag(0x0B, since=Version.V14_1)
    ForwardAllowed = Tag(0x0C, since=Version.V14_1)
    ModifyRecipientsAllowed = Tag(0x0D, since=Version.V14_1)
    ExtractAllowed = Tag(0x0E, since=Version.V14_1)
    PrintAllowed = Tag(0x0F, since=Version.V14_1)
    ExportAllowed = Tag(0x10, since=Version.V14_1)
    ProgrammaticAccessAllowed = Tag(0x11, since=Version.V14_1)
    Owner = Tag(0x12, since=Version.V14_1)
    ContentExpiryDate = Tag(0x13, since=Version.V14_1)
    TemplateID = Tag(0x14, since=Version.V14_1)
    TemplateName = Tag(0x15, since=Version.V14_1)
    TemplateDescription = Tag(0x16, since=Version.V14_1)
    ContentOwner = Tag(0x17, since=Version.V14_1)
    RemoveRightsManagementProtection = Tag(0x18, since=Version.V14_1)
