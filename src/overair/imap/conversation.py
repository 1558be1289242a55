"""One command after the other on a connection, and what the server tells beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from overair.imap.capabilities import Capabilities, Extension, parse_capabilities
from overair.imap.command import Command, Reply, Take, checked
from overair.imap.connection import Connection
from overair.imap.errors import ConnectionLost, NotOffered, ResponseCode
from overair.imap.responses import (
    Capability,
    Condition,
    Enabled,
    Event,
    Exists,
    Expunge,
    FetchResult,
    FolderStatus,
    ListEntry,
    NotificationOverflow,
    SelectResult,
    Untagged,
    Vanished,
)
from overair.imap.server import Server
from overair.imap.writing import Part, mailbox

_EVENTS: Final = (Exists, Expunge, Vanished, FetchResult, FolderStatus, ListEntry)


class Conversation:
    """What all commands stand on. Events come to ``on_event`` at any time, also amid commands (never
    what a command returns); it is called from within the event loop's reader: quick, without raising.
    ``on_lost`` is called once when the connection ends without ``logout`` or ``close``.
    """

    def __init__(self, server: Server) -> None:
        self.server: Final = server
        self.capabilities = Capabilities()
        self.selected: SelectResult | None = None
        """The mailbox that is selected; its numbers as they were then."""
        self.enabled: frozenset[str] = frozenset()
        self.on_event: Callable[[Event], None] | None = None
        self.on_lost: Callable[[ConnectionLost], None] | None = None
        self._turn: Final = asyncio.Lock()
        self._idle: Command | None = None
        self._told = False
        """Whether capabilities have been told since they may have become others."""
        self._connection: Final = Connection(server, self._heard, self._ended)

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._connection.closed

    @property
    def usable(self) -> bool:
        """Whether the connection stands, no command runs, and no IDLE."""
        return not (self.closed or self._turn.locked() or self._connection.busy)

    def close(self) -> None:
        """Close the connection at once."""
        self._connection.close()

    def _heard(self, said: Untagged) -> None:
        if isinstance(said, Condition):
            self._note(said.code)
        elif isinstance(said, Capability):
            self.capabilities = said.capabilities
            self._told = True
        elif isinstance(said, Enabled):
            self.enabled |= said.names
        elif isinstance(said, _EVENTS) and self.on_event is not None:
            self.on_event(said)

    def _note(self, code: ResponseCode) -> None:
        if code.name == "CAPABILITY":
            words = (atom if isinstance(atom, bytes) else str(atom).encode() for atom in code.arguments)
            self.capabilities = parse_capabilities(b" ".join(words))
            self._told = True
        elif code.name == "NOTIFICATIONOVERFLOW" and self.on_event is not None:
            self.on_event(NotificationOverflow())

    def _ended(self, error: ConnectionLost | None) -> None:
        if error is not None and self.on_lost is not None:
            self.on_lost(error)

    def _need(self, extension: Extension) -> None:
        if extension not in self.capabilities:
            raise NotOffered(f"the server has no {extension}")

    def _mailbox(self, name: str) -> Part:
        return mailbox(name, utf8=self._connection.utf8)

    async def _run(
        self, name: str, *parts: Part, take: Take | None = None, reply: Reply | None = None
    ) -> Condition:
        """A command; raises CommandFailed where it does not end with OK."""
        async with self._turn:
            return await self._run_now(name, *parts, take=take, reply=reply)

    async def _run_now(
        self, name: str, *parts: Part, take: Take | None = None, reply: Reply | None = None
    ) -> Condition:
        """The same for those who have the turn."""
        await self._end_idle()
        condition = await self._connection.run(name, parts, take, reply)
        self._note(condition.code)
        return checked(name, condition)

    async def _end_of(self, name: str, *parts: Part, take: Take) -> Condition:
        """A command's end, whatever it is."""
        async with self._turn:
            await self._end_idle()
            return await self._connection.run(name, parts, take)

    async def _run_all(
        self, name: str, commands: Sequence[Sequence[Part]], take: Take | None = None
    ) -> list[Condition]:
        """Commands of one name at once; their ends, whatever they are."""
        async with self._turn:
            await self._end_idle()
            return await self._connection.run_all(name, commands, take)

    async def _end_idle(self) -> None:
        command, self._idle = self._idle, None
        if command is not None:
            await self._connection.end_idle(command)
