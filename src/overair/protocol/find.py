"""Find in a mailbox or the address list, from 16.1 on (MS-ASCMD 2.2.1.2)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import INTEGER, STRING, UNSIGNED_INTEGER
from overair.protocol.ranges import RESULT_RANGE, Range
from overair.protocol.schema import ELEMENTS, PRESENCE, Field, Nested, Record
from overair.protocol.sync_options import CLASS_NAME, COLLECTION_ID, SERVER_ID
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, Find, ItemOperations


class PhotoOptions(Record):
    """How large photos may be, in bytes, and how many."""

    max_size: Annotated[int | None, Field(Find.MaxSize, UNSIGNED_INTEGER)] = None
    max_pictures: Annotated[int | None, Field(Find.MaxPictures, UNSIGNED_INTEGER)] = None


class FindOptions(Record):
    """How many results, and what of them."""

    range: Annotated[Range | None, Field(Find.Range, RESULT_RANGE)] = None
    deep_traversal: Annotated[bool, Field(Find.DeepTraversal, PRESENCE)] = False
    picture: Annotated[PhotoOptions | None, Field(Find.Picture, Nested(PhotoOptions))] = None


class MailboxQuery(Record, kw_only=True):
    """Words, and where to look for them."""

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME)] = None
    collection_id: Annotated[str | None, Field(AirSync.CollectionId, COLLECTION_ID)] = None
    free_text: Annotated[str, Field(Find.FreeText, STRING)]


class MailboxSearchCriterion(Record):
    """A search in the mailbox."""

    query: Annotated[MailboxQuery, Field(Find.Query, Nested(MailboxQuery))]
    options: Annotated[FindOptions | None, Field(Find.Options, Nested(FindOptions))] = None


class GALSearchCriterion(Record):
    """A search in the address list."""

    query: Annotated[str, Field(Find.Query, STRING)]
    options: Annotated[FindOptions | None, Field(Find.Options, Nested(FindOptions))] = None


class ExecuteSearch(Record):
    """The search: one of the two."""

    mailbox_search_criterion: Annotated[
        MailboxSearchCriterion | None, Field(Find.MailBoxSearchCriterion, Nested(MailboxSearchCriterion))
    ] = None
    gal_search_criterion: Annotated[
        GALSearchCriterion | None, Field(Find.GalSearchCriterion, Nested(GALSearchCriterion))
    ] = None


class FindRequest(Record):
    """A search; its id stays the same while the client pages through the results."""

    element_tag = Find.Find

    search_id: Annotated[str, Field(Find.SearchId, STRING)]
    execute_search: Annotated[ExecuteSearch, Field(Find.ExecuteSearch, Nested(ExecuteSearch))]


class Result(Record, kw_only=True):
    """One match; ``properties`` are those of the item, or of an entry of the address list."""

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME)] = None
    server_id: Annotated[str | None, Field(AirSync.ServerId, SERVER_ID)] = None
    collection_id: Annotated[str | None, Field(AirSync.CollectionId, COLLECTION_ID)] = None
    properties: Annotated[list[Element], Field(Find.Properties, ELEMENTS)]


class Response(Record, kw_only=True):
    """The matches, which of all they are, and how many there are."""

    store: Annotated[str | None, Field(ItemOperations.Store, STRING)] = None
    status: Annotated[int, Field(Find.Status, INTEGER)]
    """statuses.FindStatus or CommonStatus."""
    results: Annotated[tuple[Result, ...], Field(Find.Result, Nested(Result), repeated=True)] = ()
    range: Annotated[Range | None, Field(Find.Range, RESULT_RANGE)] = None
    total: Annotated[int | None, Field(Find.Total, INTEGER)] = None


class FindResponse(Record):
    """The status of the search and what was found."""

    element_tag = Find.Find

    status: Annotated[int, Field(Find.Status, INTEGER)]
    response: Annotated[Response | None, Field(Find.Response, Nested(Response))] = None
