"""Ping (MS-ASCMD 2.2.1.13)."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.devices import hierarchy
from overair.mailboxes.interface import MailboxUnavailable, Session, TokenExpired
from overair.protocol import http
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import PingStatus
from overair.push.interface import WaitEnded
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.partners import partner_of
from overair.server.responses import HttpError, Outcome
from overair.server.settings import Heartbeat
from overair.server.watch import Watch, end_wait

CACHE: Final = "Ping"

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(PingRequest).decode


class _Watched(msgspec.Struct, frozen=True):
    """A Ping with nothing missing."""

    heartbeat_interval: int
    folder_ids: tuple[str, ...]


class _Invalid(Exception):
    """The request is answered at once."""

    def __init__(self, answer: PingResponse) -> None:
        super().__init__(answer.status)
        self.answer = answer


async def handle(context: Context, message: PingRequest) -> Outcome:
    """Wait until the next Sync of a folder would show something."""
    if not context.device.keeps_state:
        return PingResponse(status=PingStatus.SERVER_ERROR)
    try:
        return await _wait(context, await _completed(context, message))
    except _Invalid as invalid:
        end_wait(context)
        return invalid.answer
    except WaitEnded:
        return PingResponse(status=PingStatus.EXPIRED)
    except MailboxUnavailable as error:
        # Not status 8, after which phones Ping again at once (MS-ASCMD_R4263): 503 says when.
        raise HttpError(http.HttpStatus.SERVICE_UNAVAILABLE, str(error)) from None


async def handle_empty(context: Context) -> Outcome:
    """Wait as the last Ping did (MS-ASCMD_R335)."""
    return await handle(context, PingRequest())


async def _completed(context: Context, message: PingRequest) -> _Watched:
    """The request with what it leaves out (MS-ASCMD_R5831, R5832), which is kept. Raises _Invalid."""
    allowed = context.services.settings.heartbeat
    _check(message, allowed)
    cached, device_key = context.services.cached_requests, context.device.device_key
    data = await cached.find(device_key, CACHE)
    earlier = PingRequest() if data is None else _decode(data)
    heartbeat = message.heartbeat_interval or earlier.heartbeat_interval
    # An empty list of folders is that of some Android phones, and means none other than before.
    folders: tuple[PingFolder, ...] = message.folders or earlier.folders or ()
    if heartbeat is None or not folders:
        raise _Invalid(PingResponse(status=PingStatus.MISSING_PARAMETERS))
    complete = PingRequest(heartbeat_interval=heartbeat, folders=folders)
    _check(complete, allowed)  # what was kept may be more than is allowed now
    await cached.keep(device_key, CACHE, _encode(complete))
    return _Watched(heartbeat, tuple(folder.id for folder in folders))


def _check(message: PingRequest, allowed: Heartbeat) -> None:
    """Raise _Invalid for what is wrong by itself."""
    heartbeat = message.heartbeat_interval
    if heartbeat is not None and not allowed.shortest <= heartbeat <= allowed.longest:
        limit = allowed.shortest if heartbeat < allowed.shortest else allowed.longest
        raise _Invalid(PingResponse(status=PingStatus.INVALID_HEARTBEAT, heartbeat_interval=limit))
    folders = message.folders or ()
    if len({folder.id for folder in folders}) < len(folders):
        raise _Invalid(PingResponse(status=PingStatus.SYNTAX_ERROR))  # MS-ASCMD_R6699
    if len(folders) > allowed.folders:
        raise _Invalid(PingResponse(status=PingStatus.TOO_MANY_FOLDERS, max_folders=allowed.folders))


async def _wait(context: Context, watched: _Watched) -> PingResponse:
    partner = partner_of(context)
    with Watch(context, watched.folder_ids, watched.heartbeat_interval) as watch:
        waiting = True
        while True:
            found = await context.services.engine.has_news(partner, watched.folder_ids)
            if found.missing or await _hierarchy_changed(context):
                return PingResponse(status=PingStatus.HIERARCHY_CHANGED)
            if found.with_news:
                return PingResponse(status=PingStatus.CHANGES, folders=found.with_news)
            if not waiting:
                return PingResponse(status=PingStatus.EXPIRED)
            # When the time is up it looks once more: nothing is missed though a notification was.
            waiting = await watch.wait()


async def _hierarchy_changed(context: Context) -> bool:
    """Whether the next FolderSync would show something (MS-ASCMD_R4257)."""

    async def work(session: Session) -> bool:
        states = await hierarchy.load(session.transaction, context.device.device_key)
        newest = states.newest
        if newest is None:
            return False
        try:
            changes, _ = await hierarchy.news_since(session, states, newest)
        except TokenExpired:
            return True
        return bool(changes.added or changes.changed or changes.removed)

    return await context.mailbox.inspect(work)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4244)."""
    return PingResponse(status=PingStatus.SYNTAX_ERROR)


COMMAND: Final = Command(http.Command.PING, PingRequest, handle, refuse, handle_empty=handle_empty)
