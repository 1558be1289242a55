"""MoveItems (MS-ASCMD 2.2.1.12)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import UNSIGNED_BYTE, String
from overair.protocol.schema import Field, Nested, Record
from overair.wbxml.pages import Move

IDENTIFIER = String(min_length=1, max_length=64)


class ItemMove(Record):
    """One item, from a folder to another."""

    source_message_id: Annotated[str, Field(Move.SrcMsgId, IDENTIFIER)]
    source_folder_id: Annotated[str, Field(Move.SrcFldId, IDENTIFIER)]
    destination_folder_id: Annotated[str, Field(Move.DstFldId, IDENTIFIER)]


class MoveItemsRequest(Record):
    """The moves, at least one."""

    element_tag = Move.MoveItems

    moves: Annotated[tuple[ItemMove, ...], Field(Move.Move, Nested(ItemMove), repeated=True)]


class MoveResult(Record):
    """What became of one move."""

    source_message_id: Annotated[str, Field(Move.SrcMsgId, IDENTIFIER)]
    status: Annotated[int, Field(Move.Status, UNSIGNED_BYTE)]
    """statuses.MoveItemsStatus."""
    destination_message_id: Annotated[str | None, Field(Move.DstMsgId, IDENTIFIER)] = None


class MoveItemsResponse(Record):
    """One result per move; only a status where the whole request failed."""

    element_tag = Move.MoveItems

    status: Annotated[int | None, Field(Move.Status, UNSIGNED_BYTE)] = None
    """statuses.MoveItemsStatus or CommonStatus."""
    responses: Annotated[tuple[MoveResult, ...], Field(Move.Response, Nested(MoveResult), repeated=True)] = ()
