"""Search (MS-ASCMD 2.2.1.16): the global address list."""

from __future__ import annotations

from typing import Final

from overair.protocol import http
from overair.protocol.ranges import Range
from overair.protocol.schema import SchemaError
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
from overair.server.responses import Outcome

CLOSED: Final = frozenset({MAILBOX.lower(), DOCUMENT_LIBRARY.lower()})
"""The stores that are not searched here."""


async def handle(context: Context, message: SearchRequest) -> Outcome:
    """Search a store."""
    return _answer(await _search(context, message.store))


async def _search(context: Context, store: StoreRequest) -> StoreResponse:
    if store.name.lower() in CLOSED:
        return StoreResponse(status=SearchStoreStatus.ACCESS_BLOCKED)
    text = (store.query.text or "").strip()
    if store.name.lower() != GAL.lower() or not text:
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
    return _answer(StoreResponse(status=SearchStoreStatus.INVALID_REQUEST))


COMMAND: Final = Command(http.Command.SEARCH, SearchRequest, handle, refuse)
