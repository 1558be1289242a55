"""SIGTERM answers every waiting phone, finishes what runs and leaves within 5 seconds."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from house.crowd import PASSWORD, SETTINGS, Crowd, crowd, deliver, inhabited
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.sync import CollectionRequest, CollectionResponse, SyncRequest, SyncResponse
from support.asynchronous import run
from support.house import House
from support.phone import Phone

SECONDS = 5.0
PHONES = 200, 1000
SYNCS = 5


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


@pytest.mark.timeout(300)
@pytest.mark.parametrize("phones", [PHONES[0], pytest.param(PHONES[1], marks=pytest.mark.full)])
def test_a_restart_under_waiting_phones_loses_and_doubles_nothing(tmp_path: Path, phones: int) -> None:
    house = House(tmp_path / "data", tls=True, settings=SETTINGS)
    accounts = inhabited(house, phones)

    async def work() -> None:
        with house:
            async with crowd(house, accounts, phones) as people:
                assert await restart(people) < SECONDS

    run(work())


def test_a_sync_that_waits_is_answered_and_its_key_goes_on(tmp_path: Path) -> None:
    house = House(tmp_path / "data", settings=SETTINGS)
    [address] = inhabited(house, SYNCS)

    def exchange(
        phone: Phone, key: str, heartbeat: int | None = None
    ) -> tuple[bytes, tuple[CollectionResponse, ...]]:
        collection = CollectionRequest(sync_key=key, collection_id=inbox)
        answer = phone.post(
            Command.SYNC, SyncRequest(collections=(collection,), heartbeat_interval=heartbeat)
        )
        assert answer.status == 200, answer
        return answer.body, answer.read(SyncResponse).collections if answer.body else ()

    with house, ThreadPoolExecutor(SYNCS) as threads:
        phones = [
            Phone(house, address=address, password=PASSWORD.encode(), device_id=f"sync{number}")
            for number in range(SYNCS)
        ]
        inbox = phones[0].folders()[FolderType.INBOX].server_id
        keys = [exchange(phone, "0")[1][0].sync_key for phone in phones]
        waits = [threads.submit(exchange, phone, key, 900) for phone, key in zip(phones, keys, strict=True)]
        time.sleep(1)
        assert not any(wait.done() for wait in waits)
        assert house.terminate() < SECONDS
        # Empty: nothing changed.
        assert [wait.result() for wait in waits] == [(b"", ())] * SYNCS
        house.start()
        assert deliver(house, [address], "after") == []
        for phone, key in zip(phones, keys, strict=True):
            [collection] = exchange(phone, key)[1]
            assert len(collection.commands) == 1


@pytest.mark.parametrize("tls", [pytest.param(False, marks=pytest.mark.full), True])
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
