"""How fast a first Sync goes: the server on one core, the phones on another."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.figures import Figure
from benchmarks.filling import Filling
from benchmarks.phone import CALENDAR, INBOX, Account, Phone
from benchmarks.processes import cores
from benchmarks.servers import Running, overair
from overair.protocol.body_preferences import BodyPreference, BodyType

MESSAGES: Final = 2_000
EVENTS: Final = 1_000
WINDOW: Final = 100
PHONES: Final = 2
"""At once, so that the server has work while a phone reads an answer."""
ROUNDS: Final = 3


class Case(msgspec.Struct, frozen=True):
    """What is asked for, and the items a second that are wanted."""

    name: str
    items: int
    preference: BodyPreference
    target: float
    folder_type: int = INBOX


CASES: Final = (
    Case(
        f"{MESSAGES:,} messages, text bodies cut at 512 bytes",
        MESSAGES,
        BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=512),
        3000,
    ),
    Case(
        f"{MESSAGES:,} messages, HTML bodies cut at 32 KB",
        MESSAGES,
        BodyPreference(type=BodyType.HTML, truncation_size=32 * 1024),
        1500,
    ),
    Case(
        f"{EVENTS:,} events, a fifth of them series with exceptions",
        EVENTS,
        BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=32 * 1024),
        2000,
        CALENDAR,
    ),
)


async def _fill(path: Path) -> Account:
    async with Filling(path) as filling:
        account = await filling.add_account("anna")
        await filling.add_letters(account, MESSAGES)
        await filling.add_events(account, EVENTS)
    return account


async def _first_syncs(
    server: Running, account: Account, case: Case, devices: list[str]
) -> tuple[float, float]:
    """Items a second by the clock, and by the CPU that the server used."""
    phones = [Phone(server.place, account, device, case.folder_type) for device in devices]
    for phone in phones:
        await phone.connect()
        await phone.folder_sync()
    cpu, clock = server.cpu_seconds(), time.monotonic()
    told = await asyncio.gather(*(phone.sync_all(WINDOW, case.preference) for phone in phones))
    clock, cpu = time.monotonic() - clock, server.cpu_seconds() - cpu
    for phone in phones:
        phone.close()
    if told != [case.items] * len(phones):
        raise RuntimeError(f"{told} items were told instead of {case.items} each")
    return sum(told) / clock, sum(told) / cpu


async def _measure_case(server: Running, account: Account, case: Case) -> tuple[float, float]:
    """The best of the rounds; every round has devices of its own."""
    place = CASES.index(case)
    rounds = [
        await _first_syncs(server, account, case, [f"case{place}x{count}x{phone}" for phone in range(PHONES)])
        for count in range(ROUNDS)
    ]
    return max(clock for clock, _ in rounds), max(cpu for _, cpu in rounds)


@contextlib.contextmanager
def _on_core(core: int) -> Iterator[None]:
    """Run this process on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def measure(say: Callable[[str], None]) -> list[Figure]:
    """Items a second for each case."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        say(f"writing {MESSAGES:,} messages of 2 to 200 KB, and {EVENTS:,} events")
        account = asyncio.run(_fill(Path(folder)))
        ours, *_, theirs = [*cores(), cores()[0]] if len(cores()) == 1 else cores()
        with overair(Path(folder), core=theirs) as server, _on_core(ours):
            for case in CASES:
                say(f"first Sync, {case.name}")
                clock, cpu = asyncio.run(_measure_case(server, account, case))
                name = f"first Sync of {case.name}, one core, over TLS"
                figures.append(Figure(name, clock, "items/s", case.target, True))
                figures.append(Figure("the same by the server's CPU time", cpu, "items/s", None, True))
    return figures
