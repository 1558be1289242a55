"""Code page 18, Settings (MS-ASWBXML 2.1.2.1.19)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Settings(CodePage, page=18, namespace="Settings"):
    """The tags of Settings."""

    Settings = Tag(0x05, since=Version.V12_0)
    Status = Tag(0x06, since=Version.V12_0)
    Get = Tag(0x07, since=Version.V12_0)
    Set = Tag(0x08, since=Version.V12_0)
    Oof = Tag(0x09, since=Version.V12_0)
    OofState = Tag(0x0A, since=Version.V12_0)
    StartTime = Tag(0x0B, since=Version.V12_0)
    EndTime = Tag(0x0C, since=Version.V12_0)
    OofMessage = Tag(0x0D, since=Version.V12_0)
    AppliesToInternal = Tag(0x0E, since=Version.V12_0)
    AppliesToExternalKnown = Tag(0x0F, since=Version.V12_0)
    AppliesToExternalUnknown = Tag(0x10, since=Version.V12_0)
    Enabled = Tag(0x11, since=Version.V12_0)
    ReplyMessage = Tag(0x12, since=Version.V12_0)
    BodyType = Tag(0x13, since=Version.V12_0)
    DevicePassword = Tag(0x14, since=Version.V12_0)
    Password = Tag(0x15, since=Version.V12_0)
    DeviceInformation = Tag(0x16, since=Version.V12_0)
    Model = Tag(0x17, since=Version.V12_0)
    IMEI = Tag(0x18, since=Version.V12_0)
    FriendlyName = Tag(0x19, since=Version.V12_0)
    OS = Tag(0x1A, since=Version.V12_0)
    OSLanguage = Tag(0x1B, since=Version.V12_0)
    PhoneNumber = Tag(0x1C, since=Version.V12_0)
    UserInformation = Tag(0x1D, since=Version.V12_0)
    EmailAddresses = Tag(0x1E, since=Version.V12_0)
    SMTPAddress = Tag(0x1F, since=Version.V12_0)
    UserAgent = Tag(0x20, since=Version.V12_1)
    EnableOutboundSMS = Tag(0x21, since=Version.V14_0)
    MobileOperator = Tag(0x22, since=Version.V14_0)
    PrimarySmtpAddress = Tag(0x23, since=Version.V14_1)
    Accounts = Tag(0x24, since=Version.V14_1)
    Account = Tag(0x25, since=Version.V14_1)
    AccountId = Tag(0x26, since=Version.V14_1)
    AccountName = Tag(0x27, since=Version.V14_1)
    UserDisplayName = Tag(0x28, since=Version.V14_1)
    SendDisabled = Tag(0x29, since=Version.V14_1)
    RightsManagementInformation = Tag(0x2B, since=Version.V14_1)
