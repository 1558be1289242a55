"""What an empty Sync costs the server, on a small folder and on one a hundred times as large."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure
from benchmarks.filling import Filling
from benchmarks.phone import Account, Phone
from benchmarks.postgresql import is_installed, running, used
from benchmarks.servers import Running, overair
from overair.protocol.body_preferences import BodyPreference, BodyType

SMALL: Final = 2_000
LARGE: Final = 200_000
SYNCS: Final = 400
"""Empty Syncs in a round: over a second of CPU, which /proc tells to 10 ms."""
ROUNDS: Final = 5
TURNS: Final = 10
"""Rounds on each database, which take turns."""
SHORT: Final = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=100)


async def _fill(path: Path) -> list[Account]:
    async with Filling(path) as filling:
        accounts = [await filling.add_account(name) for name in ("small", "large")]
        for account, number in zip(accounts, (SMALL, LARGE), strict=True):
            await filling.add_copies(account, number)
    return accounts


async def _cpu_of_empty_syncs(server: Running, phone: Phone) -> float:
    """CPU seconds of the server per Sync that finds nothing new."""
    before = server.cpu_seconds()
    for _ in range(SYNCS):
        count, more = await phone.sync()
        if count or more:
            raise RuntimeError("a Sync that should be empty was not")
    return (server.cpu_seconds() - before) / SYNCS


async def _compare(server: Running, accounts: list[Account]) -> tuple[float, float]:
    """The least CPU of all rounds on the small folder and on the large one; the rounds take turns."""
    phones = [Phone(server.place, account, "benchmark") for account in accounts]
    for phone, number in zip(phones, (SMALL, LARGE), strict=True):
        await phone.connect()
        await phone.folder_sync()
        told = await phone.sync_all(512, SHORT)
        if told != number:
            raise RuntimeError(f"{told} of {number} items were told")
    rounds = [[await _cpu_of_empty_syncs(server, phone) for phone in phones] for _ in range(ROUNDS)]
    small, large = (min(costs) for costs in zip(*rounds, strict=True))
    for phone in phones:
        phone.close()
    return small, large


async def _add_account(path: Path) -> Account:
    async with Filling(path) as filling:
        account = await filling.add_account("small")
        await filling.add_copies(account, SMALL)
    return account


class _Side:
    """A server on one of the databases, and a phone that has nothing new to hear from it."""

    def __init__(self, server: Running, account: Account, others: Callable[[], float]) -> None:
        self._server: Final = server
        self._others: Final = others
        self._phone: Final = Phone(server.place, account, "benchmark")
        self._rounds: Final[list[tuple[float, ...]]] = []

    async def begin(self) -> None:
        """Bring the phone up to date."""
        await self._phone.connect()
        await self._phone.folder_sync()
        await self._phone.sync_all(512, SHORT)

    async def round(self) -> None:
        """Some empty Syncs."""
        begun, before = time.perf_counter(), self._others()
        own = await _cpu_of_empty_syncs(self._server, self._phone)
        seconds = (time.perf_counter() - begun) / SYNCS
        self._rounds.append((own, own + (self._others() - before) / SYNCS, seconds))

    def end(self) -> tuple[float, ...]:
        """The medians of all rounds: CPU seconds of the server, of it and the database's, and seconds."""
        self._phone.close()
        return tuple(statistics.median(values) for values in zip(*self._rounds, strict=True))


async def _take_turns(sides: list[_Side]) -> list[tuple[float, ...]]:
    """What a Sync costs on each side; both have the machine's slow moments and its fast ones."""
    for side in sides:
        await side.begin()
    for _ in range(TURNS):
        for side in sides:
            await side.round()
    return [side.end() for side in sides]


def _on_both_databases(say: Callable[[str], None]) -> list[Figure]:
    """What an empty Sync costs with PostgreSQL, against SQLite; nothing where PostgreSQL is missing."""
    if not is_installed():
        say("PostgreSQL is not installed: not measured")
        return []
    say("empty Syncs with SQLite and with PostgreSQL")
    with contextlib.ExitStack() as stack:
        url, others = stack.enter_context(running())
        sides: list[_Side] = []
        databases: list[tuple[str, Callable[[], float]]] = [("", lambda: 0.0), (url, others)]
        for database, cpu in databases:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            with used(database):
                account = asyncio.run(_add_account(Path(folder)))
                server = stack.enter_context(overair(Path(folder)))
            sides.append(_Side(server, account, cpu))
        sqlite, postgresql = asyncio.run(_take_turns(sides))
    kinds = ("CPU of the server", "CPU of all processes", "seconds")
    targets = (1.5, None, None)
    return [
        Figure(f"empty Sync, PostgreSQL against SQLite: {kind}, ratio", theirs / own, "", target, False)
        for kind, own, theirs, target in zip(kinds, sqlite, postgresql, targets, strict=True)
    ]


def measure(say: Callable[[str], None]) -> list[Figure]:
    """The cost on the large folder and its ratio to that on the small one."""
    with tempfile.TemporaryDirectory() as folder:
        say(f"filling folders of {SMALL:,} and {LARGE:,} messages")
        accounts = asyncio.run(_fill(Path(folder)))
        with overair(Path(folder)) as server:
            say("a first Sync of both, then empty ones")
            small, large = asyncio.run(_compare(server, accounts))
    on_both = _on_both_databases(say)
    return [
        Figure(f"empty Sync, {LARGE:,} against {SMALL:,} items: CPU ratio", large / small, "", 1.2, False),
        Figure(f"CPU per empty Sync, {LARGE:,} items, over TLS", 1000 * large, "ms", 3, False),
        Figure(f"CPU per empty Sync, {SMALL:,} items, over TLS", 1000 * small, "ms", None, False),
        *on_both,
    ]
