"""A connection to an IMAP server: commands with tags, literals, pipelining, timeouts.

No task and no stream per connection: the protocol reads, tells, and holds one timer while the server
owes an answer. What goes wrong closes the connection and fails every command that is under way.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from overair.imap.atoms import Unreadable
from overair.imap.command import Command, Reply, Take
from overair.imap.conditions import parse_condition
from overair.imap.errors import BrokenProtocol, ConnectionLost, TimedOut
from overair.imap.reader import Response, ResponseReader
from overair.imap.responses import Condition, Untagged
from overair.imap.server import Server
from overair.imap.untagged import parse_untagged
from overair.imap.writing import Literal, Part, Stream

AT_ONCE: Final = 64 * 1024
"""Bytes of responses that are read before the event loop goes on with something else."""
LARGEST_AT_ONCE: Final = 4_096
"""Bytes of a literal that is sent without asking first, where the server has LITERAL- or LITERAL+.

Of a larger one the server can say before it is sent that it will not take it.
"""


class Connection(asyncio.Protocol):
    """A connection. ``heard`` gets what no command takes, ``lost`` (once) why it ended, or None after
    ``close``.
    """

    __slots__ = (
        "_commands",
        "_deflate",
        "_error",
        "_inflate",
        "_last",
        "_lost",
        "_numbers",
        "_reader",
        "_room",
        "_scheduled",
        "_timer",
        "_transport",
        "asks_first",
        "greeting",
        "heard",
        "server",
        "utf8",
    )

    def __init__(
        self, server: Server, heard: Callable[[Untagged], None], lost: Callable[[ConnectionLost | None], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        self.server: Final = server
        self.heard: Final = heard
        self._lost: Final = lost
        self._reader = ResponseReader(server.bounds)
        self._commands: deque[Command] = deque()
        self._transport: asyncio.Transport | None = None
        self._numbers = 0
        self._timer: asyncio.TimerHandle | None = None
        self._last = loop.time()
        self._error: ConnectionLost | None = None
        self._room: asyncio.Future[None] | None = None
        self._scheduled = False
        self._deflate: zlib._Compress | None = None
        self._inflate: zlib._Decompress | None = None
        self.greeting: asyncio.Future[Condition] | None = loop.create_future()
        self.asks_first = True
        """Whether a literal waits for the server's leave, however small it is."""
        self.utf8 = False
        """Whether names of mailboxes are in UTF-8."""

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._error is not None

    @property
    def busy(self) -> bool:
        """Whether a command is under way, or half a response has come."""
        return bool(self._commands) or self._reader.waiting

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there, or has TLS now."""
        self._transport = transport  # type: ignore[assignment]  # create_connection makes no other kind

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        if self._error is not None:
            return
        self._last = asyncio.get_running_loop().time()
        try:
            if self._inflate is not None:
                data = self._inflated(data)
            self._reader.feed(data)
        except BrokenProtocol as error:
            self.fail(error)
            return
        if not self._scheduled:
            self._read()

    def pause_writing(self) -> None:
        """The peer takes less than is written."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It takes more again."""
        self._last = asyncio.get_running_loop().time()
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended."""
        self.fail(ConnectionLost("the server closed the connection" if error is None else _why(error)))

    # Commands.

    async def run(
        self, name: str, parts: Sequence[Part] = (), take: Take | None = None, reply: Reply | None = None
    ) -> Condition:
        """Send a command, and wait for its end, which may be NO or BAD.

        ``name`` may be of two words (UID FETCH). Raises ConnectionLost; so does, in effect, cancelling it.
        """
        command = self._begin(name, take)
        command.reply = reply
        try:
            await self._send(command, parts)
            return await command.done
        except BaseException as error:
            # What is under way cannot be taken back, and its answer must not be taken for another's.
            self.fail(
                error if isinstance(error, ConnectionLost) else ConnectionLost("a command was given up")
            )
            raise

    async def run_all(
        self, name: str, commands: Sequence[Sequence[Part]], take: Take | None = None
    ) -> list[Condition]:
        """Send several commands of one name at once, and wait for their ends."""
        if any(isinstance(part, Literal) for parts in commands for part in parts):
            return [await self.run(name, parts, take) for parts in commands]
        begun = [self._begin(name, take) for _ in commands]
        try:
            lines = zip(begun, commands, strict=True)
            self._write(b"".join(self._head(command, parts) + b"\r\n" for command, parts in lines))
            return [await command.done for command in begun]
        except BaseException:
            self.fail(ConnectionLost("commands were given up"))
            raise

    async def idle(self, take: Take | None = None) -> Command:
        """Begin IDLE; the command, of which ``done`` is done when the server has ended it."""
        command = self._begin("IDLE", take)
        try:
            command.go_on = asyncio.get_running_loop().create_future()
            self._write(command.tag + b" IDLE\r\n")
            await command.go_on
        except BaseException:
            self.fail(ConnectionLost("a command was given up"))
            raise
        command.idle = True
        self._arm()
        return command

    async def end_idle(self, command: Command) -> Condition:
        """End IDLE."""
        command.idle = False
        self._last = asyncio.get_running_loop().time()
        self._arm()
        try:
            if not command.done.done():
                self._write(b"DONE\r\n")
            return await command.done
        except BaseException:
            self.fail(ConnectionLost("a command was given up"))
            raise

    def compress(self) -> None:
        """Compress everything from here on."""
        self._deflate = zlib.compressobj(wbits=-15, memLevel=5)
        self._inflate = zlib.decompressobj(wbits=-15)
        rest = self._reader.take_buffer()
        if rest:
            self.data_received(rest)

    def secure(self, transport: asyncio.Transport) -> None:
        """Go on over TLS, with nothing from before it (RFC 9051, 11.1)."""
        self._transport = transport

    @property
    def transport(self) -> asyncio.Transport:
        """What is below. Raises ConnectionLost."""
        if self._transport is None or self._error is not None:
            raise self._error or ConnectionLost("no connection")
        return self._transport

    def close(self) -> None:
        """Close it now."""
        self.fail(None)

    def fail(self, error: ConnectionLost | None) -> None:
        """Close it now, and fail what is under way."""
        if self._error is not None:
            return
        self._error = error or ConnectionLost("the connection was closed")
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        greeting = self.greeting
        waiting = [greeting, self._room, *(future for c in self._commands for future in (c.go_on, c.done))]
        for future in waiting:
            if future is not None and not future.done():
                future.set_exception(self._error)
                future.exception()  # whoever awaits it gets it; where nobody does it is no news
        self._commands.clear()
        self._reader = ResponseReader(self.server.bounds)
        self._lost(error)

    # Reading.

    def _inflated(self, data: bytes) -> bytes:
        assert self._inflate is not None  # noqa: S101 - data_received has looked
        try:
            inflated = self._inflate.decompress(data, self.server.bounds.response)
        except zlib.error:
            raise BrokenProtocol("what came is not compressed") from None
        if self._inflate.unconsumed_tail or self._inflate.eof:
            raise BrokenProtocol("too much was compressed into too little, or compression ended")
        return inflated

    def _read(self) -> None:
        """Read responses; where there are many, go on a little later."""
        self._scheduled = False
        done = 0
        try:
            while self._error is None:
                response = self._reader.next()
                if response is None:
                    return
                self._handle(response)
                done += sum(
                    len(record) if isinstance(record, bytes) else len(record[0]) for record in response
                )
                if done > AT_ONCE:
                    self._scheduled = True
                    asyncio.get_running_loop().call_soon(self._read)
                    return
        except BrokenProtocol as error:
            self.fail(error)
        except Unreadable as error:
            self.fail(BrokenProtocol(f"a response could not be read: {error}"))

    def _handle(self, response: Response) -> None:
        first = response[0]
        line = first if isinstance(first, bytes) else first[0]
        if line.startswith(b"* "):
            said = parse_untagged(response, utf8=self.utf8)
            if said is not None:
                self._tell(said)
        elif line.startswith(b"+"):
            self._leave(line[1:].strip())
        else:
            self._end(line)

    def _tell(self, said: Untagged) -> None:
        if isinstance(said, Condition):
            if self.greeting is not None:
                greeting, self.greeting = self.greeting, None
                if not greeting.done():
                    greeting.set_result(said)
                return
            if said.kind == "BYE" and not any(command.name == "LOGOUT" for command in self._commands):
                code = f" [{said.code.name}]" if said.code.name else ""
                self.fail(ConnectionLost(f"the server said BYE{code}"))
                return
        elif self.greeting is not None:
            raise BrokenProtocol("no greeting")
        for command in self._commands:
            if command.take is not None and command.take(said):
                return
        self.heard(said)

    def _leave(self, text: bytes) -> None:
        """The server says "+"."""
        for command in self._commands:
            if command.go_on is not None and not command.go_on.done():
                command.go_on.set_result(True)
                return
            if command.reply is not None:
                self._write(command.reply(text) + b"\r\n")
                return
        raise BrokenProtocol("it asks for what it was not offered")

    def _end(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        command = next((command for command in self._commands if command.tag == tag), None)
        if command is None:
            raise BrokenProtocol("an answer to what was not asked")
        condition = parse_condition(rest)
        self._commands.remove(command)
        if command.go_on is not None and not command.go_on.done():
            command.go_on.set_result(False)
        if not command.done.done():
            command.done.set_result(condition)
        self._arm()

    # Writing.

    def _begin(self, name: str, take: Take | None) -> Command:
        _ = self.transport
        self._numbers += 1
        loop = asyncio.get_running_loop()
        command = Command(b"A%d" % self._numbers, name, take, loop.create_future())
        if not self._commands:
            self._last = loop.time()
        self._commands.append(command)
        self._arm()
        return command

    @staticmethod
    def _head(command: Command, parts: Sequence[Part]) -> bytes:
        words = [command.tag, command.name.encode("ascii"), *(p for p in parts if isinstance(p, bytes))]
        return b" ".join(words)

    async def _send(self, command: Command, parts: Sequence[Part]) -> None:
        line = bytearray(command.tag + b" " + command.name.encode("ascii"))
        for part in parts:
            line += b" "
            if isinstance(part, bytes):
                line += part
                continue
            at_once = not self.asks_first and part.size <= LARGEST_AT_ONCE
            self._write(bytes(line) + (b"{%d+}\r\n" if at_once else b"{%d}\r\n") % part.size)
            line.clear()
            if not at_once:
                command.go_on = asyncio.get_running_loop().create_future()
                if not await command.go_on:
                    return
            await self._send_literal(part)
        self._write(bytes(line) + b"\r\n")

    async def _send_literal(self, literal: Literal) -> None:
        if not isinstance(literal.content, Stream):
            self._write(literal.content)
            await self._drained()
            return
        sent = 0
        async for piece in literal.content.pieces:
            sent += len(piece)
            if sent > literal.size:
                break
            self._write(piece)
            await self._drained()
        if sent != literal.size:
            raise ValueError("the message is not as long as was said")

    def _write(self, data: bytes) -> None:
        transport = self.transport
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        transport.write(data)

    async def _drained(self) -> None:
        if self._room is not None:
            await self._room

    # Time.

    def _arm(self) -> None:
        """Have one timer while the server owes an answer, and none otherwise."""
        owes = any(not command.idle for command in self._commands)
        if owes and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.server.timeouts.silence, self._look)
        elif not owes and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        left = self._last + self.server.timeouts.silence - loop.time()
        if left <= 0:
            self.fail(TimedOut(f"no answer for {self.server.timeouts.silence:g} seconds"))
        else:
            self._timer = loop.call_later(left, self._look)


def _why(error: Exception) -> str:
    """Why a connection ended, without what a server may have written."""
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else type(error).__name__
