"""ItemOperations: fetch items and attachments, empty folders, move conversations (MS-ASCMD 2.2.1.10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final, Self

import msgspec

from overair.protocol.body_preferences import (
    BODY_PART_PREFERENCE,
    BODY_PREFERENCES,
    RIGHTS_MANAGEMENT_SUPPORT,
    BodyPartPreference,
    BodyPreference,
)
from overair.protocol.data_types import BASE64, DATE_TIME, INTEGER, OPAQUE, STRING, String
from overair.protocol.ranges import ITEM_RANGE, Range
from overair.protocol.schema import ELEMENTS, PRESENCE, Choices, Field, Nested, Record
from overair.protocol.sync_options import CLASS_NAME, COLLECTION_ID, MIME_SUPPORT, SERVER_ID, MIMESupport
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, AirSyncBase, DocumentLibrary, RightsManagement, Search
from overair.wbxml.pages import ItemOperations as Page

LONG_ID: Final = String(min_length=1, max_length=256)
CONVERSATION_ID: Final = OPAQUE
MAILBOX: Final = "Mailbox"
DOCUMENT_LIBRARY: Final = "Document Library"


class FetchOptions(Record):
    """How a fetched item is wanted; for an attachment only the range."""

    schema: Annotated[list[Element] | None, Field(Page.Schema, ELEMENTS)] = None
    """Empty elements, one for each property that is wanted; None for all."""
    range: Annotated[Range | None, Field(Page.Range, ITEM_RANGE)] = None
    user_name: Annotated[str | None, Field(Page.UserName, String(max_length=100))] = None
    password: Annotated[str | None, Field(Page.Password, String(max_length=256))] = None
    mime_support: Annotated[MIMESupport | None, Field(AirSync.MIMESupport, MIME_SUPPORT)] = None
    body_preferences: Annotated[tuple[BodyPreference, ...], BODY_PREFERENCES] = ()
    body_part_preference: Annotated[BodyPartPreference | None, BODY_PART_PREFERENCE] = None
    rights_management_support: Annotated[bool | None, RIGHTS_MANAGEMENT_SUPPORT] = None


class Fetch(Record):
    """One item by its collection and id, by a search's LongId or a link; or one attachment."""

    element_tag = Page.Fetch

    store: Annotated[str, Field(Page.Store, String(min_length=1, max_length=256))]
    link_id: Annotated[str | None, Field(DocumentLibrary.LinkId, STRING)] = None
    long_id: Annotated[str | None, Field(Search.LongId, LONG_ID)] = None
    collection_id: Annotated[str | None, Field(AirSync.CollectionId, COLLECTION_ID)] = None
    server_id: Annotated[str | None, Field(AirSync.ServerId, SERVER_ID)] = None
    options: Annotated[FetchOptions | None, Field(Page.Options, Nested(FetchOptions))] = None
    file_reference: Annotated[str | None, Field(AirSyncBase.FileReference, STRING)] = None
    remove_rights_management_protection: Annotated[
        bool, Field(RightsManagement.RemoveRightsManagementProtection, PRESENCE)
    ] = False


class EmptyFolderContentsOptions(Record):
    """Whether the folders in the folder go too."""

    delete_sub_folders: Annotated[bool, Field(Page.DeleteSubFolders, PRESENCE)] = False


class EmptyFolderContents(Record):
    """Delete all items of a folder."""

    element_tag = Page.EmptyFolderContents

    collection_id: Annotated[str, Field(AirSync.CollectionId, COLLECTION_ID)]
    options: Annotated[
        EmptyFolderContentsOptions | None, Field(Page.Options, Nested(EmptyFolderContentsOptions))
    ] = None


class MoveOptions(Record):
    """Whether what arrives later in the conversation moves too."""

    move_always: Annotated[bool, Field(Page.MoveAlways, PRESENCE)] = False


class Move(Record):
    """Move a conversation to a folder."""

    element_tag = Page.Move

    conversation_id: Annotated[bytes, Field(Page.ConversationId, CONVERSATION_ID)]
    destination_folder_id: Annotated[str, Field(Page.DstFldId, String(min_length=1, max_length=64))]
    options: Annotated[MoveOptions | None, Field(Page.Options, Nested(MoveOptions))] = None


