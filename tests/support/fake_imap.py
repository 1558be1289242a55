"""An IMAP server on loopback that says what a test wants: what real ones do not do."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from overair.imap.server import Bounds, Security, Server, Timeouts

TAG: Final = b"<tag>"
"""Stands for the command's tag in answers."""
CUT: Final = b"<cut>"
"""Ends the connection where it stands in an answer."""
LITERAL: Final = re.compile(rb"\{(\d+)(\+?)\}\Z")
OK: Final = TAG + b" OK done\r\n"
CAPABILITIES: Final = b"IMAP4rev1 SASL-IR AUTH=PLAIN LITERAL+ UIDPLUS ENABLE CONDSTORE QRESYNC IDLE ESEARCH"
SELECTED: Final = (
    b"* FLAGS (\\Seen \\Deleted)\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] x\r\n* 3 EXISTS\r\n"
    b"* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 9] x\r\n* OK [HIGHESTMODSEQ 88] x\r\n"
    b"<tag> OK [READ-WRITE] x\r\n"
)

Answer = bytes | Callable[[bytes], bytes]
"""What is said to a command, or what gives it for the rest of the command's line."""


@dataclass
class FakeImap:
    """What it says to each command (its first words), and what it was told."""

    answers: Mapping[bytes, Answer] = field(default_factory=dict)
    greeting: bytes = b"* OK [CAPABILITY " + CAPABILITIES + b"] hello\r\n"
    said: list[bytes] = field(default_factory=list)
    """Every line and literal that came, without tags."""
    connections: int = 0
    port: int = 0

    def server(self, silence: float = 20, bounds: Bounds | None = None) -> Server:
        """Where it is."""
        timeouts = Timeouts(connect=20, login=20, silence=silence)
        return Server("127.0.0.1", self.port, Security.NONE, timeouts=timeouts, bounds=bounds or Bounds())

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            going = self._say(writer, self.greeting, b"")
            tag = b""
            while going and (line := await reader.readline()):
                if line == b"DONE\r\n":
                    rest = b"DONE"  # the tag is that of IDLE
                else:
                    tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
                going = self._say(writer, self._answer(await self._whole(rest, reader, writer)), tag)
        writer.close()

    async def _whole(self, rest: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """A command with its literals in it."""
        whole = rest
        while found := LITERAL.search(rest):
            if not found[2]:
                writer.write(b"+ go on\r\n")
            whole += b"\r\n" + await reader.readexactly(int(found[1]))
            rest = (await reader.readline()).rstrip(b"\r\n")
            whole += rest
        self.said.append(whole)
        return whole

    def _answer(self, command: bytes) -> bytes:
        known: dict[bytes, Answer] = {**DEFAULTS, **self.answers}
        words = command.upper().split(b" ")
        for name in (b" ".join(words[:2]), words[0]):
            if name in known:
                answer = known[name]
                return answer if isinstance(answer, bytes) else answer(command)
        return TAG + b" BAD what?\r\n"

    def _say(self, writer: asyncio.StreamWriter, answer: bytes, tag: bytes) -> bool:
        before, cut, _ = answer.partition(CUT)
        writer.write(before.replace(TAG, tag))
        return not cut


DEFAULTS: Final[dict[bytes, Answer]] = {
    b"CAPABILITY": b"* CAPABILITY " + CAPABILITIES + b"\r\n" + OK,
    b"AUTHENTICATE": TAG + b" OK [CAPABILITY " + CAPABILITIES + b"] in\r\n",
    b"LOGIN": OK,
    b"ENABLE": lambda command: b"* ENABLED" + command[6:] + b"\r\n" + OK,
    b"SELECT": SELECTED,
    b"NOOP": OK,
    b"DONE": OK,
    b"LOGOUT": b"* BYE then\r\n" + OK + CUT,
}


@contextlib.asynccontextmanager
async def fake_imap(fake: FakeImap, context: ssl.SSLContext | None = None) -> AsyncIterator[FakeImap]:
    """Let it listen; over TLS with a ``context``."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await fake.talk(reader, writer)
        finally:
            tasks.discard(task)

    listener = await asyncio.start_server(accept, "127.0.0.1", fake.port, ssl=context, limit=2**20)
    fake.port = int(listener.sockets[0].getsockname()[1])
    try:
        yield fake
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
