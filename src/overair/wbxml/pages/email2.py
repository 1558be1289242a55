"""Code page 22, Email2 (MS-ASWBXML 2.1.2.1.23)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Email2(CodePage, page=22, namespace="Email2"):
    """The tags of Email2."""

    UmCallerID = Tag(0x05, since=Version.V14_0)
    UmUserNotes = Tag(0x06, since=Version.V14_0)
    UmAttDuration = Tag(0x07, since=Version.V14_0)
    UmAttOrder = Tag(0x08, since=Version.V14_0)
    ConversationId = Tag(0x09, since=Version.V14_0)
    ConversationIndex = Tag(0x0A, since=Version.V14_0)
    LastVerbExecuted = Tag(0x0B, since=Version.V14_0)
    LastVerbExecutionTime = Tag(0x0C, since=Version.V14_0)
    ReceivedAsBcc = Tag(0x0D, since=Version.V14_0)
    Sender = Tag(0x0E, since=Version.V14_0)
    CalendarType = Tag(0x0F, since=Version.V14_0)
    IsLeapMonth = Tag(0x10, since=Version.V14_0)
    AccountId = Tag(0x11, since=Version.V14_1)
    FirstDayOfWeek = Tag(0x12, since=Version.V14_1)
    MeetingMessageType = Tag(0x13, since=Version.V14_1)
    IsDraft = Tag(0x15, since=Version.V16_0)
    Bcc = Tag(0x16, since=Version.V16_0)
    Send = Tag(0x17, since=Version.V16_0)
