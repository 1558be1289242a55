"""A healthy Overair in this process: the real application behind the real serving."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from overair.directory.interface import User
from overair.doctor.complaint import Place
from overair.push.hub import WaitingRequest, WaitingTable
from overair.server.app import Application, build
from overair.server.listening import Listening, bind
from overair.server.serving import Server, configure
from overair.server.settings import load
from overair.storage.url import SQLITE
from overair.ward.programs import DidNotStart

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
MINUTE: Final = 60.0


class _Waiting(WaitingRequest):
    """A waiting request of somebody whose minutes may be shorter."""

    __slots__ = ("_minute",)

    def __init__(
        self, hub: WaitingTable, account_id: int, device_key: str, folder_ids: Collection[str]
    ) -> None:
        super().__init__(hub, account_id, device_key, folder_ids)
        minutes = hub.minutes if isinstance(hub, HastyTable) else {}
        self._minute = minutes.get(account_id, MINUTE)

    async def wait(self, timeout: float) -> bool:
        return await super().wait(timeout * self._minute / MINUTE)


class HastyTable(WaitingTable):
    """The table of waiting requests; a heartbeat of some accounts runs faster than the clock."""

    __slots__ = ("minutes",)

    request = _Waiting

    def __init__(self) -> None:
        super().__init__()
        self.minutes: dict[int, float] = {}
        """Seconds of a minute, by account."""


@dataclass(frozen=True)
class Overair:
    """A server that runs; its users are added by the ward."""

    place: Place
    """Where it speaks plain HTTP for a proxy, or HTTPS where it has a certificate."""
    application: Application
    _table: HastyTable

    async def admit(self, address: str, password: str, minute: float = MINUTE) -> User:
        """Make an account, whose heartbeats run in minutes of so many seconds."""
        user = await self.application.directory.add_user(address, password, "Anna of the Ward")
        self._table.minutes[user.account_id] = minute
        return user


class _QuietServer(Server):
    """A server that leaves signals to whoever runs the ward."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def overair_server(
    folder: Path,
    place: Place,
    tls: ssl.SSLContext | None = None,
    settings: Mapping[str, object] | None = None,
) -> AsyncIterator[Overair]:
    """Serve a new data directory at an address until the block ends; port 0 takes a free one.

    ``settings`` are those of overair.toml, dotted (``{"policy.required": True}``). Raises SettingsError,
    DidNotStart, OSError.
    """
    usual = {
        "domain": "ward.test",
        "url": "https://mail.ward.test",
        "trusted_proxies": list(LOOPBACK),
        "database.url": SQLITE,  # never the one that the environment names
    }
    known = load(None, **{"data_dir": str(folder), "delivery.lmtp": "", **usual, **(settings or {})})
    table = HastyTable()
    application = build(known, hub=table)
    listening = Listening(host=place.address, port=place.port, tls=tls, trusted_proxies=LOOPBACK)
    sockets = bind(listening)
    started = asyncio.Event()
    server = _QuietServer(configure(application, listening), table.end_waits, lambda _port: started.set())
    serving = asyncio.create_task(server.serve(list(sockets)))
    try:
        waiting = asyncio.create_task(started.wait())
        await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not started.is_set():
            raise DidNotStart("Overair did not start")
        port = int(sockets[0].getsockname()[1])
        yield Overair(Place(place.address, port), application, table)
    finally:
        server.should_exit = True
        await serving
        for listener in sockets:
            listener.close()
