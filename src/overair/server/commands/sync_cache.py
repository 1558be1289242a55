"""The device's last Sync, which an empty or partial request refers to (MS-ASCMD 2.2.1.21.1)."""

from __future__ import annotations

from typing import Final

import msgspec

from overair import wbxml
from overair.protocol.schema import SchemaError
from overair.protocol.sync import SyncRequest
from overair.server.context import Context
from overair.server.partners import partner_of
from overair.sync.keys import UNPRIMED
from overair.versions import Version

COMMAND: Final = "Sync"


class _CachedSync(msgspec.Struct, array_like=True):
    """A request without its commands and keys, as WBXML, and the version in which it is written."""

    version: int
    body: bytes


class InvalidCache(Exception):
    """There is no last request, or it cannot be executed again."""


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_CachedSync).decode


async def remember_sync(context: Context, message: SyncRequest) -> None:
    """Keep a whole request.

    The keys are in the sync states, so the row changes only when the device asks otherwise.
    """
    collections = tuple(
        msgspec.structs.replace(collection, sync_key=UNPRIMED, supported=None, commands=())
        for collection in message.collections
    )
    kept = msgspec.structs.replace(message, collections=collections)
    cached = _CachedSync(context.version, wbxml.encode(kept.to_element(context.version)))
    await context.services.cached_requests.keep(context.device.device_key, COMMAND, _encode(cached))


async def cached_sync(context: Context, *, repeatable: bool = False) -> SyncRequest:
    """The last request with the keys that it named (MS-ASCMD_R673, R3645). Raises InvalidCache.

    ``repeatable``: only where no answer since carried another key. Nobody knows then whether the
    device got that answer, and a whole request says so.
    """
    data = await context.services.cached_requests.find(context.device.device_key, COMMAND)
    if data is None:
        raise InvalidCache("no request is kept")
    cached = _decode(data)
    if cached.version != context.version:
        raise InvalidCache("the last request was in another protocol version")
    try:
        message = SyncRequest.from_element(wbxml.decode(cached.body), Version(cached.version))
    except SchemaError as error:
        raise InvalidCache(str(error)) from error
    partner = partner_of(context)
    keys = await context.services.engine.last_keys(partner)
    collections = []
    for collection in message.collections:
        key = keys.get(collection.collection_id)
        if key is None or key.key == UNPRIMED or (repeatable and key.answered):
            raise InvalidCache(f"collection {collection.collection_id} cannot be asked for again")
        collections.append(msgspec.structs.replace(collection, sync_key=key.key))
    return msgspec.structs.replace(message, collections=tuple(collections))
