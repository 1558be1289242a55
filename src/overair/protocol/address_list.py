"""An entry of the global address list, as Search and Find tell it (GAL namespace)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import INTEGER, OPAQUE, STRING
from overair.protocol.schema import Field, Nested, Record
from overair.wbxml.pages import GAL


class Photo(Record):
    """A contact photo, or why there is none."""

    status: Annotated[int, Field(GAL.Status, INTEGER)]
    """statuses.PictureStatus."""
    data: Annotated[bytes | None, Field(GAL.Data, OPAQUE)] = None


class Entry(Record):
    """One person; only what is not empty is told."""

    display_name: Annotated[str | None, Field(GAL.DisplayName, STRING)] = None
    phone: Annotated[str | None, Field(GAL.Phone, STRING)] = None
    office: Annotated[str | None, Field(GAL.Office, STRING)] = None
    title: Annotated[str | None, Field(GAL.Title, STRING)] = None
    company: Annotated[str | None, Field(GAL.Company, STRING)] = None
    alias: Annotated[str | None, Field(GAL.Alias, STRING)] = None
    first_name: Annotated[str | None, Field(GAL.FirstName, STRING)] = None
    last_name: Annotated[str | None, Field(GAL.LastName, STRING)] = None
    home_phone: Annotated[str | None, Field(GAL.HomePhone, STRING)] = None
    mobile_phone: Annotated[str | None, Field(GAL.MobilePhone, STRING)] = None
    email_address: Annotated[str | None, Field(GAL.EmailAddress, STRING)] = None
    picture: Annotated[Photo | None, Field(GAL.Picture, Nested(Photo))] = None