Operation = Fetch | EmptyFolderContents | Move
_OPERATIONS: Final = Choices(Fetch, EmptyFolderContents, Move)


class ItemOperationsRequest(Record):
    """The operations, to be executed in this order (MS-ASCMD_R193)."""

    element_tag = Page.ItemOperations

    operations: tuple[Operation, ...]

    def to_children(self, version: Version) -> list[Element]:
        """The operations as elements."""
        return [operation.to_element(version) for operation in self.operations]

    @classmethod
    def from_children(cls, children: Iterable[Element], version: Version) -> Self:
        """Read the operations; raises SchemaError."""
        return cls(operations=_OPERATIONS.decode(list(children), version))  # type: ignore[arg-type]  # of these kinds


class Properties(Record):
    """What was fetched: an attachment's or a document's bytes, or the properties of an item.

    ``data`` is the bytes as base64 inline, ``part`` their number in a multipart answer, from 1 on.
    """

    range: Annotated[Range | None, Field(Page.Range, ITEM_RANGE)] = None
    total: Annotated[int | None, Field(Page.Total, INTEGER)] = None
    content_type: Annotated[str | None, Field(AirSyncBase.ContentType, STRING)] = None
    data: Annotated[bytes | None, Field(Page.Data, BASE64)] = None
    part: Annotated[int | None, Field(Page.Part, INTEGER)] = None
    version: Annotated[datetime | None, Field(Page.Version_, DATE_TIME)] = None
    item: list[Element] = msgspec.field(default_factory=list)
    """The item's properties, as in Sync's ApplicationData."""

    def to_children(self, version: Version) -> list[Element]:
        """What was fetched, as elements."""
        return [*super().to_children(version), *self.item]

    @classmethod
    def from_children(cls, children: Iterable[Element], version: Version) -> Self:
        """Read what was fetched; everything that is not declared here is the item's."""
        own = {bound.field.tag.key for bound in cls.fields()}
        children = list(children)
        values = cls.values_of([child for child in children if child.tag.key in own], version)
        return cls(**values, item=[child for child in children if child.tag.key not in own])


class FetchResponse(Record):
    """What became of a Fetch; the ids are those of the request."""

    element_tag = Page.Fetch

    status: Annotated[int, Field(Page.Status, INTEGER)]
    """statuses.ItemOperationsStatus or CommonStatus, as in every answer of ItemOperations."""
    collection_id: Annotated[str | None, Field(AirSync.CollectionId, COLLECTION_ID)] = None
    server_id: Annotated[str | None, Field(AirSync.ServerId, SERVER_ID)] = None
    long_id: Annotated[str | None, Field(Search.LongId, LONG_ID)] = None
    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME)] = None
    link_id: Annotated[str | None, Field(DocumentLibrary.LinkId, STRING)] = None
    file_reference: Annotated[str | None, Field(AirSyncBase.FileReference, STRING)] = None
    properties: Annotated[Properties | None, Field(Page.Properties, Nested(Properties))] = None


class EmptyFolderContentsResponse(Record):
    """What became of an EmptyFolderContents."""

    element_tag = Page.EmptyFolderContents

    status: Annotated[int, Field(Page.Status, INTEGER)]
    collection_id: Annotated[str, Field(AirSync.CollectionId, COLLECTION_ID)]


class MoveResponse(Record):
    """What became of a Move."""

    element_tag = Page.Move

    status: Annotated[int, Field(Page.Status, INTEGER)]
    conversation_id: Annotated[bytes, Field(Page.ConversationId, CONVERSATION_ID)]


OperationResponse = FetchResponse | EmptyFolderContentsResponse | MoveResponse


class ItemOperationsResponse(Record):
    """The status of the request and of each operation."""

    element_tag = Page.ItemOperations

    status: Annotated[int, Field(Page.Status, INTEGER)]
    responses: Annotated[
        tuple[OperationResponse, ...],
        Field(Page.Response, Choices(FetchResponse, EmptyFolderContentsResponse, MoveResponse)),
    ] = ()
