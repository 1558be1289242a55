"""Search in the mailbox store: what its query means, and its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from overair import items
from overair.items import CLASSES, ItemClass, RenderOptions
from overair.mailboxes.interface import MailboxUnavailable, NoSuchFolder, Session, StoredItem
from overair.mailboxes.search_query import SearchQuery, TooComplex, clauses_of
from overair.protocol.ranges import Range
from overair.protocol.search import (
    MAILBOX,
    RANGES,
    And,
    Query,
    Result,
    SearchOptions,
    StoreRequest,
    StoreResponse,
)
from overair.protocol.statuses import CommonStatus, SearchStoreStatus
from overair.server.context import Context
from overair.server.found_items import Page, Searching, folders_to_search
from overair.server.long_ids import long_id
from overair.server.showing import UnsupportedBodyPart, render_options, shown, size_in_answer
from overair.sync.size import ANSWER_BYTES
from overair.versions import Version

log = structlog.get_logger(__name__)

FIRST_VERSIONS: Final[Mapping[ItemClass, Version]] = {
    ItemClass.SMS: Version.V14_0,  # MS-ASCMD_R6288
    **{item_class: record.first_version for item_class, record in CLASSES.items()},
}
"""The protocol version that brought each class."""
NAME: Final = "search"
"""Under which the results of a device's last search are kept."""


class Invalid(ValueError):
    """The query asks for what there is not."""


async def search_mailbox(context: Context, store: StoreRequest) -> StoreResponse:
    """Search a mailbox."""
    query, options = store.query, store.options or SearchOptions()
    wanted = options.range or RANGES[MAILBOX]
    # What lies beyond the retrievable range is left out and said to be (MS-ASCMD_R3736).
    beyond = wanted.last > RANGES[MAILBOX].last
    if wanted.first > RANGES[MAILBOX].last:
        return StoreResponse(status=SearchStoreStatus.END_OF_RANGE)
    wanted = Range(wanted.first, min(wanted.last, RANGES[MAILBOX].last))
    try:
        rendering = render_options(context, options)
        asked = _query(query, context.version)
        collection_ids, deep = query.ands[0].collection_ids, options.deep_traversal

        async def question(session: Session) -> SearchQuery:
            folder_ids = await folders_to_search(session, collection_ids, deep=deep)
            return msgspec.structs.replace(asked, folder_ids=folder_ids)

        searching = Searching(context, NAME, query, deep)
        page = await searching.page(wanted, question, rebuild=options.rebuild_results)
        return await _answer(context, page, rendering, beyond=beyond)
    except UnsupportedBodyPart:
        return StoreResponse(status=CommonStatus.BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED)
    except TooComplex:
        return StoreResponse(status=SearchStoreStatus.TOO_COMPLEX)
    except Invalid:
        return StoreResponse(status=SearchStoreStatus.INVALID_REQUEST)
    except NoSuchFolder:
        return StoreResponse(status=SearchStoreStatus.HIERARCHY_CHANGED)
    except MailboxUnavailable:
        return StoreResponse(status=SearchStoreStatus.SERVER_ERROR)


def _query(query: Query, version: Version) -> SearchQuery:
    """What a Query asks for, in every folder. Raises TooComplex, Invalid."""
    if query.ors or len(query.ands) > 1 or query.free_text is not None:
        raise TooComplex("more than one And (MS-ASCMD_R772)")
    if not query.ands or query.text is not None or query.equal_to is not None:
        raise Invalid("no And")
    asked = query.ands[0]
    if asked == And():
        raise Invalid("no condition")
    clauses = () if asked.free_text is None else clauses_of(asked.free_text)
    return SearchQuery(
        clauses=clauses,
        # Words were asked for, and there are none: nothing holds them.
        item_classes=_classes(asked, version) if clauses or asked.free_text is None else frozenset(),
        conversation_id=asked.conversation_id,
        after=None if asked.greater_than is None else asked.greater_than.value,
        before=None if asked.less_than is None else asked.less_than.value,
    )


def _classes(asked: And, version: Version) -> frozenset[ItemClass]:
    """The classes that are asked for; all that the version has where none is (MS-ASCMD_R922).

    Raises Invalid for one that it has not (MS-ASCMD_R920, MS-ASCMD_R6288).
    """
    known = {item_class.value: item_class for item_class, first in FIRST_VERSIONS.items() if version >= first}
    if not set(asked.classes) <= known.keys():
        raise Invalid("no such class")
    return frozenset(known[name] for name in asked.classes or known)


async def _answer(context: Context, page: Page, rendering: RenderOptions, *, beyond: bool) -> StoreResponse:
    status = SearchStoreStatus.END_OF_RANGE if beyond else SearchStoreStatus.SUCCESS
    results: list[Result] = []
    size = 0
    for stored in page.items:
        result = await _result(context, stored, rendering)
        if result is None:
            continue
        size += size_in_answer(result.properties)
        if results and size > ANSWER_BYTES:
            break
        await context.claim.take_large(size_in_answer(result.properties))
        results.append(result)
    returned = page.range
    if returned is not None and len(results) < len(page.items):
        returned = Range(returned.first, returned.first + max(len(results) - 1, 0))
    # Where nothing was found, an empty Result says so (MS-ASCMD_R3850).
    return StoreResponse(
        status=status, results=tuple(results) or (Result(),), range=returned, total=page.total
    )


async def _result(context: Context, stored: StoredItem, rendering: RenderOptions) -> Result | None:
    """One result; None for an item that cannot be shown, which must not hide the others."""
    try:
        properties = await shown(context, stored, rendering)
    except items.CannotRender as error:
        log.error(
            "an item that was found cannot be shown",
            account_id=context.mailbox.account_id,
            item_id=stored.item_id,
            error=str(error),
        )
        return None
    return Result(
        item_class=stored.item.item_class.value,
        long_id=long_id(stored.item_id),
        collection_id=stored.folder_id,
        properties=properties,
    )
