"""Code page 13, Ping (MS-ASWBXML 2.1.2.1.14)."""

from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Ping(CodePage, page=13, namespace="Ping"):
    """The tags of Ping."""

    Ping = Tag(0x05)
    Status = Tag(0x07)
    HeartbeatInterval = Tag(0x08)
    Folders = Tag(0x09)
    Folder = Tag(0x0A)
    Id = Tag(0x0B)
    Class = Tag(0x0C)
    MaxFolders = Tag(0x0D)
