"""A relay in front of PostgreSQL that cuts a connection in the midst of a commit."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from support.postgresql import USER, cluster

COMMIT: Final = b"COMMIT\x00"


class Cut(Enum):
    """Where the connection ends."""

    BEFORE = auto()
    """The server never hears of the commit."""
    AFTER = auto()
    """It has committed, and nobody hears of it."""


class CommitRelay:
    """Passes everything on, but for a commit that it was told of."""

    def __init__(self) -> None:
        self.port = 0
        self.cuts = 0
        self._next: Cut | None = None
        self._pass = 0

    def url(self, database: str) -> str:
        """Where a database of the shared cluster is reached through it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def cut(self, where: Cut, *, after: int = 0) -> None:
        """Cut the connection at the next commit, or after having passed some on."""
        self._pass, self._next = after, where

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        upstream, sink = await asyncio.open_connection("127.0.0.1", cluster().port)
        answers = asyncio.create_task(_copy(upstream, writer))
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if COMMIT not in data or self._next is None:
                    sink.write(data)
                    continue
                if self._pass:
                    self._pass -= 1
                    sink.write(data)
                    continue
                where, self._next = self._next, None
                self.cuts += 1
                answers.cancel()
                await asyncio.wait([answers])
                if where is Cut.AFTER:
                    sink.write(data)
                    await upstream.read(1)
                break
        for one in (sink, writer):
            one.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


@contextlib.contextmanager
def commit_relay() -> Iterator[CommitRelay]:
    """A relay that works in a thread of its own."""
    relay = CommitRelay()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(relay.relay, "127.0.0.1", 0))
    relay.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
