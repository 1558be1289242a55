"""Code page 19, DocumentLibrary (MS-ASWBXML 2.1.2.1.20)."""

from overair.versions import Version
from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class DocumentLibrary(CodePage, page=19, namespace="DocumentLibrary"):
    """The tags of DocumentLibrary."""

    LinkId = Tag(0x05, since=Version.V12_0)
    DisplayName = Tag(0x06, since=Version.V12_0)
    IsFolder = Tag(0x07, since=Version.V12_0)
    CreationDate = Tag(0x08, since=Version.V12_0)
    LastModifiedDate = Tag(0x09, since=Version.V12_0)
    IsHidden = Tag(0x0A, since=Version.V12_0)
    ContentLength = Tag(0x0B, since=Version.V12_0)
    ContentType = Tag(0x0C, since=Version.V12_0)
