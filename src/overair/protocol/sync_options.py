"""What Sync, GetItemEstimate and ItemOperations say about a collection in the same words."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Final

from overair.protocol.body_preferences import (
    BODY_PART_PREFERENCE,
    BODY_PREFERENCES,
    RIGHTS_MANAGEMENT_SUPPORT,
    BodyPartPreference,
    BodyPreference,
)
from overair.protocol.data_types import STRING, Enumeration, Integer, String
from overair.protocol.schema import Field, Record
from overair.versions import Version
from overair.wbxml.pages import AirSync

SYNC_KEY: Final = String(max_length=64)
COLLECTION_ID: Final = String(max_length=64)
SERVER_ID: Final = String(max_length=64)
CLASS_NAME: Final = STRING
"""A Class is read as it stands; whoever knows the collection says whether it fits."""


class FilterType(IntEnum):
    """How far back a collection is synchronised (MS-ASCMD 2.2.3.68.2)."""

    ALL = 0
    ONE_DAY = 1
    THREE_DAYS = 2
    ONE_WEEK = 3
    TWO_WEEKS = 4
    ONE_MONTH = 5
    THREE_MONTHS = 6
    SIX_MONTHS = 7
    INCOMPLETE_TASKS = 8


class Conflict(IntEnum):
    """Whose change stays (MS-ASCMD 2.2.3.34)."""

    CLIENT_WINS = 0
    SERVER_WINS = 1


class MIMESupport(IntEnum):
    """Which messages are sent as MIME (MS-ASCMD 2.2.3.110.3)."""

    NEVER = 0
    SIGNED_OR_ENCRYPTED = 1
    ALWAYS = 2


MIME_TRUNCATION_SIZES: Final[dict[int | None, int | None]] = {
    0: 0,
    1: 4_096,
    2: 5_120,
    3: 7_168,
    4: 10_240,
    5: 20_480,
    6: 51_200,
    7: 102_400,
    8: None,
}
"""The characters that a MIMETruncation leaves; None for all (MS-ASCMD_R3418 to R3426)."""

FILTER_TYPE: Final = Enumeration(FilterType)
MIME_SUPPORT: Final = Enumeration(MIMESupport)


class Options(Record):
    """How the items of one class are synchronised; without a class, those of the collection's own."""

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, since=Version.V14_0)] = None
    filter_type: Annotated[FilterType | None, Field(AirSync.FilterType, FILTER_TYPE)] = None
    conflict: Annotated[Conflict | None, Field(AirSync.Conflict, Enumeration(Conflict))] = None
    mime_truncation: Annotated[int | None, Field(AirSync.MIMETruncation, Integer(0, 8))] = None
    """A key of MIME_TRUNCATION_SIZES."""
    mime_support: Annotated[MIMESupport | None, Field(AirSync.MIMESupport, MIME_SUPPORT)] = None
    max_items: Annotated[int | None, Field(AirSync.MaxItems, Integer(minimum=1))] = None
    body_preferences: Annotated[tuple[BodyPreference, ...], BODY_PREFERENCES] = ()
    body_part_preference: Annotated[BodyPartPreference | None, BODY_PART_PREFERENCE] = None
    rights_management_support: Annotated[bool | None, RIGHTS_MANAGEMENT_SUPPORT] = None
