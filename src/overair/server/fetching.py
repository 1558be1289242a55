"""ItemOperations' Fetch: one item or attachment, inline or as parts of a multipart answer."""

from __future__ import annotations

from typing import Final

from overair import items
from overair.mailboxes.interface import (
    FolderProtected,
    FolderType,
    MailboxUnavailable,
    NoSuchFolder,
    Session,
    StoredItem,
)
from overair.protocol.item_operations import MAILBOX, Fetch, FetchOptions, FetchResponse, Properties
from overair.protocol.ranges import Range
from overair.protocol.statuses import CommonStatus, ItemOperationsStatus
from overair.server.attachments import NoSuchAttachment, read_attachment
from overair.server.budget import Claim
from overair.server.context import Context
from overair.server.long_ids import item_of
from overair.server.showing import UnsupportedBodyPart, render_options, shown, size_in_answer
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
        return await _found_item(context, request, request.long_id, fetched)
    if request.collection_id is None or request.server_id is None:
        return FetchResponse(status=ItemOperationsStatus.PROTOCOL_ERROR)
    return await _item(context, request, request.collection_id, request.server_id, fetched)


async def _found_item(context: Context, request: Fetch, named: str, fetched: Fetched) -> FetchResponse:
    """An item that a search found."""
    response = FetchResponse(status=ItemOperationsStatus.SUCCESS, long_id=named)
    try:
        folder_id, item_id = item_of(named)
    except LookupError:
        response.status = ItemOperationsStatus.NOT_FOUND
        return response
    return await _show(context, request, response, folder_id, item_id, fetched)


async def _item(
    context: Context, request: Fetch, collection_id: str, server_id: str, fetched: Fetched
) -> FetchResponse:
    response = FetchResponse(
        status=ItemOperationsStatus.SUCCESS, collection_id=collection_id, server_id=server_id
    )
    return await _show(context, request, response, collection_id, server_id, fetched)


async def _show(
    context: Context, request: Fetch, response: FetchResponse, folder_id: str, item_id: str, fetched: Fetched
) -> FetchResponse:
    options = request.options or FetchOptions()
    try:
        wanted = render_options(context, options)
    except UnsupportedBodyPart:
        response.status = CommonStatus.BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED
        return response
    try:
        stored = await context.mailbox.inspect(lambda session: _read(session, folder_id, item_id))
    except FolderProtected:
        response.status = ItemOperationsStatus.ACCESS_DENIED
        return response
    except MailboxUnavailable:
        response.status = ItemOperationsStatus.SERVER_ERROR
        return response
    if stored is None:
        response.status = ItemOperationsStatus.NOT_FOUND
        return response
    try:
        item = await shown(context, stored, wanted)
    except items.CannotRender:
        response.status = ItemOperationsStatus.CONVERSION_FAILED
        return response
    if options.schema is not None:
        # Nothing that was not asked for (MS-ASEMAIL_R63).
        asked = {element.tag.key for element in options.schema}
        item = [child for child in item if child.tag.key in asked]
    if not await fetched.take(size_in_answer(item)):
        response.status = ItemOperationsStatus.TOO_LARGE
        return response
    response.item_class = stored.item.item_class.value
    response.properties = Properties(item=fetched.bodies(item))
    return response


async def _read(session: Session, folder_id: str, item_id: str) -> StoredItem | None:
    """One item. Raises FolderProtected for one of the recipient information cache (MS-ASCMD_R196)."""
    try:
        folder = await session.folder(folder_id)
    except NoSuchFolder:
        return None
    if folder.type is FolderType.RECIPIENT_INFORMATION_CACHE:
        raise FolderProtected(folder_id)
    return (await session.read(folder_id, [item_id]))[0]


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
