"""A step of the wall clock, forwards or backwards: who waits, logs in, syncs or sends notices nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from house.crowd import inhabited
from house.resident import household, refusal
from overair.client import StatusError
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import CommonStatus
from support.asynchronous import run
from support.house import House

HOUR = 3600
YEAR = 365 * 24 * HOUR
PHONES = 5
FILTER_ALL, FILTER_WEEK = 0, 3


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(3 * YEAR, marks=pytest.mark.full),
        -3 * YEAR,
        pytest.param(2 * HOUR, marks=pytest.mark.full),
        pytest.param(-2 * HOUR, marks=pytest.mark.full),
    ],
)
def test_a_step_disturbs_nobody(tmp_path: Path, seconds: int) -> None:
    house = House(tmp_path / "data", own_clock=True)
    [address] = inhabited(house, PHONES)

    async def work() -> None:
        async with household(house, address, PHONES) as (people, somebody):
            await people.deliver("before")
            await people.all_told(1)
            await people.all_waiting()
            people.forget_ends()
            cpu = house.cpu_seconds()
            house.step_clock(seconds)
            await asyncio.sleep(2)
            assert house.cpu_seconds() - cpu < 1.0
            assert people.waiting == PHONES
            assert not people.ends
            for name, errand in somebody.errands().items():
                assert await refusal(errand) == "", name
            await people.all_told(3)
            house.step_clock(0)  # and back
            await people.deliver("after")
            await people.all_told(4)
            await people.all_waiting()
            assert set(people.ends) == {"Ping 2"}
            # What the phone repeats, having heard no answer, is known over both steps.
            with pytest.raises(StatusError) as repeated:
                await somebody.errands()["letter"]()
            assert repeated.value.status == CommonStatus.MESSAGE_PREVIOUSLY_SENT
            await asyncio.to_thread(house.terminate)
            house.start()
            await people.all_waiting()
            await people.all_told(4)
            found = await somebody.found()
            letters = ("before", "sent", "delivered", "after")
            assert found[FolderType.INBOX] == Counter(letters)
            assert found[FolderType.SENT_ITEMS] == Counter({"sent": 1})
            assert found[FolderType.DRAFTS] == Counter({"draft": 1})
            assert found[FolderType.CONTACTS] == Counter({"Ada": 1})

    run(work())
