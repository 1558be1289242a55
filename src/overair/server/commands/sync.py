"""Sync (MS-ASCMD 2.2.1.21)."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.protocol import http
from overair.protocol.schema import Problem, SchemaError
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    MAXIMUM_WINDOW_SIZE,
    AddCommand,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    DeleteCommand,
    SyncRequest,
    SyncResponse,
    window_size,
)
from overair.push.interface import WaitEnded
from overair.server.commands.command import Command
from overair.server.commands.sync_cache import InvalidCache, cached_sync, remember_sync
from overair.server.context import Context
from overair.server.partners import partner_of
from overair.server.responses import Outcome
from overair.server.settings import Heartbeat
from overair.server.watch import Watch, end_wait
from overair.sync.applying import ANNOUNCES
from overair.sync.refusal import SyncRefused
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase

MAXIMUM_COLLECTIONS: Final = 300
"""The most collections of one request (status 15)."""
MAXIMUM_COMMANDS: Final = 200
"""The most commands of one request (MS-ASCMD_R5658)."""


class _Invalid(Exception):
    """The request as a whole is answered with a status, and perhaps with the limit that it broke."""

    def __init__(self, status: SyncStatus, limit: int | None = None) -> None:
        super().__init__(status.name)
        self.answer = SyncResponse(status=status, limit=limit)


async def handle(context: Context, message: SyncRequest) -> Outcome:
    """Synchronise the collections of the request, and of the one before where it is partial."""
    try:
        seconds = _seconds(message, context.services.settings.heartbeat)
        _check(message)
        if message.partial:
            message = await _completed(context, message)
            _check(message)  # all of it together may be more than is allowed
        return await _synchronise(context, message, seconds)
    except _Invalid as invalid:
        end_wait(context)
        return invalid.answer


async def handle_empty(context: Context) -> Outcome:
    """Do what the last request asked for once more (MS-ASCMD_R673)."""
    try:
        message = await cached_sync(context, repeatable=True)
    except InvalidCache:
        end_wait(context)
        return SyncResponse(status=SyncStatus.INCOMPLETE_REQUEST)
    try:
        seconds = _seconds(message, context.services.settings.heartbeat)
    except _Invalid as invalid:
        end_wait(context)
        return invalid.answer  # what was kept may be more than is allowed now
    return await _synchronise(context, message, seconds)


def _seconds(message: SyncRequest, allowed: Heartbeat) -> int:
    """How long the request may wait. Raises _Invalid."""
    if message.wait is not None and message.heartbeat_interval is not None:
        raise _Invalid(SyncStatus.PROTOCOL_ERROR)  # MS-ASCMD_R3162
    for value, (least, most), unit in (
        (message.wait, allowed.minutes, 60),
        (message.heartbeat_interval, (allowed.shortest, allowed.longest), 1),
    ):
        if value is not None:
            if not least <= value <= most:
                raise _Invalid(SyncStatus.INVALID_WAIT, least if value < least else most)
            return value * unit
    return 0


def _check(message: SyncRequest) -> None:
    """Raise _Invalid for what concerns no single collection."""
    collections = message.collections
    if not collections and not (
        message.partial and (message.wait or message.heartbeat_interval or message.window_size is not None)
    ):
        raise _Invalid(SyncStatus.PROTOCOL_ERROR)  # MS-ASCMD_R3642, R3643
    if len(collections) > MAXIMUM_COLLECTIONS:
        raise _Invalid(SyncStatus.TOO_MANY_COLLECTIONS, MAXIMUM_COLLECTIONS)
    if len({collection.collection_id for collection in collections}) < len(collections):
        raise _Invalid(SyncStatus.PROTOCOL_ERROR)
    if sum(len(collection.commands) for collection in collections) > MAXIMUM_COMMANDS:
        raise _Invalid(SyncStatus.PROTOCOL_ERROR)  # MS-ASCMD_R5659


async def _completed(context: Context, message: SyncRequest) -> SyncRequest:
    """A partial request with the collections that it leaves out (MS-ASCMD_R3645)."""
    try:
        cached = await cached_sync(context)
    except InvalidCache:
        raise _Invalid(SyncStatus.INCOMPLETE_REQUEST) from None  # MS-ASCMD_R4456
    named = {collection.collection_id for collection in message.collections}
    others = tuple(one for one in cached.collections if one.collection_id not in named)
    return msgspec.structs.replace(message, collections=message.collections + others, partial=False)


async def _synchronise(context: Context, message: SyncRequest, seconds: int) -> Outcome:
    """Exchange, and wait where there is nothing to tell."""
    if not context.device.keeps_state:
        return SyncResponse(status=SyncStatus.RETRY)
    await remember_sync(context, message)
    window = MAXIMUM_WINDOW_SIZE if message.window_size is None else window_size(message.window_size)
    try:
        responses = await _exchange_or_wait(context, message.collections, window, seconds)
    except SyncRefused as refused:
        return SyncResponse(status=refused.status)
    # An empty answer says that nothing changed; phones stumble over empty Collections (MS-ASCMD_R679).
    return SyncResponse(collections=responses) if responses else None


async def _exchange_or_wait(
    context: Context, collections: tuple[CollectionRequest, ...], window: int, seconds: int
) -> tuple[CollectionResponse, ...]:
    engine = context.services.engine
    partner = partner_of(context)
    with Watch(context, [collection.collection_id for collection in collections], seconds) as watch:
        waiting = seconds > 0
        try:
            while True:
                responses = await engine.exchange(partner, collections, window)
                if _sends(collections, context.version):
                    await context.services.transport.deliver_waiting()
                if responses or not waiting:
                    return responses
                # When the time is up it looks once more: nothing is missed though a notification was.
                waiting = await watch.wait()
        except WaitEnded:
            return ()


def _sends(collections: tuple[CollectionRequest, ...], version: Version) -> bool:
    """Whether the request may have sent mail: a draft, or what attendees are told of a meeting."""
    return version >= ANNOUNCES and any(
        isinstance(command, AddCommand | ChangeCommand | DeleteCommand)
        for collection in collections
        for command in collection.commands
    )


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4545, R4546)."""
    return SyncResponse(
        status=SyncStatus.CONVERSION_ERROR if _is_of_a_preference(error) else SyncStatus.PROTOCOL_ERROR
    )


def _is_of_a_preference(error: SchemaError) -> bool:
    """Whether what is said of bodies is wrong (MS-ASAIRS_R347), but for what has a status of its own.

    That is an AllOrNone, two preferences for one type, and disorder (MS-ASAIRS_R348 to R351), and any
    element that the version does not have.
    """
    if error.problem in (Problem.ORDER, Problem.NOT_IN_VERSION) or error.tag is AirSyncBase.AllOrNone:
        return False
    if error.tag is AirSyncBase.BodyPreference and error.problem is Problem.REPEATED:
        return False
    return error.tag.page == AirSyncBase.BodyPreference.page


COMMAND: Final = Command(http.Command.SYNC, SyncRequest, handle, refuse, handle_empty=handle_empty)
