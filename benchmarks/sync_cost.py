"""What an empty Sync costs the server, on a small folder and on one a hundred times as large."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure
from benchmarks.filling import Filling
from benchmarks.phone import Account, Phone
from benchmarks.servers import Running, overair
from overair.protocol.body_preferences import BodyPreference, BodyType

SMALL: Final = 2_000
LARGE: Final = 200_000
SYNCS: Final = 400
"""Empty Syncs in a round: over a second of CPU, which /proc tells to 10 ms."""
ROUNDS: Final = 5
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


def measure(say: Callable[[str], None]) -> list[Figure]:
    """The cost on the large folder and its ratio to that on the small one."""
    with tempfile.TemporaryDirectory() as folder:
        say(f"filling folders of {SMALL:,} and {LARGE:,} messages")
        accounts = asyncio.run(_fill(Path(folder)))
        with overair(Path(folder)) as server:
            say("a first Sync of both, then empty ones")
            small, large = asyncio.run(_compare(server, accounts))
    return [
        Figure(f"empty Sync, {LARGE:,} against {SMALL:,} items: CPU ratio", large / small, "", 1.2, False),
        Figure(f"CPU per empty Sync, {LARGE:,} items, over TLS", 1000 * large, "ms", 3, False),
        Figure(f"CPU per empty Sync, {SMALL:,} items, over TLS", 1000 * small, "ms", None, False),
    ]
