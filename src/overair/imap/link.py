"""The wire to an IMAP server: connecting, TLS, responses as they come, room to write, silence, the end.

No task and no stream per connection: the protocol reads and tells, and holds one timer while the server
owes an answer.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Final, TypeVar, cast

from overair.imap.atoms import Unreadable
from overair.imap.channel import Channel
from overair.imap.errors import BrokenProtocol, ConnectionLost, TimedOut
from overair.imap.reader import Response, ResponseReader
from overair.imap.server import Server
from overair.imap.trust import reason, system_trust

T = TypeVar("T")
KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 120, "TCP_KEEPINTVL": 30, "TCP_KEEPCNT": 4}
"""After how many seconds a connection in IDLE on which nothing comes is probed, how often, and how many
times in vain before it is given up; where the system has such settings.
"""
AT_ONCE: Final = 64 * 1024
"""Bytes of responses that are read before the event loop goes on with something else."""


class Link(asyncio.Protocol):
    """A connection as responses. Whoever inherits from it hears them by ``handle``, and the end, once, by
    ``ended``.
    """

    __slots__ = ("_channel", "_error", "_last", "_reader", "_room", "_scheduled", "_timer", "server")

    def __init__(self, server: Server) -> None:
        self.server: Final = server
        self._reader = ResponseReader(server.bounds)
        self._channel: Channel | None = None
        self._error: ConnectionLost | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        """When the server was last heard, or took something."""
        self._room: asyncio.Future[None] | None = None
        """Set while the server takes less than is written."""
        self._scheduled = False
        """Whether more that has come is read in a moment."""

    def handle(self, response: Response) -> None:
        """A response has come. May raise BrokenProtocol, Unreadable."""
        raise NotImplementedError

    def ended(self, error: ConnectionLost, *, wanted: bool) -> None:
        """The connection has ended; ``wanted`` where ``close`` was called."""
        raise NotImplementedError

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._error is not None

    @property
    def half_read(self) -> bool:
        """Whether something has come that is not yet a response."""
        return self._reader.waiting

    @property
    def channel(self) -> Channel:
        """The way to the server. Raises ConnectionLost."""
        if self._channel is None or self._error is not None:
            raise self._error or ConnectionLost("no connection")
        return self._channel

    async def reach(self) -> None:
        """Connect. Raises ConnectionLost."""
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self, self.server.host, self.server.port)
        except OSError as error:
            raise ConnectionLost(reason(error)) from None

    async def secure(self) -> None:
        """Begin TLS. Raises ConnectionLost."""
        if self.half_read:
            raise BrokenProtocol("something was said before TLS that is not protected")
        try:
            await self.channel.secure(self.server.context or system_trust(), self.server.host)
        except OSError as error:
            raise ConnectionLost(reason(error)) from None

    def compress(self) -> None:
        """Compress everything from here on, which the server may have begun to do already."""
        self.channel.compress()
        rest = self._reader.take_buffer()
        if rest:
            self._feed(rest)

    async def room(self) -> None:
        """Wait until the server takes more. Raises ConnectionLost."""
        if self._room is not None:
            await self._room

    def close(self) -> None:
        """Close it now."""
        self._end(ConnectionLost("the connection was closed"), wanted=True)

    def fail(self, error: ConnectionLost) -> None:
        """Close it now, because of an error."""
        self._end(error, wanted=False)

    def owes(self, answer: bool) -> None:
        """Whether the server has to be heard within ``timeouts.silence``."""
        if answer and self._timer is None and self._error is None:
            loop = asyncio.get_running_loop()
            self._last = loop.time()
            self._timer = loop.call_later(self.server.timeouts.silence, self._look)
        elif not answer and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        wire = transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEP_ALIVE.items():
            if hasattr(socket, name):
                wire.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        # uvloop's transport is none of asyncio's classes, but can what they can.
        self._channel = Channel(cast("asyncio.Transport", transport), self.server.bounds.response)

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self._last = asyncio.get_running_loop().time()
        if self._error is None:
            self._feed(data)

    def pause_writing(self) -> None:
        """The server takes less than is written."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It takes more again."""
        self._last = asyncio.get_running_loop().time()
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended."""
        why = reason(error) if isinstance(error, OSError) else "the server closed the connection"
        self.fail(ConnectionLost(why))

    def _feed(self, data: bytes) -> None:
        try:
            self._reader.feed(self.channel.received(data))
        except ConnectionLost as error:
            self.fail(error)
            return
        if not self._scheduled:
            self._read()

    def _read(self) -> None:
        """Hand on responses; where there are many, go on in a moment, and take nothing more until then."""
        done = 0
        was_scheduled, self._scheduled = self._scheduled, False
        try:
            while self._error is None and (response := self._reader.next()) is not None:
                self.handle(response)
                done += sum(len(record if isinstance(record, bytes) else record[0]) for record in response)
                if done > AT_ONCE:
                    self._scheduled = True
                    asyncio.get_running_loop().call_soon(self._read)
                    break
        except BrokenProtocol as error:
            self.fail(error)
        except Unreadable as error:
            self.fail(BrokenProtocol(f"a response could not be read: {error}"))
        if self._error is None and was_scheduled != self._scheduled:
            self.channel.pause(self._scheduled)

    def _look(self) -> None:
        """Has the server been silent for too long?"""
        loop = asyncio.get_running_loop()
        self._timer = None
        left = self._last + self.server.timeouts.silence - loop.time()
        if left <= 0:
            self.fail(TimedOut(f"no answer for {self.server.timeouts.silence:g} seconds"))
        else:
            self._timer = loop.call_later(left, self._look)

    def _end(self, error: ConnectionLost, *, wanted: bool) -> None:
        if self._error is not None:
            return
        self._error = error
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._channel is not None:
            self._channel.fail(error)
        fail(self._room, error)
        self._reader = ResponseReader(self.server.bounds)  # what was half read is nobody's answer
        self.ended(error, wanted=wanted)


def fail(future: asyncio.Future[T] | None, error: ConnectionLost) -> None:
    """Let whoever awaits a future have an error; where nobody does it is no news."""
    if future is not None and not future.done():
        future.set_exception(error)
        future.exception()
