"""The control socket: administration of a running server by commands on the same machine.

A connection carries JSON lines: a request of server/administration.py, then its answer, and so on
until the command closes it. Whoever may open the socket (mode 0600) may administrate.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import msgspec
import structlog

from overair.server.administration import CONTROL_SOCKET, LINE_LIMIT, Answer, Refused, Request
from overair.server.administrator import Administrator
from overair.server.context import Services
from overair.sockets import unix_listener

SOCKET_MODE: Final = 0o600

_log = structlog.get_logger("overair.control")
_requests: Final[msgspec.json.Decoder[Request]] = msgspec.json.Decoder(Request)


class ControlServer:
    """Listens in a data directory and carries out what commands ask."""

    def __init__(self, services: Services, directory: Path) -> None:
        self._services = services
        self.path: Final = directory / CONTROL_SOCKET
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. Raises OSError, for a path that is too long for a socket, too."""
        listener = unix_listener(self.path, SOCKET_MODE)
        self._server = await asyncio.start_unix_server(self._accept, sock=listener, limit=LINE_LIMIT)

    def stop(self) -> None:
        """Listen no more and end the connections; a transaction under way is finished by the store."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self.path.unlink(missing_ok=True)
        for connection in self._connections:
            connection.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        administrator = Administrator(self._services)
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(await _answer(administrator, line)) + b"\n")
                await writer.drain()
        except (ValueError, ConnectionError) as error:
            _log.warning("control connection broken", error=str(error))
        except asyncio.CancelledError:
            _log.info("control connection ended by the server's leave")
        finally:
            writer.close()


async def _answer(administrator: Administrator, line: bytes) -> Answer:
    try:
        request = _requests.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Refused(f"not a request: {error}")
    try:
        return await administrator.perform(request)
    except Exception:
        _log.exception("request failed", operation=type(request).__name__)
        return Refused("the server failed at it; its log says why")
