"""A store of bytes in memory that counts what is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

NOW: Final = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Memory:
    """A store of bytes that counts what is read."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.taken = 0

    def put(self, data: bytes) -> str:
        self.blobs[str(len(self.blobs))] = data
        return str(len(self.blobs) - 1)

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        data = self.blobs[key][offset : None if length is None else offset + length]
        self.taken += len(data)
        return data
