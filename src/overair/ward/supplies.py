"""What several wards share, since it is dear to make: the healthy Overair and the authority."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from overair.doctor.complaint import Place
from overair.ward.certificates import Authority
from overair.ward.overair_server import Overair, overair_server
from overair.ward.ports import Addresses

PREFIX: Final = "overair-ward-"


class Supplies:
    """An async context manager; wards that are given it may run side by side::

    async with Supplies() as supplies:
        async with Ward(supplies) as ward: ...
    """

    def __init__(self) -> None:
        # Short: the path of a socket has a hundred characters.
        self.folder: Final = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.folder.chmod(0o755)  # what is secret in it has a mode of its own
        self.authority: Final = Authority(self._made("authority"))
        self.other_authority: Final = Authority(self._made("other"), "Nobody's")
        """One whose root nobody trusts."""
        self.addresses: Final = Addresses()
        self.patients: Final = count(1)
        self._rooms: Final = count(1)
        self._around: Final = contextlib.AsyncExitStack()
        self._overair: asyncio.Task[Overair] | None = None

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    def room(self) -> Path:
        """A new folder."""
        return self._made(str(next(self._rooms)))

    async def overair(self) -> Overair:
        """The healthy Overair, started when it is asked for first."""
        if self._overair is None:
            self._overair = asyncio.create_task(self._started())
        return await asyncio.shield(self._overair)

    async def _started(self) -> Overair:
        server = overair_server(self.room() / "data", Place(self.addresses.next(), 0))
        return await self._around.enter_async_context(server)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._around.aclose()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
