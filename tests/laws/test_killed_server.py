"""Law 2: a server that is killed at any moment loses nothing and doubles nothing that a phone repeats.

Nor does one whose connection to PostgreSQL ends in the midst of a commit, so that it cannot know
whether that was made: the phone is told to come again, and what it then repeats is known or is not.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

from overair.client import Client, Collection, ConnectionFailed, HttpError, StatusError
from overair.items import Contact, ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.versions import Version
from support.asynchronous import run
from support.commits import CommitRelay, Cut, commit_relay
from support.house import House, add_accounts
from support.postgresql import cluster, needs_postgresql
from support.server import ANNA, BEN, PASSWORD, running_server

ROUNDS = 6
PASSED = range(3)
"""How many commits are made before the connection ends at the next."""
LIVES = (0.0, 0.12)
"""Seconds from a request's begin until the server is killed, at least and at most."""


async def send_once(client: Client, number: int) -> bool:
    """Send a message under its ClientId; whether the answer came and says that it is sent."""
    mime = f"From: {ANNA}\r\nTo: {BEN}\r\nSubject: {number}\r\n\r\nHello\r\n".encode()
    try:
        await client.send_mail(mime, client_id=f"message {number}")
    except StatusError as error:
        return error.status == CommonStatus.MESSAGE_PREVIOUSLY_SENT
    except (ConnectionFailed, HttpError):
        return False
    return True


async def sync_once(contacts: Collection) -> bool:
    """Synchronise; whether the answer came and does not ask to come again."""
    try:
        await contacts.sync()
    except StatusError as error:
        if error.status != SyncStatus.RETRY:
            raise
        return False
    except (ConnectionFailed, HttpError):
        return False
    return True


async def insist(client: Client, contacts: Collection, number: int) -> None:
    """Repeat what was under way when the server was killed; the first connection may be an old one."""
    for _ in range(10):
        if await send_once(client, number) and await sync_once(contacts):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the server does not answer")


async def subjects(client: Client, folder_type: FolderType) -> Counter[str | None]:
    """How often each subject stands in a folder."""
    await client.folder_sync()
    mail = client.collection(client.folder_of_type(folder_type).server_id, ItemClass.EMAIL)
    await mail.sync()
    return Counter(getattr(mail.item(item_id), "subject", None) for item_id in mail.elements)


async def names(client: Client, contacts: Collection) -> Counter[str | None]:
    """How often each contact is there; the phone must have the very same ones."""
    again = client.collection(contacts.collection_id, ItemClass.CONTACTS)
    await again.sync()
    assert set(again.elements) == set(contacts.elements)
    return Counter(getattr(again.item(key), "first_name", None) for key in again.elements)


def test_what_a_phone_repeats_after_a_kill_is_there_once(tmp_path: Path) -> None:
    moments = random.Random(20260304)
    house = House(tmp_path / "data")
    add_accounts(house.data_dir, {ANNA: "Anna", BEN: "Ben"}, PASSWORD)

    async def work() -> None:
        anna = Client(house.url, ANNA, PASSWORD, device_id="phone", version=Version.V16_1, timeout=10.0)
        ben = Client(house.url, BEN, PASSWORD, device_id="other", version=Version.V16_1)
        async with anna, ben:
            with house:
                await anna.folder_sync()
                contacts = anna.collection(
                    anna.folder_of_type(FolderType.CONTACTS).server_id, ItemClass.CONTACTS
                )
                await contacts.sync()
            for number in range(ROUNDS):
                with house:
                    if number:
                        await insist(anna, contacts, number - 1)
                    await contacts.add(Contact(first_name=str(number), file_as=str(number)))
                    requests = asyncio.gather(send_once(anna, number), sync_once(contacts))
                    await asyncio.sleep(moments.uniform(*LIVES))
                    house.kill()
                    await requests
            with house:
                await insist(anna, contacts, ROUNDS - 1)
                expected = {str(number): 1 for number in range(ROUNDS)}
                assert await subjects(ben, FolderType.INBOX) == expected
                assert await subjects(anna, FolderType.SENT_ITEMS) == expected
                assert await names(anna, contacts) == expected

    run(work())


@needs_postgresql
def test_what_a_phone_repeats_after_a_commit_that_nobody_heard_of_is_there_once(tmp_path: Path) -> None:
    cuts = list(enumerate(product(Cut, PASSED)))
    expected = {str(number): 1 for number, _ in cuts}
    database = cluster().name_of(cluster().database())
    data = tmp_path / "data"

    async def repeat(url: str, relay: CommitRelay) -> None:
        async with Client(url, ANNA, PASSWORD, device_id="phone", version=Version.V16_1) as anna:
            await anna.folder_sync()
            contacts = anna.collection(anna.folder_of_type(FolderType.CONTACTS).server_id, ItemClass.CONTACTS)
            await contacts.sync()
            for number, (where, passed) in cuts:
                await contacts.add(Contact(first_name=str(number), file_as=str(number)))
                relay.cut(where, after=passed)
                await asyncio.gather(send_once(anna, number), sync_once(contacts))
                await insist(anna, contacts, number)
                assert relay.cuts == number + 1
            assert await names(anna, contacts) == expected

    async def look(url: str) -> None:
        for address, folder_type in ((BEN, FolderType.INBOX), (ANNA, FolderType.SENT_ITEMS)):
            async with Client(url, address, PASSWORD, device_id="other", version=Version.V16_1) as client:
                assert await subjects(client, folder_type) == expected

    with commit_relay() as relay:
        settings: dict[str, Any] = {"database.url": relay.url(database)}
        with running_server(data, **settings) as server:
            run(repeat(server.url, relay))
        # What was sent and could not be delivered is tried again after a minute, and at each start.
        with running_server(data, **settings) as server:
            run(look(server.url))
