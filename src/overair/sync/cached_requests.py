"""The last Sync and the last Ping of each device, for requests that leave out what has not changed."""

from __future__ import annotations

from overair.storage.interface import Database, Transaction
from overair.sync import tables


async def cached_request(database: Database, device_key: int, command: str) -> bytes | None:
    """What was cached last; None where nothing was. Raises DatabaseUnavailable."""

    async def work(transaction: Transaction) -> bytes | None:
        row = await transaction.one(tables.CACHED_REQUEST, device_key=device_key, command=command)
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    return await database.read(work)


async def cache_request(database: Database, device_key: int, command: str, request: bytes) -> None:
    """Keep a request; a write only where it is not the one that is kept. Raises DatabaseUnavailable."""
    if await cached_request(database, device_key, command) == request:
        return

    async def work(transaction: Transaction) -> None:
        await transaction.execute(
            tables.CACHE_REQUEST, device_key=device_key, command=command, request=request
        )

    await database.write(work)
