"""The command's end of the control socket (server/control.py)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from overair.server.administration import CONTROL_SOCKET, LINE_LIMIT, Answer, Request

_answers: Final[msgspec.json.Decoder[Answer]] = msgspec.json.Decoder(Answer)


class ControlClient:
    """Has requests performed in the running server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, directory: Path) -> ControlClient:
        """Raises FileNotFoundError or ConnectionRefusedError where no server runs, and OSError."""
        reader, writer = await asyncio.open_unix_connection(directory / CONTROL_SOCKET, limit=LINE_LIMIT)
        return cls(reader, writer)

    async def perform(self, request: Request) -> Answer:
        """Have a request carried out. Raises ConnectionError when the server went away."""
        self._writer.write(msgspec.json.encode(request) + b"\n")
        await self._writer.drain()
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the server went away")
        return _answers.decode(line)

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        await self._writer.wait_closed()
