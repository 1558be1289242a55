"""Code page 5, Move (MS-ASWBXML 2.1.2.1.6)."""

from overair.wbxml.codepage import CodePage
from overair.wbxml.element import Tag


class Move(CodePage, page=5, namespace="Move"):
    """The tags of Move."""

    MoveItems = Tag(0x05)
    Move = Tag(0x06)
    SrcMsgId = Tag(0x07)
    SrcFldId = Tag(0x08)
    DstFldId = Tag(0x09)
    Response = Tag(0x0A)
    Status = Tag(0x0B)
    DstMsgId = Tag(0x0C)
