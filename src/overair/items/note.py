"""A note: every element of MS-ASNOTE."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from overair.items.body import Body
from overair.items.item import Item, ItemClass
from overair.protocol.data_types import COMPACT_DATE_TIME, STRING
from overair.protocol.schema import Field, Nested, Sequence
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, Notes


class Note(Item):
    """A note: a subject, a text and categories."""

    item_class: ClassVar[ItemClass] = ItemClass.NOTES
    first_version: ClassVar[Version] = Version.V14_0

    subject: Annotated[str | None, Field(Notes.Subject, STRING, kept=True)] = None
    message_class: Annotated[str | None, Field(Notes.MessageClass, STRING, kept=True)] = None
    last_modified_date: Annotated[
        datetime | None, Field(Notes.LastModifiedDate, COMPACT_DATE_TIME, read_only=True)
    ] = None
    """When it was last changed, by the server's clock (MS-ASNOTE_R209)."""
    categories: Annotated[
        tuple[str, ...] | None, Field(Notes.Categories, Sequence(Notes.Category, STRING, limit=300))
    ] = None
    body: Annotated[Body | None, Field(AirSyncBase.Body, Nested(Body), since=Version.V14_0, kept=True)] = None
