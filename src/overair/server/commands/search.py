"""Search (MS-ASCMD 2.2.1.16): the global address list and the mailbox."""

from __future__ import annotations

from typing import Final

from overair.protocol import http
from overair.protocol.ranges import Range
from overair.protocol.schema import Problem, SchemaError
from overair.protocol.search import (
    DOCUMENT_LIBRARY,
    GAL,
    MAILBOX,
    RANGES,
    Response,
    Result,
    SearchOptions,
    SearchRequest,
    SearchResponse,
    StoreRequest,
    StoreResponse,
)
from overair.protocol.statuses import SearchStatus, SearchStoreStatus
from overair.server.address_list import PhotoLimits, find_entries
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.mailbox_search import search_mailbox
from overair.server.responses import Outcome
from overair.wbxml import pages

OF_AND: Final = frozenset(
    {
        pages.Search.FreeText,
        pages.Search.ConversationId,
        pages.Search.GreaterThan,
        pages.Search.LessThan,
        pages.AirSync.Class,
        pages.AirSync.CollectionId,
    }
)
"""What stands in an And only; anywhere else it makes the query too complex (MS-ASCMD_R923, R2032, R2086,
R3105, R3143, R3220)."""


async def handle(context: Context, message: SearchRequest) -> Outcome:
    """Search a store."""
    return _answer(await _search(context, message.store))


async def _search(context: Context, store: StoreRequest) -> StoreResponse:
    name = store.name.lower()
    if name == MAILBOX.lower():
        return await search_mailbox(context, store)
    if name == DOCUMENT_LIBRARY.lower():
        return StoreResponse(status=SearchStoreStatus.ACCESS_BLOCKED)
    text = (store.query.text or "").strip()
    if name != GAL.lower() or not text:
        return StoreResponse(status=SearchStoreStatus.INVALID_REQUEST)
    options = store.options or SearchOptions()
    wanted = options.range or RANGES[GAL]
    # What lies beyond the retrievable range is left out and said to be (MS-ASCMD_R3736).
    beyond = wanted.last > RANGES[GAL].last
    last = min(wanted.last, RANGES[GAL].last)
    photos = None
    if options.picture is not None:
        photos = PhotoLimits(options.picture.max_size, options.picture.max_pictures)
    count = max(last - wanted.first + 1, 0)
    found = await find_entries(context, text, wanted.first, count, photos)
    returned = None
    if found.entries:
        returned = Range(wanted.first, wanted.first + len(found.entries) - 1)
    return StoreResponse(
        status=SearchStoreStatus.END_OF_RANGE if beyond else SearchStoreStatus.SUCCESS,
        results=tuple(Result(properties=entry) for entry in found.entries),
        range=returned,
        total=found.total,
    )


def _answer(store: StoreResponse) -> SearchResponse:
    return SearchResponse(status=SearchStatus.SUCCESS, response=Response(store=store))


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4329)."""
    status = SearchStoreStatus.INVALID_REQUEST
    if error.problem is Problem.UNKNOWN and error.tag in OF_AND:
        status = SearchStoreStatus.TOO_COMPLEX
    return _answer(StoreResponse(status=status))


COMMAND: Final = Command(http.Command.SEARCH, SearchRequest, handle, refuse)
