"""A server's rooms without HTTP: mailboxes in a real SQLite file, accounts, and the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from overair.delivery.local import LocalDelivery
from overair.delivery.sent_mail import SendLimits
from overair.delivery.transport import Transport
from overair.devices.partnerships import Partnerships
from overair.directory.accounts import AccountPart
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.interface import User
from overair.items import Contact, Item
from overair.items.mail.message import Message
from overair.mailboxes.embedded import EmbeddedMailbox, create_mailbox, remove_mailbox
from overair.mailboxes.interface import Folder, FolderType, Session, StoredItem, View
from overair.storage.open import Storage, open_storage
from overair.sync.engine import Engine
from overair.sync.partner import Partner
from overair.versions import Version

T = TypeVar("T")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that tests can put forward."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        """Let time pass; the arguments are those of timedelta."""
        self.now += timedelta(**duration)


@dataclass
class World:
    """The rooms below the engine, and the engine."""

    storage: Storage
    directory: EmbeddedDirectory
    delivery: LocalDelivery
    transport: Transport
    engine: Engine
    clock: Clock
    users: dict[str, User] = field(default_factory=dict)

    def mailbox(self, name: str = "anna") -> EmbeddedMailbox:
        """An account's mailbox."""
        return EmbeddedMailbox(self.users[name].account_id, self.storage.database, self.storage.blobs)

    async def open_account(self, name: str) -> None:
        """An account without a log-in, which takes no time to make."""
        account_id = 1000 + len(self.users)
        await self.storage.database.write(lambda transaction: create_mailbox(transaction, account_id))
        self.users[name] = User(account_id, f"{name}@example.org", name.title())

    async def partner(
        self, device_id: str = "PHONE1", version: Version = Version.V16_1, name: str = "anna"
    ) -> Partner:
        """A device of an account, which is made known."""
        device = await Partnerships(self.storage.database, 100).contact(
            self.users[name].account_id, device_id, "SmartPhone", "test", version
        )
        return Partner(self.mailbox(name), self.users[name], device.device_key, version)

    async def folder(self, folder_type: FolderType, name: str = "anna") -> Folder:
        """A default folder."""
        return await self.mailbox(name).inspect(lambda session: session.folder_of_type(folder_type))

    async def do(self, work: Callable[[Session], Awaitable[T]], name: str = "anna") -> T:
        """Another hand on the mailbox."""
        return await self.mailbox(name).transact(work)

    async def add(self, folder: Folder, item: Item, name: str = "anna") -> StoredItem:
        """Put an item into a folder."""
        return await self.do(lambda session: session.add(folder.folder_id, item), name)

    async def items(self, folder: Folder, name: str = "anna") -> dict[str, Item]:
        """Everything in a folder, by id."""
        found: dict[str, Item] = {}

        async def work(session: Session) -> None:
            token = await session.start(folder.folder_id)
            changes = await session.changes(folder.folder_id, View(), token, 100_000)
            ids = [change.item_id for change in changes.items]
            for stored in await session.read(folder.folder_id, ids):
                if stored is not None:
                    found[stored.item_id] = stored.item

        await self.mailbox(name).inspect(work)
        return found

    async def deliver(self, mime: bytes, name: str = "anna", received: datetime | None = None) -> None:
        """Deliver a message to an account's Inbox."""
        arrived = await self.delivery.accept(mime, received or self.clock())
        await self.delivery.deliver(arrived, [self.users[name]])


def contact(name: str, **fields: object) -> Contact:
    """A contact called so."""
    return Contact(first_name=name, file_as=name, **fields)  # type: ignore[arg-type]  # fields by name


def mime(subject: str, body: str = "Hello") -> bytes:
    """A small message."""
    return (
        f"From: ben@example.org\r\nTo: anna@example.org\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject}@example.org>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    ).encode()


@asynccontextmanager
async def world(
    directory: Path, users: tuple[str, ...] = ("anna", "ben"), *, listed: bool = False
) -> AsyncIterator[World]:
    """A world for the time of a test; ``listed`` users are in the directory and can be written to."""
    storage = open_storage(directory)
    database = storage.database
    accounts = EmbeddedDirectory(database, [AccountPart(create_mailbox, remove_mailbox)])
    delivery = LocalDelivery(
        database,
        storage.blobs,
        accounts,
        lambda account_id: EmbeddedMailbox(account_id, database, storage.blobs),
    )
    transport = Transport(delivery, "example.org", SendLimits(100))
    clock = Clock()
    engine = Engine(transport, clock)
    found = World(storage, accounts, delivery, transport, engine, clock)
    try:
        for name in users:
            if listed:
                found.users[name] = await accounts.add_user(f"{name}@example.org", "geheim", name.title())
            else:
                await found.open_account(name)
        yield found
    finally:
        await transport.close()
        accounts.close()
        await storage.close()


__all__ = ["Clock", "Message", "World", "contact", "mime", "world"]
