"""The Body and BodyPart of an item (MS-ASAIRS 2.2.2.9 and 2.2.2.10)."""

from __future__ import annotations

from typing import Annotated, Final

from overair.protocol.body_preferences import BodyType
from overair.protocol.data_types import (
    BOOLEAN,
    INTEGER,
    STRING,
    UNSIGNED_INTEGER,
    Enumeration,
)
from overair.protocol.schema import Field, Record
from overair.wbxml.pages import AirSyncBase, ItemOperations


class Body(Record):
    """A body as it travels; in the store it is whole, its text in ``data``.

    The order of the elements is fixed (MS-ASAIRS_R112).
    """

    element_tag = AirSyncBase.Body

    type: Annotated[BodyType, Field(AirSyncBase.Type, Enumeration(BodyType))]
    estimated_data_size: Annotated[int | None, Field(AirSyncBase.EstimatedDataSize, UNSIGNED_INTEGER)] = None
    truncated: Annotated[bool | None, Field(AirSyncBase.Truncated, BOOLEAN)] = None
    data: Annotated[str | None, Field(AirSyncBase.Data, STRING)] = None
    part: Annotated[int | None, Field(ItemOperations.Part, INTEGER)] = None
    preview: Annotated[str | None, Field(AirSyncBase.Preview, STRING)] = None


NO_BODY: Final = Body(type=BodyType.PLAIN_TEXT, data="")
"""What says that an item has no body, or none any more."""


class BodyPart(Record):
    """The part of a conversation's message that is its own (MS-ASAIRS_R126)."""

    element_tag = AirSyncBase.BodyPart

    status: Annotated[int, Field(AirSyncBase.Status, INTEGER)]
    type: Annotated[BodyType, Field(AirSyncBase.Type, Enumeration(BodyType))]
    estimated_data_size: Annotated[int, Field(AirSyncBase.EstimatedDataSize, UNSIGNED_INTEGER)]
    truncated: Annotated[bool | None, Field(AirSyncBase.Truncated, BOOLEAN)] = None
    data: Annotated[str | None, Field(AirSyncBase.Data, STRING)] = None
    preview: Annotated[str | None, Field(AirSyncBase.Preview, STRING)] = None
