"""Code page 17, AirSyncBase (MS-ASWBXML 2.1.2.1.18)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class AirSyncBase(CodePage, page=17, namespace="AirSyncBase"):
    """The tags of AirSyncBase."""

    BodyPreference = Tag(0x05, since=Version.V12_0)
    Type = Tag(0x06, since=Version.V12_0)
    TruncationSize = Tag(0x07, since=Version.V12_0)
    AllOrNone = Tag(0x08, since=Version.V12_0)
    Body = Tag(0x0A, since=Version.V12_0)
    Data = Tag(0x0B, since=Version.V12_0)
    EstimatedDataSize = Tag(0x0C, since=Version.V12_0)
    Truncated = Tag(0x0D, since=Version.V12_0)
    Attachments = Tag(0x0E, since=Version.V12_0)
    Attachment = Tag(0x0F, since=Version.V12_0)
    DisplayName = Tag(0x10, since=Version.V12_0)
    FileReference = Tag(0x11, since=Version.V12_0)
    Method = Tag(0x12, since=Version.V12_0)
    ContentId = Tag(0x13, since=Version.V12_0)
    ContentLocation = Tag(0x14, since=Version.V12_0)
    IsInline = Tag(0x15, since=Version.V12_0)
    NativeBodyType = Tag(0x16, since=Version.V12_0)
    ContentType = Tag(0x17, since=Version.V12_0)
    Preview = Tag(0x18, since=Version.V14_0)
    BodyPartPreference = Tag(0x19, since=Version.V14_1)
    BodyPart = Tag(0x1A, since=Version.V14_1)
    Status = Tag(0x1B, since=Version.V14_1)
    Add = Tag(0x1C, since=Version.V16_0)
    Delete = Tag(0x1D, since=Version.V16_0)
    ClientId = Tag(0x1E, since=Version.V16_0)
    Content = Tag(0x1F, since=Version.V16_0)
    Location = Tag(0x20, since=Version.V16_0)
    Annotation = Tag(0x21, since=Version.V16_0)
    Street = Tag(0x22, since=Version.V16_0)
    City = Tag(0x23, since=Version.V16_0)
    State = Tag(0x24, since=Version.V16_0)
    Country = Tag(0x25, since=Version.V16_0)
    PostalCode = Tag(0x26, since=Version.V16_0)
    Latitude = Tag(0x27, since=Version.V16_0)
    Longitude = Tag(0x28, since=Version.V16_0)
    Accuracy = Tag(0x29, since=Version.V16_0)
    Altitude = Tag(0x2A, since=Version.V16_0)
    AltitudeAccuracy = Tag(0x2B, since=Version.V16_0)
    LocationUri = Tag(0x2C, since=Version.V16_0)
    InstanceId = Tag(0x2D, since=Version.V16_0)
