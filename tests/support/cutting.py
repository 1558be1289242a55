"""A TCP relay that cuts a server off between what it was asked and its answer."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final


class CuttingRelay:
    """Passes everything on until somebody asks what it waits for; from then on nobody reaches the server,
    until it is mended.

    ``hidden`` is left out of all that the server says (such as " MOVE" among its capabilities).
    """

    def __init__(self, server_port: int) -> None:
        self.server_port: Final = server_port
        self.port = 0
        self.hidden = b""
        self.cut = False
        """Whether the server is cut off."""
        self.waits_for: re.Pattern[bytes] | None = None
        self.unheard = False
        """Whether what is waited for does not reach the server either."""
        self.meanwhile: Callable[[], object] | None = None
        """What is done before the server hears what is waited for, and nobody is cut off."""

    def wait_for(self, pattern: bytes, *, unheard: bool = False) -> None:
        """Swallow the whole answer to the next request that matches, or with ``unheard`` the request.

        A group in the pattern is the tag with which the end of the answer begins; without one the first
        that the server says is the answer.
        """
        self.cut = False
        self.meanwhile = None
        self.waits_for = re.compile(pattern)
        self.unheard = unheard

    def do_before(self, pattern: bytes, meanwhile: Callable[[], object]) -> None:
        """Do something, in a thread, just before the server hears the next request that matches."""
        self.wait_for(pattern)
        self.meanwhile = meanwhile

    def mend(self) -> None:
        """Let everybody reach the server again."""
        self.cut = False
        self.waits_for = None

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        if self.cut:
            writer.close()
            return
        upstream, sink = await asyncio.open_connection("127.0.0.1", self.server_port)
        end: list[re.Pattern[bytes]] = []
        """Of the answer that is swallowed, once it was asked for."""
        asking = asyncio.create_task(self._ask(reader, sink, writer, end))
        try:
            while data := await upstream.read(65536):
                if end and end[0].search(data):
                    self.cut = True
                    return
                writer.write(data.replace(self.hidden, b"") if self.hidden else data)
                await writer.drain()
        except ConnectionError:
            pass  # a client that has gone
        finally:
            asking.cancel()
            sink.close()
            writer.close()

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
        end: list[re.Pattern[bytes]],
    ) -> None:
        said = b""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                said += data
                found = self.waits_for.search(said) if self.waits_for is not None else None
                if found is not None:
                    self.waits_for = None
                    if self.meanwhile is not None:
                        await asyncio.to_thread(self.meanwhile)
                    elif self.unheard:
                        self.cut = True
                        break
                    else:
                        tag = found[1] if found.re.groups else b""
                        end.append(re.compile(rb"(?m)^" + re.escape(tag) + (rb" " if tag else b"")))
                said = said[said.rfind(b"\n") + 1 :]
                sink.write(data)
                await sink.drain()
            else:
                return
        sink.close()
        writer.close()


@contextlib.asynccontextmanager
async def cutting_relay(port: int) -> AsyncIterator[CuttingRelay]:
    """A relay to a port of this machine."""
    relay = CuttingRelay(port)
    server = await asyncio.start_server(relay.relay, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()


@contextlib.contextmanager
def cutting_relay_aside(port: int) -> Iterator[CuttingRelay]:
    """A relay to a port of this machine, in a thread of its own."""
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    ready = threading.Event()
    found: list[CuttingRelay] = []

    async def main() -> None:
        async with cutting_relay(port) as relay:
            found.append(relay)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
