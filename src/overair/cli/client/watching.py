"""Waiting as a phone does: Ping, then Sync, and what came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec

from overair.cli.client.folders import CLASSES
from overair.cli.client.items import Listed
from overair.cli.client.listing import replica
from overair.cli.client.words import Kind, Since
from overair.cli.output import Failure
from overair.client import Client, Collection, ConnectionFailed, HttpError, StatusError
from overair.protocol.http import Command, HttpStatus
from overair.protocol.ping import PingFolder
from overair.protocol.statuses import PingStatus

EARLY: Final = 0.9
"""A wait that ends without news before this part of it was ended by something else than time."""
CUT_AFTER: Final = 15.0
"""Seconds after which a connection that breaks in a wait was cut for waiting."""
PAUSE: Final = 5
"""The most seconds before the server is asked again that could not answer a wait."""
PROXY_STATUSES: Final = frozenset({408, 502, 504})


class News(msgspec.Struct, frozen=True):
    """What happened to an item; without ``listed`` it is no longer there."""

    what: str
    server_id: str
    listed: Listed | None = None


async def watch(
    client: Client,
    collection_id: str,
    kind: Kind,
    since: Since | None,
    heartbeat: int,
    tell: Callable[[News], bool],
    ready: Callable[[], None],
) -> None:
    """Tell what happens in a folder until ``tell`` says that it is enough.

    ``heartbeat`` is how many seconds the server may wait; what it does not take becomes what it takes.
    ``ready`` is called once, when the folder is in step. Raises Failure, ClientError, SchemaError.
    """
    collection = replica(client, collection_id, kind, since)
    await collection.sync()
    ready()
    folder = PingFolder(id=collection_id, item_class=CLASSES[kind].value)
    while True:
        begun = time.monotonic()
        try:
            answer = await client.ping([folder], heartbeat)
        except (ConnectionFailed, HttpError) as error:
            if isinstance(error, HttpError) and error.status == HttpStatus.SERVICE_UNAVAILABLE:
                # Such as for a moment after a new password: what the Sync is told says why.
                await asyncio.sleep(min(error.retry_after or PAUSE, PAUSE))
                await collection.sync()
                continue
            raise _cut(error, time.monotonic() - begun, heartbeat) from None
        match answer.status:
            case PingStatus.CHANGES:
                pass
            case PingStatus.EXPIRED if time.monotonic() - begun >= heartbeat * EARLY:
                continue
            case PingStatus.INVALID_HEARTBEAT if answer.heartbeat_interval not in (None, heartbeat):
                heartbeat = answer.heartbeat_interval or heartbeat
                continue
            case PingStatus.HIERARCHY_CHANGED:
                await client.folder_sync()
                if collection_id not in client.folders:
                    raise Failure("the folder was deleted")
            case PingStatus.EXPIRED:
                await asyncio.sleep(1)  # the server may be leaving: then this says so
                await collection.sync()
                raise Failure(
                    "the server ended the wait early: another `overair client watch` of this folder on this "
                    "machine takes its place"
                )
            case status:
                raise StatusError(Command.PING, status)
        if not await _news(collection, tell):
            return


async def _news(collection: Collection, tell: Callable[[News], bool]) -> bool:
    """Fetch and tell what changed; whether to go on."""
    outcome = await collection.sync()
    there = (("new", outcome.added), ("changed", outcome.changed))
    for what, server_ids in there:
        for server_id in server_ids:
            if server_id in collection.elements and not tell(
                News(what, server_id, Listed(server_id, collection.item(server_id)))
            ):
                return False
    gone = (*outcome.deleted, *outcome.soft_deleted)
    return all(tell(News("gone", server_id)) for server_id in gone)


def _cut(error: ConnectionFailed | HttpError, waited: float, heartbeat: int) -> Exception:
    """What to say of a wait that broke: the error, unless something on the way cuts what waits."""
    cut = isinstance(error, ConnectionFailed) or error.status in PROXY_STATUSES
    if not cut or not CUT_AFTER <= waited <= heartbeat:
        return error
    return Failure(
        f"the connection was cut after {waited:.0f} of {heartbeat} seconds of waiting: a proxy or firewall "
        "on the way must let it wait for the whole heartbeat (docs/nginx.md), or the server went away"
    )
