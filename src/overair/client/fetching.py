"""Fetching items and attachments: ItemOperations, and GetAttachment up to 12.1."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from overair.client.errors import InvalidAnswer, StatusError
from overair.client.session import Session
from overair.client.wire import read, write
from overair.protocol.body_preferences import BodyPreference
from overair.protocol.http import MULTIPART_TYPE, Command
from overair.protocol.item_operations import (
    MAILBOX,
    Fetch,
    FetchOptions,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
    Properties,
)
from overair.protocol.multipart import split_parts
from overair.protocol.ranges import Range
from overair.protocol.statuses import ItemOperationsStatus
from overair.protocol.sync_options import MIMESupport


class File(msgspec.Struct, frozen=True):
    """The bytes of an attachment or, with ``range``, a piece of it; ``total`` is its whole size."""

    content_type: str
    data: bytes
    range: Range | None = None
    total: int | None = None


class FetchCommands(Session):
    """ItemOperations' Fetch, and GetAttachment."""

    async def item_operations(
        self, request: ItemOperationsRequest, *, multipart: bool = False
    ) -> tuple[ItemOperationsResponse, list[bytes]]:
        """Execute operations; with ``multipart`` the bytes come as parts, numbered from 1."""
        version = await self.version()
        body = write(Command.ITEM_OPERATIONS, request, version, self.trace)

        async def once() -> tuple[ItemOperationsResponse, list[bytes]]:
            answer = await self.post(Command.ITEM_OPERATIONS, body, accept_multipart=multipart)
            try:
                parts = split_parts(answer.body) if answer.content_type == MULTIPART_TYPE else [answer.body]
            except ValueError as error:
                raise InvalidAnswer(str(error)) from error
            response = read(Command.ITEM_OPERATIONS, parts[0], ItemOperationsResponse, version, self.trace)
            if response.status != ItemOperationsStatus.SUCCESS:
                raise StatusError(Command.ITEM_OPERATIONS, response.status)
            return response, parts

        return await self.provisioned(once)

    async def fetch_item(
        self,
        collection_id: str,
        server_id: str,
        *,
        body_preferences: Iterable[BodyPreference] = (),
        mime_support: MIMESupport | None = None,
    ) -> Properties:
        """An item, whole or as the preferences say; its properties are in ``item``."""
        options = FetchOptions(body_preferences=tuple(body_preferences), mime_support=mime_support)
        fetch = Fetch(store=MAILBOX, collection_id=collection_id, server_id=server_id, options=options)
        properties, _ = await self._fetch(fetch)
        return properties

    async def fetch_items(
        self,
        collection_id: str,
        server_ids: Iterable[str],
        *,
        body_preferences: Iterable[BodyPreference] = (),
    ) -> dict[str, Properties]:
        """Several items by their ids, in one request; those that cannot be had are left out."""
        options = FetchOptions(body_preferences=tuple(body_preferences))
        asked = [
            Fetch(store=MAILBOX, collection_id=collection_id, server_id=server_id, options=options)
            for server_id in server_ids
        ]
        if not asked:
            return {}
        response, _ = await self.item_operations(ItemOperationsRequest(operations=tuple(asked)))
        return {
            one.server_id: one.properties
            for one in response.responses
            if isinstance(one, FetchResponse) and one.server_id is not None and one.properties is not None
        }

    async def fetch_attachment(
        self, file_reference: str, *, byte_range: Range | None = None, multipart: bool = False
    ) -> File:
        """An attachment by its FileReference."""
        options = FetchOptions(range=byte_range) if byte_range is not None else None
        fetch = Fetch(store=MAILBOX, file_reference=file_reference, options=options)
        properties, parts = await self._fetch(fetch, multipart=multipart)
        data = properties.data
        if properties.part is not None:
            if not 0 < properties.part < len(parts):
                raise InvalidAnswer(f"the answer has no part {properties.part}")
            data = parts[properties.part]
        return File(properties.content_type or "", data or b"", properties.range, properties.total)

    async def get_attachment(self, attachment_name: str) -> File:
        """An attachment by its name, in 12.1."""

        async def once() -> File:
            answer = await self.post(Command.GET_ATTACHMENT, attachment_name=attachment_name)
            return File(answer.content_type, answer.body)

        return await self.provisioned(once)

    async def _fetch(self, fetch: Fetch, *, multipart: bool = False) -> tuple[Properties, list[bytes]]:
        request = ItemOperationsRequest(operations=(fetch,))
        response, parts = await self.item_operations(request, multipart=multipart)
        fetched = response.responses[0] if response.responses else None
        if not isinstance(fetched, FetchResponse):
            raise InvalidAnswer("a Fetch was not answered by one")
        if fetched.status != ItemOperationsStatus.SUCCESS or fetched.properties is None:
            raise StatusError(Command.ITEM_OPERATIONS, fetched.status)
        return fetched.properties, parts
