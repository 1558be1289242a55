"""Code page 8, MeetingResponse (MS-ASWBXML 2.1.2.1.9)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class MeetingResponse(CodePage, page=8, namespace="MeetingResponse"):
    """The tags of MeetingResponse."""

    CalendarId = Tag(0x05)
    CollectionId = Tag(0x06)
    MeetingResponse = Tag(0x07)
    RequestId = Tag(0x08)
    Request = Tag(0x09)
    Result = Tag(0x0A)
    Status = Tag(0x0B)
    UserResponse = Tag(0x0C)
    InstanceId = Tag(0x0E, since=Version.V14_1)
    ProposedStartTime = Tag(0x10, since=Version.V16_1)
    ProposedEndTime = Tag(0x11, since=Version.V16_1)
    SendResponse = Tag(0x12, since=Version.V16_0)
