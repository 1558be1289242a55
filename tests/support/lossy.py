"""A TCP relay in front of a server that can swallow the answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class LossyRelay:
    """While ``lose`` is above 0, each answer is read from the server and the client is cut off."""

    def __init__(self, port: int) -> None:
        self.server_port = port
        self.port = 0
        self.lose = 0
        self.lost = 0

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        upstream, sink = await asyncio.open_connection("127.0.0.1", self.server_port)
        requests = asyncio.create_task(_copy(reader, sink))
        try:
            while data := await upstream.read(65536):
                if self.lose > 0:
                    self.lose -= 1
                    self.lost += 1
                    return
                writer.write(data)
                await writer.drain()
        finally:
            requests.cancel()
            sink.close()
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


@contextlib.asynccontextmanager
async def lossy_relay(port: int) -> AsyncIterator[LossyRelay]:
    """A relay to a port of this machine."""
    relay = LossyRelay(port)
    server = await asyncio.start_server(relay.relay, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
