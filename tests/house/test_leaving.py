"""SIGTERM answers every waiting phone, finishes what runs and leaves within 5 seconds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from house.crowd import SETTINGS, Crowd, crowd, inhabited
from support.asynchronous import run
from support.house import House

SECONDS = 5.0
PHONES = 1000


async def restart(people: Crowd) -> float:
    """A restart with letters before, during and after it; returns the seconds until the server had left."""
    house = people.house
    await people.all_waiting()
    await people.deliver("before")
    leaving = asyncio.create_task(asyncio.to_thread(house.terminate))
    during = asyncio.create_task(people.insist("during"))
    seconds = await leaving
    await asyncio.to_thread(house.start)
    await during
    await people.deliver("after")
    await people.all_told(3)
    await people.all_waiting()
    return seconds


def test_a_restart_under_1000_phones_loses_and_doubles_nothing(tmp_path: Path) -> None:
    house = House(tmp_path / "data", tls=True, settings=SETTINGS)
    accounts = inhabited(house, PHONES)

    async def work() -> None:
        with house:
            async with crowd(house, accounts, PHONES) as people:
                assert await restart(people) < SECONDS

    run(work())


@pytest.mark.parametrize("tls", [False, True])
def test_every_waiting_phone_is_answered(tmp_path: Path, tls: bool) -> None:
    house = House(tmp_path / "data", tls=tls, settings=SETTINGS)
    accounts = inhabited(house, 100)

    async def work() -> None:
        with house:
            async with crowd(house, accounts, 100) as people:
                await people.all_waiting()
                people.forget_ends()
                assert await asyncio.to_thread(house.terminate) < SECONDS
                # Status 1: nothing changed, ask again.
                assert people.ends["Ping 1"] == 100
                assert set(people.ends) <= {"Ping 1", "cut"}

    run(work())


@pytest.mark.full
@pytest.mark.parametrize("phones", [2000, 5000])
def test_it_leaves_in_time_under_more_phones(tmp_path: Path, phones: int) -> None:
    house = House(tmp_path / "data", tls=True, settings=SETTINGS)
    accounts = inhabited(house, phones)

    async def work() -> None:
        with house:
            async with crowd(house, accounts, phones) as people:
                await people.all_waiting()
                assert await asyncio.to_thread(house.terminate) < SECONDS
                house.start()
                await people.deliver("after")
                await people.all_told(1)

    run(work())
