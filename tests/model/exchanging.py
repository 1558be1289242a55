"""A request of the model over HTTP/1.1, on a connection of its own, and what may become of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Final

import h11

from model.drive import Answer, Fate
from overair.protocol.http import PATH, Request

CHUNK: Final = 64 * 1024
HEAD_END: Final = b"\r\n\r\n"


class Failed(Exception):
    """The connection ended before the answer did."""


class AskedOverHttp:
    """A request on its way."""

    def __init__(self, port: int, request: Request, fate: Fate, *, waits: bool) -> None:
        self.waits = waits
        self.begun = asyncio.get_running_loop().time()
        self._answer: Answer | None = None
        self._fate = fate
        self.task = asyncio.create_task(self._ask(port, request))

    @property
    def done(self) -> bool:
        return self.task.done()

    @property
    def answer(self) -> Answer | None:
        if self.task.done() and not self.task.cancelled():
            self.task.result()  # what is raised here is a defect
        return self._answer

    def hang_up(self) -> None:
        self.task.cancel()

    async def _ask(self, port: int, request: Request) -> None:
        # A server that was killed refuses, resets or just ends the connection.
        with contextlib.suppress(OSError, EOFError, Failed):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                self._answer = await self._exchange(reader, writer, request)
            finally:
                writer.transport.abort()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request
    ) -> Answer | None:
        connection = h11.Connection(h11.CLIENT)
        body = request.body
        headers = {"Host": "127.0.0.1", "Content-Length": str(len(body)), "Connection": "close"}
        target = f"{PATH}?{request.to_query()}"
        head = h11.Request(method="POST", target=target, headers=[*(headers | request.to_headers()).items()])
        writer.write(connection.send(head) or b"")
        if self._fate is Fate.REQUEST_CUT:
            writer.write(body[: len(body) // 2])
            await writer.drain()
            return None
        writer.write(connection.send(h11.Data(data=body)) or b"")
        writer.write(connection.send(h11.EndOfMessage()) or b"")
        if self._fate is Fate.ANSWER_CUT:
            await reader.readuntil(HEAD_END)
            await reader.read(1)
            return None
        answer = await _read(reader, connection)
        return None if self._fate is Fate.ANSWER_LOST else answer


async def _read(reader: asyncio.StreamReader, connection: h11.Connection) -> Answer:
    """The whole answer. Raises Failed."""
    status, headers, body = 0, dict[str, str](), b""
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(CHUNK))
            case h11.Response() as head:
                status = head.status_code
                headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
            case h11.Data(data=data):
                body += data
            case h11.EndOfMessage():
                return Answer(status, body, headers)
            case h11.ConnectionClosed():
                raise Failed


async def ended(asked: Iterable[AskedOverHttp], seconds: float) -> bool:
    """Wait for some requests; whether all of them came to their end."""
    tasks = [one.task for one in asked if not one.done]
    return not tasks or not (await asyncio.wait(tasks, timeout=seconds))[1]
