"""Law 2: a server that is killed at any moment loses nothing and doubles nothing that a phone repeats."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

from overair.client import Client, Collection, ConnectionFailed, HttpError, StatusError
from overair.items import Contact, ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import CommonStatus
from overair.versions import Version
from support.asynchronous import run
from support.house import House, add_accounts

ANNA, BEN, PASSWORD = "anna@example.org", "ben@example.org", "a good secret"
ROUNDS = 6
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
    """Synchronise; whether the answer came."""
    try:
        await contacts.sync()
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
                again = anna.collection(contacts.collection_id, ItemClass.CONTACTS)
                await again.sync()
                names = Counter(getattr(again.item(key), "first_name", None) for key in again.elements)
                assert names == expected
                assert set(again.elements) == set(contacts.elements)

    run(work())
