"""How a client wants bodies (MS-ASAIRS 2.2.2.11, 2.2.2.12)."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Final

from overair.protocol.data_types import BOOLEAN, UNSIGNED_INTEGER, Enumeration, Integer
from overair.protocol.schema import Field, Nested, Record
from overair.wbxml.pages import AirSyncBase, RightsManagement


class BodyType(IntEnum):
    """The Type of a body (MS-ASAIRS 2.2.2.41)."""

    PLAIN_TEXT = 1
    HTML = 2
    RTF = 3
    MIME = 4


class BodyPreference(Record):
    """One body type the client takes, and how much of it."""

    element_tag = AirSyncBase.BodyPreference
    ordered = True  # MS-ASAIRS_R348

    type: Annotated[BodyType, Field(AirSyncBase.Type, Enumeration(BodyType))]
    truncation_size: Annotated[int | None, Field(AirSyncBase.TruncationSize, UNSIGNED_INTEGER)] = None
    """Bytes; None for the whole body."""
    all_or_none: Annotated[bool | None, Field(AirSyncBase.AllOrNone, BOOLEAN)] = None
    preview: Annotated[int | None, Field(AirSyncBase.Preview, Integer(0, 255))] = None
    """Characters of the Unicode text."""


BODY_PREFERENCES: Final = Field(
    AirSyncBase.BodyPreference, Nested(BodyPreference), repeated=True, distinct="type"
)
"""The preferences of Options, one for each type (MS-ASAIRS_R349)."""


class BodyPartPreference(Record):
    """How the client wants the part of a conversation's message that is its own."""

    element_tag = AirSyncBase.BodyPartPreference

    type: Annotated[BodyType, Field(AirSyncBase.Type, Enumeration(BodyType))]
    truncation_size: Annotated[int | None, Field(AirSyncBase.TruncationSize, UNSIGNED_INTEGER)] = None
    all_or_none: Annotated[bool | None, Field(AirSyncBase.AllOrNone, BOOLEAN)] = None
    preview: Annotated[int | None, Field(AirSyncBase.Preview, Integer(0, 255))] = None


BODY_PART_PREFERENCE: Final = Field(AirSyncBase.BodyPartPreference, Nested(BodyPartPreference))
"""The one of Options."""
RIGHTS_MANAGEMENT_SUPPORT: Final = Field(RightsManagement.RightsManagementSupport, BOOLEAN)
"""Whether protected bodies are to be sent readable; it stands in Options beside the preferences."""
