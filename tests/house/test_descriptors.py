"""Out of file descriptors: no storm, nobody who waits is disturbed, and it ends by itself."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from pathlib import Path

import pytest

from house.crowd import Crowd, crowd, inhabited
from house.resident import household, refusal
from overair.mailboxes.interface import FolderType
from overair.server.descriptors import RESERVED
from support.asynchronous import run
from support.house import House

PHONES = 20
STRANGERS = 40
SECONDS = 3.0
TOO_FEW = "no more phones can connect: raise [limits] connections or LimitNOFILE (systemd)"


def knock(house: House, stack: contextlib.ExitStack) -> socket.socket:
    """A connection that asks for something."""
    stranger = stack.enter_context(socket.create_connection(("127.0.0.1", house.port), 10))
    stranger.sendall(b"OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return stranger


async def with_too_few(people: Crowd, more: int, stack: contextlib.ExitStack) -> list[socket.socket]:
    """So many descriptors more for many strangers; returns their connections."""
    house = people.house
    await people.all_waiting()
    people.forget_ends()
    since, cpu = house.log_length, house.cpu_seconds()
    with house.few_files(more):
        strangers = [knock(house, stack) for _ in range(STRANGERS)]
        await asyncio.sleep(SECONDS)
        assert people.waiting == PHONES
        assert not people.ends
        # 0.01 seconds; with an accept for each place of the backlog it was 0.5.
        assert house.cpu_seconds() - cpu < SECONDS / 20
        lines = house.log(since)
        assert [line["event"] for line in lines if line["event"] == TOO_FEW] == [TOO_FEW]
        assert len(lines) < STRANGERS + 5, Counter(line["event"] for line in lines)
    return strangers


@pytest.mark.parametrize(
    "tls", [pytest.param(False, marks=pytest.mark.full, id="plain"), pytest.param(True, id="tls")]
)
def test_nothing_is_left_for_connections(tmp_path: Path, tls: bool) -> None:
    """accept() itself fails; connections of before go on, and others are taken when there is room."""
    house = House(tmp_path / "data", tls=tls)
    accounts = inhabited(house, PHONES)

    async def work() -> None:
        with house, contextlib.ExitStack() as stack:
            async with crowd(house, accounts, PHONES) as people:
                await with_too_few(people, 0 if tls else 2, stack)
                stack.close()
                await people.deliver("after")
                await people.all_told(1)
                await people.all_waiting()
                assert set(people.ends) == {"Ping 2"}

    run(work())


def test_some_are_left_for_the_store(tmp_path: Path) -> None:
    """More connections than leave room are told to come later, while mail goes on to come in."""
    house = House(tmp_path / "data")
    accounts = inhabited(house, PHONES)

    async def work() -> None:
        with house, contextlib.ExitStack() as stack:
            async with crowd(house, accounts, PHONES) as people:
                strangers = await with_too_few(people, RESERVED - PHONES, stack)
                answers = [stranger.recv(4096) for stranger in strangers]
                # The first ones found room: they are asked who they are.
                later = [answer for answer in answers if not answer.startswith(b"HTTP/1.1 401 ")]
                assert len(later) > STRANGERS // 2
                assert all(answer.startswith(b"HTTP/1.1 503 ") for answer in later), later
                assert all(b"\r\nretry-after: 30\r\n" in answer for answer in later)
                with house.few_files(RESERVED - PHONES):
                    await people.deliver("during")
                    await people.all_told(1)
                assert set(people.ends) == {"Ping 2"}

    run(work())


def test_what_needs_a_descriptor_is_tried_again(tmp_path: Path) -> None:
    """What is sent, a draft, and a Ping of before: each is refused for a while, or not, and there once."""
    house = House(tmp_path / "data")
    [address] = inhabited(house, PHONES)

    async def work() -> None:
        async with household(house, address, PHONES) as (people, somebody):
            errands = somebody.errands()
            del errands["delivery"]  # which would need a connection
            since = house.log_length
            with house.few_files(0):
                refused = {name: await refusal(errand) for name, errand in errands.items()}
                assert people.waiting == PHONES
            assert refused["letter"]
            assert refused["draft"]
            for name, errand in errands.items():
                assert not refused[name] or await refusal(errand) == "", name
            await people.all_told(1)
            assert set(people.ends) == {"Ping 2"}
            assert not [line for line in house.log(since) if "exception" in line]
            found = await somebody.found()
            assert found[FolderType.INBOX] == found[FolderType.SENT_ITEMS] == Counter({"sent": 1})
            assert found[FolderType.DRAFTS] == Counter({"draft": 1})
            assert found[FolderType.CONTACTS] == Counter({"Ada": 1})

    run(work())
