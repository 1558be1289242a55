"""Searching the mailbox: Search, Find from 16.1 on, and fetching what Search found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

import msgspec

from overair.client.account import FIRST, AccountCommands
from overair.client.errors import InvalidAnswer, StatusError
from overair.client.fetching import FetchCommands
from overair.items import CLASSES, Item, ItemClass
from overair.protocol.body_preferences import BodyPreference
from overair.protocol.find import (
    ExecuteSearch,
    FindOptions,
    FindRequest,
    MailboxQuery,
    MailboxSearchCriterion,
)
from overair.protocol.find_properties import FoundMessage
from overair.protocol.http import Command
from overair.protocol.item_operations import MAILBOX, Fetch, FetchOptions, Properties
from overair.protocol.ranges import Range
from overair.protocol.schema import SchemaError
from overair.protocol.search import And, DateComparison, Query, SearchOptions, SearchRequest, StoreRequest
from overair.protocol.statuses import FindStatus, SearchStoreStatus
from overair.protocol.sync_options import MIMESupport


class SearchResult(msgspec.Struct, frozen=True):
    """An item that Search found; ``long_id`` is good for ``fetch_found`` while it stays where it is."""

    long_id: str
    collection_id: str
    item: Item


class FindResult(msgspec.Struct, frozen=True):
    """A message that Find found: by which ids Sync knows it, and what a list shows of it."""

    collection_id: str
    server_id: str
    message: FoundMessage


class SearchCommands(AccountCommands, FetchCommands):
    """Search and Find in the mailbox."""

    async def search_mailbox(
        self,
        text: str | None = None,
        *,
        collection_ids: Iterable[str] = (),
        item_classes: Iterable[ItemClass] = (),
        conversation_id: bytes | None = None,
        received_after: datetime | None = None,
        received_before: datetime | None = None,
        with_subfolders: bool = False,
        rebuild: bool = False,
        results: Range = FIRST,
        body_preferences: Iterable[BodyPreference] = (),
        mime_support: MIMESupport | None = None,
    ) -> tuple[list[SearchResult], int]:
        """The items that meet all conditions, newest first, and how many there are in all.

        Moments have a time zone. The pages of one search are asked for with the same conditions and
        other ``results``; ``rebuild`` looks anew for a page behind the first.
        """
        conditions = And(
            free_text=text,
            classes=tuple(item_class.value for item_class in item_classes),
            collection_ids=tuple(collection_ids),
            conversation_id=conversation_id,
            greater_than=_comparison(received_after),
            less_than=_comparison(received_before),
        )
        options = SearchOptions(
            range=results,
            deep_traversal=with_subfolders,
            rebuild_results=rebuild,
            body_preferences=tuple(body_preferences),
            mime_support=mime_support,
        )
        store = StoreRequest(name=MAILBOX, query=Query(ands=(conditions,)), options=options)
        found = await self.search(SearchRequest(store=store))
        if found.status not in (SearchStoreStatus.SUCCESS, SearchStoreStatus.END_OF_RANGE):
            raise StatusError(Command.SEARCH, found.status)
        version = await self.version()
        told: list[SearchResult] = []
        for result in found.results:
            if not result.properties:
                continue  # an empty result says that there is none
            record = CLASSES.get(ItemClass(result.item_class)) if result.item_class in _NAMES else None
            if record is None or result.long_id is None or result.collection_id is None:
                raise InvalidAnswer("a result of Search does not say what and where it is")
            try:
                item = record.from_children(result.properties, version)
            except SchemaError as error:
                raise InvalidAnswer(f"a result of Search breaks its schema: {error}") from error
            told.append(SearchResult(result.long_id, result.collection_id, item))
        return told, len(told) if found.total is None else found.total

    async def fetch_found(
        self,
        long_id: str,
        *,
        body_preferences: Iterable[BodyPreference] = (),
        mime_support: MIMESupport | None = None,
    ) -> Properties:
        """An item that ``search_mailbox`` found, whole or as the preferences say."""
        options = FetchOptions(body_preferences=tuple(body_preferences), mime_support=mime_support)
        properties, _ = await self._fetch(Fetch(store=MAILBOX, long_id=long_id, options=options))
        return properties

    async def find_messages(
        self,
        text: str,
        *,
        collection_id: str | None = None,
        with_subfolders: bool = False,
        results: Range = FIRST,
        search_id: str | None = None,
    ) -> tuple[list[FindResult], int]:
        """The messages for a text, newest first, and how many there are in all; from 16.1 on.

        ``search_id`` is the same for the pages of one search, the first of which begins at 0.
        """
        query = MailboxQuery(item_class=ItemClass.EMAIL.value, collection_id=collection_id, free_text=text)
        options = FindOptions(range=results, deep_traversal=with_subfolders)
        criterion = MailboxSearchCriterion(query=query, options=options)
        request = FindRequest(
            search_id=search_id or str(uuid4()),
            execute_search=ExecuteSearch(mailbox_search_criterion=criterion),
        )
        response = (await self.find(request)).response
        if response is None:
            return [], 0
        if response.status != FindStatus.SUCCESS:
            raise StatusError(Command.FIND, response.status)
        version = await self.version()
        told: list[FindResult] = []
        for result in response.results:
            if result.server_id is None or result.collection_id is None:
                raise InvalidAnswer("a result of Find does not say where it is")
            try:
                message = FoundMessage.from_children(result.properties, version)
            except SchemaError as error:
                raise InvalidAnswer(f"a result of Find breaks its schema: {error}") from error
            told.append(FindResult(result.collection_id, result.server_id, message))
        return told, len(told) if response.total is None else response.total


_NAMES = frozenset(item_class.value for item_class in CLASSES)


def _comparison(moment: datetime | None) -> DateComparison | None:
    return None if moment is None else DateComparison(date_received=True, value=moment)
