"""The properties of a message that Find found (MS-ASCMD 2.2.3.139.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from overair.protocol.data_types import BOOLEAN, DATE_TIME, STRING, Integer, String
from overair.protocol.schema import Field, Record
from overair.wbxml.pages import Email, Email2, Find

MOST_PREVIEW = 255
"""Characters of a preview (MS-ASCMD_R6978101702)."""


class FoundMessage(Record):
    """A message as a list of results shows it."""

    subject: Annotated[str | None, Field(Email.Subject, STRING)] = None
    date_received: Annotated[datetime | None, Field(Email.DateReceived, DATE_TIME)] = None
    display_to: Annotated[str | None, Field(Email.DisplayTo, STRING)] = None
    display_cc: Annotated[str | None, Field(Find.DisplayCc, STRING)] = None
    display_bcc: Annotated[str | None, Field(Find.DisplayBcc, STRING)] = None
    importance: Annotated[int | None, Field(Email.Importance, Integer(0, 2))] = None
    read: Annotated[bool | None, Field(Email.Read, BOOLEAN)] = None
    is_draft: Annotated[bool | None, Field(Email2.IsDraft, BOOLEAN)] = None
    preview: Annotated[str | None, Field(Find.Preview, String(max_length=MOST_PREVIEW))] = None
    has_attachments: Annotated[bool | None, Field(Find.HasAttachments, BOOLEAN)] = None
    from_: Annotated[str | None, Field(Email.From, STRING)] = None
