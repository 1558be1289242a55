"""Find (MS-ASCMD 2.2.1.2): the global address list and the mailbox, from 16.1 on."""

from __future__ import annotations

from typing import Final

from overair.devices.remembered import Kind, recall, remember
from overair.protocol import http
from overair.protocol.find import (
    FindOptions,
    FindRequest,
    FindResponse,
    GALSearchCriterion,
    Response,
    Result,
)
from overair.protocol.ranges import Range
from overair.protocol.schema import SchemaError
from overair.protocol.search import GAL
from overair.protocol.statuses import FindStatus
from overair.server.address_list import MOST_ENTRIES, PhotoLimits, find_entries
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.mailbox_find import find_messages
from overair.server.responses import Outcome
from overair.storage.interface import Transaction

DEFAULT_RANGE: Final = Range(0, MOST_ENTRIES - 1)


async def handle(context: Context, message: FindRequest) -> Outcome:
    """Search the address list or the mailbox."""
    criterion = message.execute_search.gal_search_criterion
    in_mailbox = message.execute_search.mailbox_search_criterion
    if criterion is not None and in_mailbox is None:
        return _answer(await _search(context, message.search_id, criterion))
    if in_mailbox is not None and criterion is None:
        return await find_messages(context, message.search_id, in_mailbox)
    return _answer(Response(status=FindStatus.INVALID_REQUEST))


async def _search(context: Context, search_id: str, criterion: GALSearchCriterion) -> Response:
    text = criterion.query.strip()
    if not text:
        return Response(status=FindStatus.INVALID_REQUEST)
    options = criterion.options or FindOptions()
    wanted = options.range or DEFAULT_RANGE
    if not await _may_start_at(context, f"{search_id} {text}", wanted.first):
        return Response(status=FindStatus.RANGE_MUST_START_AT_ZERO)
    photos = None
    if options.picture is not None:
        photos = PhotoLimits(options.picture.max_size, options.picture.max_pictures)
    found = await find_entries(context, text, wanted.first, len(wanted), photos)
    returned = None
    if found.entries:
        returned = Range(wanted.first, wanted.first + len(found.entries) - 1)
    return Response(
        store=GAL,
        status=FindStatus.SUCCESS,
        results=tuple(Result(properties=entry) for entry in found.entries),
        range=returned,
        total=found.total,
    )


async def _may_start_at(context: Context, search: str, first: int) -> bool:
    """The first request of a search begins at 0 (MS-ASCMD_R72172518)."""
    device_key = context.device.device_key

    async def was_begun(transaction: Transaction) -> bool:
        return await recall(transaction, device_key, Kind.FIND, search) is not None

    async def begin(transaction: Transaction) -> None:
        await remember(transaction, device_key, Kind.FIND, search)

    if first:
        return await context.services.database.read(was_begun)
    await context.services.database.write(begin)
    return True


def _answer(response: Response) -> FindResponse:
    return FindResponse(status=FindStatus.SUCCESS, response=response)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R72172512)."""
    return FindResponse(status=FindStatus.INVALID_REQUEST)


COMMAND: Final = Command(http.Command.FIND, FindRequest, handle, refuse)
