"""What stands between a phone and a server and understands nothing: a firewall, a NAT.

It forgets connections on which nothing went for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Final

from overair.doctor.complaint import Place

CHUNK: Final = 64 * 1024
RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: closing discards what is there, and sends RST."""


class Ending(StrEnum):
    """What happens to a connection that is forgotten."""

    RESET = "both sides get a reset"
    SILENCE = "packets vanish, and nobody is told"


@contextlib.asynccontextmanager
async def relay(address: Place, target: Place, idle: float, ending: Ending) -> AsyncIterator[None]:
    """Carry connections to a server; each is forgotten when nothing went for ``idle`` seconds."""
    connections: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            connections.add(task)
            task.add_done_callback(connections.discard)
        await _Connection(reader, writer, idle, ending).carry(target)

    server = await asyncio.start_server(carry, address.address, address.port)
    try:
        yield
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


class _Connection:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, idle: float, ending: Ending
    ) -> None:
        self._reader, self._writer = reader, writer
        self._idle, self._ending = idle, ending
        self._last = asyncio.get_running_loop().time()

    async def carry(self, target: Place) -> None:
        """Carry it until one side ends it or it is forgotten."""
        there, back = await asyncio.open_connection(target.address, target.port)
        ways = {
            asyncio.create_task(self._copy(self._reader, back)),
            asyncio.create_task(self._copy(there, self._writer)),
        }
        try:
            while not any(way.done() for way in ways):
                left = self._last + self._idle - asyncio.get_running_loop().time()
                if left <= 0:
                    await self._forget(ways)
                    return
                await asyncio.wait(ways, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            back.close()
            self._writer.close()

    async def _forget(self, ways: set[asyncio.Task[None]]) -> None:
        for way in ways:
            way.cancel()
        if self._ending is Ending.SILENCE:
            await asyncio.get_running_loop().create_future()  # until the block of the relay ends
        there = self._writer.get_extra_info("socket")
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                self._last = asyncio.get_running_loop().time()
                writer.write(data)
                await writer.drain()
