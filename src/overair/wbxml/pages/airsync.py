"""Code page 0, AirSync (MS-ASWBXML 2.1.2.1.1)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class AirSync(CodePage, page=0, namespace="AirSync"):
    """The tags of AirSync."""

    Sync = Tag(0x05)
    Responses = Tag(0x06)
    Add = Tag(0x07)
    Change = Tag(0x08)
    Delete = Tag(0x09)
    Fetch = Tag(0x0A)
    SyncKey = Tag(0x0B)
    ClientId = Tag(0x0C)
    ServerId = Tag(0x0D)
    Status = Tag(0x0E)
    Collection = Tag(0x0F)
    Class = Tag(0x10)
    CollectionId = Tag(0x12)
    GetChanges = Tag(0x13)
    MoreAvailable = Tag(0x14)
    WindowSize = Tag(0x15)
    Commands = Tag(0x16)
    Options = Tag(0x17)
    FilterType = Tag(0x18)
    # In no table of MS-ASWBXML, but an element of all versions (MS-ASCMD_R7366) with this token since 2.5.
    Truncation = Tag(0x19)
    Conflict = Tag(0x1B)
    Collections = Tag(0x1C)
    ApplicationData = Tag(0x1D)
    DeletesAsMoves = Tag(0x1E)
    Supported = Tag(0x20)
    SoftDelete = Tag(0x21)
    MIMESupport = Tag(0x22)
    MIMETruncation = Tag(0x23)
    Wait = Tag(0x24, since=Version.V12_1)
    Limit = Tag(0x25, since=Version.V12_1)
    Partial = Tag(0x26, since=Version.V12_1)
    ConversationMode = Tag(0x27, since=Version.V14_0)
    MaxItems = Tag(0x28, since=Version.V14_0)
    HeartbeatInterval = Tag(0x29, since=Version.V14_0)
