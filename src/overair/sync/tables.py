"""The tables of the sync engine; the rules of hot tables hold (storage/schema.py)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Text, bindparam, delete, select

from overair.devices.tables import partnership
from overair.storage.schema import metadata
from overair.storage.statement import Statement, upsert

sync_state: Final = Table(
    "sync_state",
    metadata,
    Column("device_key", ForeignKey(partnership.c.device_key, ondelete="CASCADE"), primary_key=True),
    Column("collection_id", Text, primary_key=True),
    Column("states", LargeBinary, nullable=False),  # a sync.state.CollectionStates as MessagePack
)

cached_request: Final = Table(
    "cached_request",
    metadata,
    Column("device_key", ForeignKey(partnership.c.device_key, ondelete="CASCADE"), primary_key=True),
    Column("command", Text, primary_key=True),
    Column("request", LargeBinary, nullable=False),
)

_of_device: Final = sync_state.c.device_key == bindparam("device_key")
_of_collection: Final = sync_state.c.collection_id == bindparam("collection_id")

STATES_OF_DEVICE: Final = Statement(select(sync_state.c.collection_id, sync_state.c.states).where(_of_device))
STATES_OF_COLLECTION: Final = Statement(select(sync_state.c.states).where(_of_device, _of_collection))
FORGET_STATES: Final = Statement(delete(sync_state).where(_of_device, _of_collection))
SAVE_STATES: Final = Statement(upsert(sync_state, key=("device_key", "collection_id"), update=("states",)))

CACHED_REQUEST: Final = Statement(
    select(cached_request.c.request).where(
        cached_request.c.device_key == bindparam("device_key"),
        cached_request.c.command == bindparam("command"),
    )
)
CACHE_REQUEST: Final = Statement(upsert(cached_request, key=("device_key", "command"), update=("request",)))
