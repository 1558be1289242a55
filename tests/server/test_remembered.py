"""How long it is remembered what a device asked for: longer than a weekend, and not for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from overair.devices.remembered import Kind, recall, remember
from overair.storage.interface import Transaction
from support.asynchronous import run
from sync.world import world

FRIDAY = datetime(2026, 3, 6, 17, tzinfo=UTC)


def test_what_was_sent_is_known_for_three_days(tmp_path: Path) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            device = (await there.partner()).device_key

            async def knows(name: str) -> bool:
                async def look(transaction: Transaction) -> bool:
                    return await recall(transaction, device, Kind.SEND_MAIL, name) is not None

                return await there.storage.database.read(look)

            async def send(name: str) -> None:
                await there.storage.database.write(
                    lambda transaction: remember(transaction, device, Kind.SEND_MAIL, name)
                )

            with time_machine.travel(FRIDAY, tick=False) as clock:
                await send("first")
                clock.shift(timedelta(days=2, hours=23))
                await send("second")
                assert await knows("first")
                clock.shift(timedelta(hours=2))
                await send("third")
                assert [await knows(name) for name in ("first", "second", "third")] == [False, True, True]

    run(work())
