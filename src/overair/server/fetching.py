"""ItemOperations' Fetch: one item or attachment, inline or as parts of a multipart answer."""

from __future__ import annotations

import asyncio
from typing import Final

from overair import items
from overair.items import RenderOptions
from overair.protocol.body_preferences import BodyType
from overair.protocol.item_operations import MAILBOX, Fetch, FetchOptions, FetchResponse, Properties
from overair.protocol.ranges import Range
from overair.protocol.statuses import CommonStatus, ItemOperationsStatus
from overair.protocol.sync_options import MIMESupport
from overair.server.attachments import NoSuchAttachment, read_attachment, read_item, size_of
from overair.server.budget import Claim
from overair.server.context import Context
from overair.server.partners import partner_of
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, ItemOperations

ATTACHMENT_OPTIONS: Final = FetchOptions()
"""What remains of an attachment's options when the range is taken away (MS-ASCMD_R3573)."""


class Fetched:
    """What the Fetches of one request have gathered."""

    def __init__(self, limit: int, claim: Claim, *, multipart: bool) -> None:
        self.parts: Final[list[bytes]] = []
        """The parts beside the WBXML, where the answer is multipart."""
        self._multipart: Final = multipart
        self._room = limit
        self._claim: Final = claim

    async def take(self, size: int) -> bool:
        """Whether that many bytes more may go into the answer. Raises HttpError (503)."""
        self._room -= size
        if self._room < 0:
            return False
        await self._claim.take(size)
        return True

    def content(self, data: bytes, properties: Properties) -> Properties:
        """The bytes of an attachment, inline or as a part of its own."""
        if self._multipart:
            self.parts.append(data)
            properties.part = len(self.parts)
        else:
            properties.data = data
        return properties

    def bodies(self, item: list[Element]) -> list[Element]:
        """An item's elements, in a multipart answer with the body's data as a part (MS-ASCMD_R6938)."""
        if not self._multipart:
            return item
        return [self._body(child) if child.tag is AirSyncBase.Body else child for child in item]

    def _body(self, body: Element) -> Element:
        data = body.find(AirSyncBase.Data)
        if data is None:
            return body
        self.parts.append(data.content if isinstance(data.content, bytes) else data.text.encode())
        children = [child for child in body.children if child is not data]
        return Element(body.tag, [*children, Element(ItemOperations.Part, str(len(self.parts)))])


async def fetch(context: Context, request: Fetch, fetched: Fetched) -> FetchResponse:
    """Answer one Fetch."""
    if request.store.lower() != MAILBOX.lower():
        return FetchResponse(status=ItemOperationsStatus.UNKNOWN_STORE, link_id=request.link_id)
    if request.file_reference is not None:
        return await _attachment(context, request, request.file_reference, fetched)
    if request.long_id is not None:
        # No search here has given out a LongId.
        return FetchResponse(status=ItemOperationsStatus.NOT_FOUND, long_id=request.long_id)
    if request.collection_id is None or request.server_id is None:
        return FetchResponse(status=ItemOperationsStatus.PROTOCOL_ERROR)
    return await _item(context, request, request.collection_id, request.server_id, fetched)


async def _item(
    context: Context, request: Fetch, collection_id: str, server_id: str, fetched: Fetched
) -> FetchResponse:
    response = FetchResponse(
        status=ItemOperationsStatus.SUCCESS, collection_id=collection_id, server_id=server_id
    )
    options = request.options or FetchOptions()
    part_preference = options.body_part_preference
    if part_preference is not None and part_preference.type is not BodyType.HTML:
        response.status = CommonStatus.BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED  # MS-ASCMD_R5412
        return response
    stored = await read_item(context.mailbox, collection_id, server_id)
    if stored is None:
        response.status = ItemOperationsStatus.NOT_FOUND
        return response
    partner = partner_of(context)
    wanted = RenderOptions(
        body_preferences=options.body_preferences,
        body_part_preference=part_preference,
        mime_support=options.mime_support or MIMESupport.NEVER,
        time_zone=partner.time_zone,
        time_zone_names=partner.time_zone_names,
    )
    try:
        async with context.claim.for_now(size_of(stored)):
            item = await asyncio.to_thread(
                items.render, stored.item, wanted, context.version, context.mailbox.blobs, server_id
            )
    except items.CannotRender:
        response.status = ItemOperationsStatus.CONVERSION_FAILED
        return response
    if options.schema is not None:
        # Nothing that was not asked for (MS-ASEMAIL_R63).
        asked = {element.tag.key for element in options.schema}
        item = [child for child in item if child.tag.key in asked]
    if not await fetched.take(_size(item)):
        response.status = ItemOperationsStatus.TOO_LARGE
        return response
    response.item_class = stored.item.item_class.value
    response.properties = Properties(item=fetched.bodies(item))
    return response


def _size(children: list[Element]) -> int:
    """About how many bytes elements take."""
    size = 0
    for child in children:
        content = child.content
        size += _size(content) if isinstance(content, list) else len(content or "")
    return size


async def _attachment(
    context: Context, request: Fetch, file_reference: str, fetched: Fetched
) -> FetchResponse:
    response = FetchResponse(status=ItemOperationsStatus.SUCCESS, file_reference=file_reference)
    wanted: Range | None = None
    if request.options is not None:
        wanted = request.options.range
        request.options.range = None
        if request.options != ATTACHMENT_OPTIONS:
            response.status = ItemOperationsStatus.PROTOCOL_ERROR
            return response
    try:
        found = await read_attachment(context, file_reference)
    except NoSuchAttachment:
        response.status = ItemOperationsStatus.INVALID_ATTACHMENT
        return response
    total = len(found.data)
    if not total:
        response.status = ItemOperationsStatus.EMPTY_FILE
        return response
    if wanted is not None and wanted.first >= total:
        response.status = ItemOperationsStatus.INVALID_RANGE
        return response
    returned = Range(0, total - 1) if wanted is None else Range(wanted.first, min(wanted.last, total - 1))
    if not await fetched.take(len(returned)):
        response.status = ItemOperationsStatus.TOO_LARGE
        return response
    properties = Properties(total=total, content_type=found.content_type)
    if wanted is not None:
        # Some clients do not understand a range that they did not ask for.
        properties.range = returned
    data = found.data[returned.first : returned.last + 1]
    response.properties = fetched.content(data, properties)
    return response
