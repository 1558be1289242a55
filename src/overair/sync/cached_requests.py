"""The last Sync and the last Ping of each device, for requests that leave out what has not changed."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final

from overair.storage.interface import Database, Transaction
from overair.sync import tables

KNOWN: Final = 50_000
"""Of how many requests the digest is kept in memory."""
DIGEST_BYTES: Final = 16


class CachedRequests:
    """Keeps requests; the digests of those in use are in memory, so that the same again reads nothing.

    A device's number is never used again, and nothing but this writes the rows.
    """

    def __init__(self, database: Database) -> None:
        self._database: Final = database
        self._digests: Final[OrderedDict[tuple[int, str], bytes]] = OrderedDict()

    async def find(self, device_key: int, command: str) -> bytes | None:
        """What was kept last; None where nothing was. Raises DatabaseUnavailable."""

        async def work(transaction: Transaction) -> bytes | None:
            row = await transaction.one(tables.CACHED_REQUEST, device_key=device_key, command=command)
            return row[0] if row is not None and isinstance(row[0], bytes) else None

        return await self._database.read(work)

    async def keep(self, device_key: int, command: str, request: bytes) -> None:
        """Keep a request; a write only where it is not the one that is kept. Raises DatabaseUnavailable."""
        place = (device_key, command)
        digest = hashlib.blake2b(request, digest_size=DIGEST_BYTES).digest()
        # A write that fails may have been done, so nothing is known until it has succeeded.
        if self._digests.pop(place, None) != digest and await self.find(device_key, command) != request:
            await self._database.write(
                lambda transaction: transaction.execute(
                    tables.CACHE_REQUEST, device_key=device_key, command=command, request=request
                )
            )
        self._digests[place] = digest
        if len(self._digests) > KNOWN:
            self._digests.popitem(last=False)
