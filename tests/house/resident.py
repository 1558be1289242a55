"""Somebody who does everything that is written to disk, fails with it, and does the same again."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from house.crowd import PASSWORD, Crowd, crowd, deliver, letter
from overair.client import Client, Collection, HttpError, StatusError
from overair.items import Contact, ItemClass, Message
from overair.items.body import Body
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyType
from overair.protocol.http import Command
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.versions import Version
from support.house import House

LARGE: Final = 100_000
"""Bytes of what is sent: more than a disk without room takes."""
LOG_INS: Final = 20
PICTURE: Final = 30_000
RETRYABLE: Final = {int(SyncStatus.RETRY), int(CommonStatus.SERVER_ERROR_RETRY_LATER)}


class Resident:
    """One device of one user, which writes a contact with a picture, a draft (16.x) and a letter."""

    def __init__(self, house: House, client: Client, address: str) -> None:
        self._house = house
        self._client = client
        self._address = address
        self._contacts: Collection | None = None
        self._drafts: Collection | None = None

    async def settle(self) -> None:
        """A first Sync of what it writes to."""
        await self._client.folder_sync()
        self._contacts = self._collection(FolderType.CONTACTS, ItemClass.CONTACTS)
        await self._contacts.sync()
        if await self._client.version() >= Version.V16_0:
            self._drafts = self._collection(FolderType.DRAFTS)
            await self._drafts.sync()

    def _collection(self, folder_type: FolderType, item_class: ItemClass = ItemClass.EMAIL) -> Collection:
        return self._client.collection(self._client.folder_of_type(folder_type).server_id, item_class)

    async def prepare(self) -> None:
        """Write everything on the phone."""
        assert self._contacts is not None
        await self._contacts.add(Contact(first_name="Ada", file_as="Ada", picture=b"x" * PICTURE))
        if self._drafts is not None:
            body = Body(type=BodyType.PLAIN_TEXT, data="x" * LARGE)
            await self._drafts.add(Message(subject="draft", body=body))

    def errands(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What it asks the server, each the same however often it is asked."""
        assert self._contacts is not None
        contacts, drafts = self._contacts, self._drafts
        errands: dict[str, Callable[[], Awaitable[None]]] = {
            "contact": lambda: synchronised(contacts),
            "letter": lambda: self._client.send_mail(
                b"To: " + self._address.encode() + b"\r\nMessage-ID: <one@phone>\r\n" + letter("sent", LARGE),
                client_id="letter",
            ),
            "delivery": self._delivered,
        }
        if drafts is not None:
            errands["draft"] = lambda: synchronised(drafts)
        return errands

    async def _delivered(self) -> None:
        answers = await asyncio.to_thread(deliver, self._house, [self._address], "delivered", LARGE)
        if answers:
            raise Deferred(answers[0])

    async def found(self) -> dict[FolderType, Counter[str | None]]:
        """How often each item is there, as a new phone sees it."""
        client = Client(self._house.url, self._address, PASSWORD, device_id="new", version=Version.V16_1)
        found: dict[FolderType, Counter[str | None]] = {}
        async with client:
            await client.folder_sync()
            for folder_type, item_class, name in (
                (FolderType.INBOX, ItemClass.EMAIL, "subject"),
                (FolderType.SENT_ITEMS, ItemClass.EMAIL, "subject"),
                (FolderType.DRAFTS, ItemClass.EMAIL, "subject"),
                (FolderType.CONTACTS, ItemClass.CONTACTS, "first_name"),
            ):
                folder = client.folder_of_type(folder_type).server_id
                collection = client.collection(folder, item_class)
                await collection.sync()
                found[folder_type] = Counter(
                    getattr(collection.item(key), name) for key in collection.elements
                )
        return found


class Deferred(Exception):
    """LMTP's answer that the mail server should try again."""


async def synchronised(collection: Collection) -> None:
    """One Sync that must take what the phone added."""
    outcome = await collection.sync()
    for refusal in outcome.refused:
        raise StatusError(Command.SYNC, refusal.status)


def _how(error: HttpError | StatusError | Deferred) -> tuple[str, bool]:
    """How something was refused, and whether that says that it can be tried again."""
    if isinstance(error, HttpError):
        return f"HTTP {error.status}", error.status == 503 and bool(error.retry_after)
    if isinstance(error, StatusError):
        return f"status {error.status}", error.status in RETRYABLE
    return str(error), str(error).startswith("4")


async def refusal(errand: Callable[[], Awaitable[None]]) -> str:
    """How an errand was refused: "" where it was not; every refusal says that it can be tried again."""
    try:
        await errand()
    except (HttpError, StatusError, Deferred) as error:
        how, can_be_tried = _how(error)
    else:
        return ""
    assert can_be_tried, how
    return how


@contextlib.asynccontextmanager
async def resident(house: House, address: str, version: Version) -> AsyncIterator[Resident]:
    """One that has settled."""
    async with Client(
        house.url, address, PASSWORD, device_id=f"resident{version.text}", version=version, timeout=30.0
    ) as client:
        somebody = Resident(house, client, address)
        # Log-ins are held up while many verify their passwords for the first time.
        for _ in range(LOG_INS):
            if not await refusal(somebody.settle):
                break
            await asyncio.sleep(0.5)
        yield somebody


@contextlib.asynccontextmanager
async def household(
    house: House, address: str, phones: int, version: Version = Version.V16_1
) -> AsyncIterator[tuple[Crowd, Resident]]:
    """A server for the time of the block, phones of one account that wait, and one that has all to write."""
    with house:
        async with crowd(house, [address], phones) as people, resident(house, address, version) as somebody:
            await people.all_waiting()
            await somebody.prepare()
            people.forget_ends()
            yield people, somebody
