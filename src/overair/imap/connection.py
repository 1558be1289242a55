"""Commands on a connection to an IMAP server: tags, literals, pipelining, and what takes their answers.

What goes wrong closes the connection and fails every command that is under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from overair.imap.command import Command, Reply, Take
from overair.imap.conditions import parse_condition
from overair.imap.errors import BrokenProtocol, ConnectionLost
from overair.imap.link import Link, fail
from overair.imap.reader import Response
from overair.imap.responses import Condition, Untagged
from overair.imap.server import Security, Server
from overair.imap.untagged import parse_untagged
from overair.imap.writing import Literal, Part, Stream

LARGEST_AT_ONCE: Final = 4_096
"""Bytes of a literal that is sent without asking first, where the server has LITERAL- or LITERAL+.

Of a larger one the server can say before it is sent that it will not take it.
"""


class Connection(Link):
    """A connection. ``heard`` gets what no command takes, ``lost`` (once) why it ended, or None after
    ``close``.
    """

    __slots__ = ("_commands", "_greeting", "_heard", "_lost", "_numbers", "asks_first", "utf8")

    def __init__(
        self, server: Server, heard: Callable[[Untagged], None], lost: Callable[[ConnectionLost | None], None]
    ) -> None:
        super().__init__(server)
        self._heard: Final = heard
        self._lost: Final = lost
        self._commands: list[Command] = []
        self._numbers = 0
        self._greeting: asyncio.Future[Condition] | None = None
        """Set until the server has greeted."""
        self.asks_first = True
        """Whether a literal waits for the server's leave, however small it is."""
        self.utf8 = False
        """Whether names of mailboxes are in UTF-8."""

    @property
    def busy(self) -> bool:
        """Whether a command is under way, or half a response has come."""
        return bool(self._commands) or self.half_read

    async def connect(self) -> Condition:
        """Connect, with TLS where that begins at once, and wait for the greeting. Raises ConnectionLost."""
        greeting = self._greeting = asyncio.get_running_loop().create_future()
        await self.reach()
        if self.server.security is Security.TLS:
            await self.secure()
        said: Condition = await greeting
        return said

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
            self._give_up(error)
            raise

    async def run_all(
        self, name: str, commands: Sequence[Sequence[Part]], take: Take | None = None
    ) -> list[Condition]:
        """Send several commands of one name at once, and wait for their ends."""
        if any(isinstance(part, Literal) for parts in commands for part in parts):
            return [await self.run(name, parts, take) for parts in commands]
        begun = [self._begin(name, take) for _ in commands]
        lines = [
            b" ".join((command.tag, name.encode("ascii"), *(p for p in parts if isinstance(p, bytes))))
            for command, parts in zip(begun, commands, strict=True)
        ]
        try:
            self.channel.write(b"".join(line + b"\r\n" for line in lines))
            return [await command.done for command in begun]
        except BaseException as error:
            self._give_up(error)
            raise

    async def idle(self) -> Command:
        """Begin IDLE; the command, of which ``done`` is done when the server has ended it."""
        command = self._begin("IDLE", None)
        command.go_on = asyncio.get_running_loop().create_future()
        try:
            self.channel.write(command.tag + b" IDLE\r\n")
            command.idle = await command.go_on
        except BaseException as error:
            self._give_up(error)
            raise
        self._watch()
        return command

    async def end_idle(self, command: Command) -> Condition:
        """End IDLE."""
        command.idle = False
        self._watch()
        try:
            if not command.done.done():
                self.channel.write(b"DONE\r\n")
            return await command.done
        except BaseException as error:
            self._give_up(error)
            raise

    def ended(self, error: ConnectionLost, *, wanted: bool) -> None:
        """Fail what is under way."""
        fail(self._greeting, error)
        for command in self._commands:
            fail(command.go_on, error)
            fail(command.done, error)
        self._commands.clear()
        self._lost(None if wanted else error)

    def handle(self, response: Response) -> None:
        """A response has come."""
        first = response[0]
        line = first if isinstance(first, bytes) else first[0]
        if line.startswith(b"* "):
            said = parse_untagged(response, utf8=self.utf8)
            if said is not None:
                self._tell(said)
        elif line.startswith(b"+"):
            self._go_on(line[1:].strip())
        else:
            self._finish(line)

    def _tell(self, said: Untagged) -> None:
        if self._greeting is not None:
            if not isinstance(said, Condition):
                raise BrokenProtocol("no greeting")
            greeting, self._greeting = self._greeting, None
            if not greeting.done():
                greeting.set_result(said)
            return
        if isinstance(said, Condition) and said.kind == "BYE":
            if not any(command.name == "LOGOUT" for command in self._commands):
                code = f" [{said.code.name}]" if said.code.name else ""
                self.fail(ConnectionLost(f"the server said BYE{code}"))
            return
        for command in self._commands:
            if command.take is not None and command.take(said):
                return
        self._heard(said)

    def _go_on(self, text: bytes) -> None:
        """The server says "+"."""
        for command in self._commands:
            if command.go_on is not None and not command.go_on.done():
                command.go_on.set_result(True)
                return
            if command.reply is not None:
                self.channel.write(command.reply(text) + b"\r\n")
                return
        raise BrokenProtocol("it asks for what it was not offered")

    def _finish(self, line: bytes) -> None:
        """A command has ended."""
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
        self._watch()

    def _begin(self, name: str, take: Take | None) -> Command:
        _ = self.channel
        self._numbers += 1
        command = Command(b"A%d" % self._numbers, name, take, asyncio.get_running_loop().create_future())
        self._commands.append(command)
        self._watch()
        return command

    def _give_up(self, error: BaseException) -> None:
        """What is under way cannot be taken back, and its answer must not be taken for another's."""
        self.fail(error if isinstance(error, ConnectionLost) else ConnectionLost("a command was given up"))

    def _watch(self) -> None:
        self.owes(any(not command.idle for command in self._commands))

    async def _send(self, command: Command, parts: Sequence[Part]) -> None:
        line = command.tag + b" " + command.name.encode("ascii")
        for part in parts:
            if isinstance(part, bytes):
                line += b" " + part
                continue
            at_once = not self.asks_first and part.size <= LARGEST_AT_ONCE
            self.channel.write(line + (b" {%d+}\r\n" if at_once else b" {%d}\r\n") % part.size)
            line = b""
            if not at_once:
                command.go_on = asyncio.get_running_loop().create_future()
                if not await command.go_on:
                    return  # it has ended already: the server does not want this
            await self._send_literal(part)
        self.channel.write(line + b"\r\n")

    async def _send_literal(self, literal: Literal) -> None:
        if not isinstance(literal.content, Stream):
            self.channel.write(literal.content)
            await self.room()
            return
        sent = 0
        async for piece in literal.content.pieces:
            sent += len(piece)
            if sent > literal.size:
                break
            self.channel.write(piece)
            await self.room()
        if sent != literal.size:
            raise ValueError("the message is not as long as was said")
