"""The database gone, locked or full, and the disk under the messages: come later, and then all goes on."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import aiohttp
import pytest

from house.crowd import PASSWORD, Crowd, inhabited
from house.resident import Resident, household, refusal
from overair.mailboxes.interface import FolderType
from overair.protocol.http import PATH, Command, Credentials
from overair.protocol.ping import PingFolder, PingRequest
from overair.versions import Version
from support.asynchronous import run
from support.databases import DEFAULT, POSTGRESQL, of_a_file
from support.house import House
from support.phone import Phone
from support.small_disk import SmallDisk

Fault = Callable[[House], AbstractContextManager[None]]
LITTLE = 32 * 1024
"""Bytes of a file when the disk takes no more: the log still fits, what the resident writes does not."""
PHONES = 5
HELD_SECONDS = 3.0

FAULTS: dict[str, Fault] = {
    "database gone": lambda house: house.without(house.database),
    "database locked": lambda house: house.locked_database(),
    "messages gone": lambda house: house.without(house.data_dir / "blobs"),
    "no room": lambda house: house.short_files(LITTLE),
}
"""Each lasts as long as the block."""
WITHOUT_ROOM = {"draft", "letter", "delivery"} | ({"contact"} if DEFAULT != POSTGRESQL else set())
"""What a full disk refuses: a contact is in the database alone, and PostgreSQL has a disk of its own."""
REFUSED = {
    "database gone": {"contact", "draft", "letter", "delivery"},
    "database locked": {"contact", "draft", "letter", "delivery"},
    "messages gone": {"draft", "letter", "delivery"},
    "no room": WITHOUT_ROOM,
}


async def options(house: House, address: str) -> float:
    """Ask what the server offers; returns the seconds until it said so."""
    begun = time.monotonic()
    headers = {"Authorization": Credentials(address, PASSWORD.encode()).to_header()}
    async with (
        aiohttp.ClientSession() as session,
        session.options(house.url + PATH, headers=headers) as answer,
    ):
        assert answer.status == 200
    return time.monotonic() - begun


async def suffer(people: Crowd, somebody: Resident, fault: AbstractContextManager[None]) -> dict[str, str]:
    """Try everything under a fault and again after it; returns how it was refused."""
    house = people.house
    since = house.log_length
    with fault:
        errands = somebody.errands()
        refusals = dict(zip(errands, await asyncio.gather(*map(refusal, errands.values())), strict=True))
        # What needs no disk is answered, and nobody who waits is disturbed; for a letter they come.
        await options(house, people.accounts[0])
        if refusals["letter"] and refusals["delivery"]:
            assert people.waiting == PHONES
    for name, errand in somebody.errands().items():
        if refusals[name]:
            assert await refusal(errand) == "", name
    await people.all_told(2)  # the letter and the delivery
    await people.all_waiting()
    assert set(people.ends) <= {"Ping 2"}
    assert not [line for line in house.log(since) if "exception" in line or "Traceback" in line["event"]]
    return refusals


@pytest.mark.parametrize(
    ("name", "version"),
    [
        pytest.param(
            name,
            version,
            id=f"{name} {version.text}",
            marks=([pytest.mark.full] if heavy else []) + ([of_a_file] if name == "database gone" else []),
        )
        for name in FAULTS
        for version in (Version.V12_1, Version.V16_1)
        # Whoever writes under a lock waits for ten seconds, one after the other.
        for heavy in [name == "database locked" or version < Version.V16_1]
    ],
)
def test_what_cannot_be_written_is_tried_again(tmp_path: Path, name: str, version: Version) -> None:
    house = House(tmp_path / "data")
    [address] = inhabited(house, PHONES)

    async def work() -> None:
        async with household(house, address, PHONES, version) as (people, somebody):
            refusals = await suffer(people, somebody, FAULTS[name](house))
            assert {errand for errand, how in refusals.items() if how} == REFUSED[name] & set(refusals)
            await expect_once(somebody, version)
        if name.startswith("database"):
            assert house.events("the database works again")
            # One line for reading and one for writing, however many fail.
            assert 1 <= len(house.events("the database fails; phones are told to come later")) <= 2

    run(work())


async def expect_once(somebody: Resident, version: Version) -> None:
    """Everything that was tried, refused and tried again is there once."""
    found = await somebody.found()
    assert found == {
        FolderType.INBOX: Counter({"sent": 1, "delivered": 1}),
        FolderType.SENT_ITEMS: Counter({"sent": 1}),
        FolderType.DRAFTS: Counter({"draft": 1} if version >= Version.V16_0 else {}),
        FolderType.CONTACTS: Counter({"Ada": 1}),
    }


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with contextlib.ExitStack() as mounted:
        try:
            disk = mounted.enter_context(SmallDisk(tmp_path / "disk", 16))
        except PermissionError as error:
            pytest.skip(f"a file system cannot be mounted here: {error}")
        yield disk


@pytest.mark.parametrize(
    "version", [pytest.param(Version.V12_1, marks=pytest.mark.full), Version.V16_1], ids=str
)
def test_a_full_disk_under_everything(small_disk: SmallDisk, version: Version) -> None:
    house = House(small_disk.place / "data")  # its log, too
    [address] = inhabited(house, PHONES)

    async def work() -> None:
        async with household(house, address, PHONES, version) as (people, somebody):
            refusals = await suffer(people, somebody, small_disk.full())
            assert {errand for errand, how in refusals.items() if how} == WITHOUT_ROOM & set(refusals)
            await expect_once(somebody, version)

    run(work())


@of_a_file
def test_a_ping_without_a_database_is_told_when_to_come_again(tmp_path: Path) -> None:
    """Not by its status 8, which phones repeat at once or answer with a FolderSync."""
    house = House(tmp_path / "data")
    [address] = inhabited(house, 1)
    with house:
        phone = Phone(house, address=address, password=PASSWORD.encode())
        inbox = phone.folders()[FolderType.INBOX].server_id
        ping = PingRequest(heartbeat_interval=60, folders=(PingFolder(id=inbox, item_class="Email"),))
        with house.without(house.database):
            answer = phone.post(Command.PING, ping)
        assert (answer.status, answer.headers.get("retry-after")) == (503, "30")
        assert phone.folder_sync().status == 1


def test_a_slow_database_holds_up_only_who_writes(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    [address] = inhabited(house, PHONES)

    async def work() -> None:
        async with household(house, address, PHONES) as (people, somebody):
            with house.locked_database():
                writing: list[Awaitable[str]] = [
                    asyncio.create_task(refusal(errand)) for errand in somebody.errands().values()
                ]
                await asyncio.sleep(HELD_SECONDS)
                assert await options(house, address) < HELD_SECONDS / 2
                assert people.waiting == PHONES
            assert set(await asyncio.gather(*writing)) == {""}
            await people.all_told(2)
            await expect_once(somebody, Version.V16_1)

    run(work())


def test_a_locked_database_holds_up_no_leaving(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    [address] = inhabited(house, PHONES)

    async def work() -> None:
        async with household(house, address, PHONES) as (_, somebody):
            with house.locked_database():
                errands = [asyncio.create_task(refusal(errand)) for errand in somebody.errands().values()]
                await asyncio.sleep(0.5)
                assert await asyncio.to_thread(house.terminate) < 5.0
                ends = await asyncio.gather(*errands, return_exceptions=True)
            # Whoever could not be served until then is told to come later.
            assert all(isinstance(end, str) and end for end in ends), ends
            assert "Traceback" not in house.log_text
            house.start()
            for name, errand in somebody.errands().items():
                assert await refusal(errand) == "", name
            await expect_once(somebody, Version.V16_1)

    run(work())
