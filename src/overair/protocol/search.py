"""Search the global address list, a mailbox or a document library (MS-ASCMD 2.2.1.16)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec

from overair.protocol.body_preferences import (
    BODY_PART_PREFERENCE,
    BODY_PREFERENCES,
    RIGHTS_MANAGEMENT_SUPPORT,
    BodyPartPreference,
    BodyPreference,
)
from overair.protocol.data_types import (
    DATE_TIME,
    INTEGER,
    OPAQUE,
    STRING,
    UNSIGNED_INTEGER,
    String,
    text_of,
)
from overair.protocol.ranges import RESULT_RANGE, Range
from overair.protocol.schema import ELEMENTS, PRESENCE, Content, DataType, Field, Nested, Record
from overair.protocol.sync_options import CLASS_NAME, COLLECTION_ID, MIME_SUPPORT, MIMESupport
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, DocumentLibrary, Email, Search

GAL: Final = "GAL"
MAILBOX: Final = "Mailbox"
DOCUMENT_LIBRARY: Final = "DocumentLibrary"

RANGES: Final[dict[str, Range]] = {
    MAILBOX: Range(0, 99),
    DOCUMENT_LIBRARY: Range(0, 999),
    GAL: Range(0, 99),
}
"""The range that a request without one asks for, which is also the most it may (R3733 to R3736)."""


class DateComparison(Record):
    """A bound on when a message was received."""

    date_received: Annotated[bool, Field(Email.DateReceived, PRESENCE)]
    value: Annotated[datetime, Field(Search.Value, DATE_TIME)]


class LinkComparison(Record):
    """The document or folder with this link."""

    link_id: Annotated[bool, Field(DocumentLibrary.LinkId, PRESENCE)]
    value: Annotated[str, Field(Search.Value, String(max_length=1024))]


class And(Record):
    """What must all be true of a message."""

    free_text: Annotated[str | None, Field(Search.FreeText, STRING)] = None
    classes: Annotated[tuple[str, ...], Field(AirSync.Class, CLASS_NAME, repeated=True)] = ()
    collection_ids: Annotated[tuple[str, ...], Field(AirSync.CollectionId, COLLECTION_ID, repeated=True)] = ()
    conversation_id: Annotated[bytes | None, Field(Search.ConversationId, OPAQUE)] = None
    greater_than: Annotated[DateComparison | None, Field(Search.GreaterThan, Nested(DateComparison))] = None
    less_than: Annotated[DateComparison | None, Field(Search.LessThan, Nested(DateComparison))] = None


class Query(Record):
    """What to look for: words in the address list, conditions elsewhere.

    ``ands`` holds every And: more than one, and any Or, is too complex (MS-ASCMD_R772).
    """

    text: str | None = None
    ands: Annotated[tuple[And, ...], Field(Search.And, Nested(And), repeated=True)] = ()
    ors: Annotated[tuple[list[Element], ...], Field(Search.Or, ELEMENTS, repeated=True)] = ()
    equal_to: Annotated[LinkComparison | None, Field(Search.EqualTo, Nested(LinkComparison))] = None
    free_text: Annotated[str | None, Field(Search.FreeText, STRING)] = None


class QueryType(DataType[Query]):
    """Text or conditions."""

    def decode(self, content: Content, version: Version) -> Query:
        if isinstance(content, list):
            return Query.from_children(content, version)
        return Query(text=text_of(content))

    def encode(self, value: Query, version: Version) -> Content:
        return value.to_children(version) if value.text is None else value.text


class PhotoOptions(Record):
    """How large photos may be, in bytes, and how many."""

    max_size: Annotated[int | None, Field(Search.MaxSize, UNSIGNED_INTEGER)] = None
    max_pictures: Annotated[int | None, Field(Search.MaxPictures, UNSIGNED_INTEGER)] = None


class SearchOptions(Record):
    """How many results, and in what shape."""

    mime_support: Annotated[MIMESupport | None, Field(AirSync.MIMESupport, MIME_SUPPORT)] = None
    body_preferences: Annotated[tuple[BodyPreference, ...], BODY_PREFERENCES] = ()
    body_part_preference: Annotated[BodyPartPreference | None, BODY_PART_PREFERENCE] = None
    rights_management_support: Annotated[bool | None, RIGHTS_MANAGEMENT_SUPPORT] = None
    range: Annotated[Range | None, Field(Search.Range, RESULT_RANGE)] = None
    user_name: Annotated[str | None, Field(Search.UserName, String(max_length=100))] = None
    password: Annotated[str | None, Field(Search.Password, String(max_length=100))] = None
    deep_traversal: Annotated[bool, Field(Search.DeepTraversal, PRESENCE)] = False
    rebuild_results: Annotated[bool, Field(Search.RebuildResults, PRESENCE)] = False
    picture: Annotated[PhotoOptions | None, Field(Search.Picture, Nested(PhotoOptions))] = None


class StoreRequest(Record):
    """Where to search, for what, and how."""

    name: Annotated[str, Field(Search.Name, String(min_length=1, max_length=256))]
    """GAL, MAILBOX or DOCUMENT_LIBRARY."""
    query: Annotated[Query, Field(Search.Query, QueryType())]
    options: Annotated[SearchOptions | None, Field(Search.Options, Nested(SearchOptions))] = None


class SearchRequest(Record):
    """A search."""

    element_tag = Search.Search

    store: Annotated[StoreRequest, Field(Search.Store, Nested(StoreRequest))]


class Result(Record):
    """One match; ``properties`` are those of the item, or of an entry of the address list."""

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME)] = None
    # From 14.1 on says the specification, and that 12.1 can fetch by it; without it nothing of what was
    # found could be had in the versions before (MS-ASCMD_R6742, MS-ASCMD_R3235).
    long_id: Annotated[str | None, Field(Search.LongId, String(min_length=1, max_length=256))] = None
    collection_id: Annotated[str | None, Field(AirSync.CollectionId, COLLECTION_ID)] = None
    properties: Annotated[list[Element], Field(Search.Properties, ELEMENTS)] = msgspec.field(
        default_factory=list
    )


class StoreResponse(Record):
    """The matches, which of all they are, and how many there are."""

    status: Annotated[int, Field(Search.Status, INTEGER)]
    """statuses.SearchStoreStatus or CommonStatus."""
    results: Annotated[tuple[Result, ...], Field(Search.Result, Nested(Result), repeated=True)] = ()
    range: Annotated[Range | None, Field(Search.Range, RESULT_RANGE)] = None
    total: Annotated[int | None, Field(Search.Total, INTEGER)] = None


class Response(Record):
    """What was found."""

    store: Annotated[StoreResponse, Field(Search.Store, Nested(StoreResponse))]


class SearchResponse(Record):
    """The status of the search and what was found."""

    element_tag = Search.Search

    status: Annotated[int | None, Field(Search.Status, INTEGER)] = None
    """statuses.SearchStatus or CommonStatus."""
    response: Annotated[Response | None, Field(Search.Response, Nested(Response))] = None
