"""Find in the mailbox: messages by words, as a list that a user picks one from."""

from __future__ import annotations

import hashlib
from email.utils import getaddresses
from typing import Final

from overair.items import ItemClass, Message
from overair.items.mail.headers import display_names
from overair.mailboxes.interface import NoSuchFolder, Session, StoredItem
from overair.mailboxes.search_query import SearchQuery, TooComplex, clauses_of
from overair.protocol.find import (
    FindOptions,
    FindResponse,
    MailboxSearchCriterion,
    Response,
    Result,
)
from overair.protocol.find_properties import MOST_PREVIEW, FoundMessage
from overair.protocol.ranges import Range
from overair.protocol.search import MAILBOX
from overair.protocol.statuses import FindStatus
from overair.server.context import Context
from overair.server.found_items import MOST_IN_ANSWER, NotBegun, Page, Searching, folders_to_search
from overair.versions import Version

DEFAULT_RANGE: Final = Range(0, MOST_IN_ANSWER - 1)


async def find_messages(context: Context, search_id: str, criterion: MailboxSearchCriterion) -> FindResponse:
    """Find messages; ``search_id`` is the same for the pages of one search. Raises MailboxUnavailable."""
    query, options = criterion.query, criterion.options or FindOptions()
    if query.item_class not in (None, ItemClass.EMAIL.value):  # MS-ASCMD_R901100613
        return _answer(Response(status=FindStatus.INVALID_REQUEST))
    try:
        clauses = clauses_of(query.free_text)
    except TooComplex:
        return _answer(Response(status=FindStatus.INVALID_REQUEST))
    if not query.free_text.strip():
        return _answer(Response(status=FindStatus.INVALID_REQUEST))
    deep = options.deep_traversal
    collection_ids = () if query.collection_id is None else (query.collection_id,)

    async def question(session: Session) -> SearchQuery:
        return SearchQuery(
            clauses=clauses,
            folder_ids=await folders_to_search(session, collection_ids, deep=deep),
            # Where no word was typed nothing holds it.
            item_classes=frozenset([ItemClass.EMAIL] if clauses else []),
        )

    name = hashlib.sha256(f"mailbox {search_id}".encode()).hexdigest()
    searching = Searching(context, name, query, deep)
    try:
        page = await searching.page(options.range or DEFAULT_RANGE, question, begun=True)
    except NoSuchFolder:
        return FindResponse(status=FindStatus.HIERARCHY_CHANGED)
    except NotBegun:
        return _answer(Response(status=FindStatus.RANGE_MUST_START_AT_ZERO))
    return _answer(_found(page, context.version))


def _found(page: Page, version: Version) -> Response:
    return Response(
        store=MAILBOX,
        status=FindStatus.SUCCESS,
        results=tuple(_result(stored, version) for stored in page.items),
        range=page.range,
        total=page.total,
    )


def _result(stored: StoredItem, version: Version) -> Result:
    return Result(
        item_class=stored.item.item_class.value,
        server_id=stored.item_id,
        collection_id=stored.folder_id,
        properties=_properties(stored.item).to_children(version) if isinstance(stored.item, Message) else [],
    )


def _properties(message: Message) -> FoundMessage:
    index = message.index
    return FoundMessage(
        subject=message.subject or None,
        date_received=message.date_received,
        display_to=message.display_to or None,
        display_cc=_names(message.cc),
        display_bcc=_names(message.bcc),
        importance=message.importance,
        read=message.read,
        is_draft=message.is_draft,
        preview=index.preview[:MOST_PREVIEW] or None if index is not None else None,
        has_attachments=index is not None and any(not part.inline for part in index.attachments),
        from_=message.from_,
    )


def _names(addresses: str | None) -> str | None:
    """The names of a list of addresses as a client shows them (MS-ASCMD_R6439100704)."""
    return display_names(getaddresses([addresses or ""])) or None


def _answer(response: Response) -> FindResponse:
    return FindResponse(status=FindStatus.SUCCESS, response=response)
