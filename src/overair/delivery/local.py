"""Mail into the mailboxes here: LMTP and SendMail both deliver through this."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from overair.directory.interface import Directory, User
from overair.items.message import Message, index_message
from overair.mailboxes.interface import FolderType, Mailbox
from overair.storage.interface import BlobStore, Database, Transaction

LARGE: Final = 1024 * 1024
"""Bytes of a message that is worked on in its turn: a while it takes some twelve times its size."""
LARGE_AT_ONCE: Final = 2


@dataclass(slots=True, frozen=True)
class LocalDelivery:
    """Delivers to accounts of this server."""

    database: Database
    blobs: BlobStore
    directory: Directory
    mailbox: Callable[[int], Mailbox]
    _large: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_AT_ONCE))

    @contextlib.asynccontextmanager
    async def turn(self, size: int) -> AsyncIterator[None]:
        """Held while a message of that many bytes is taken apart, so that many large ones wait."""
        if size < LARGE:
            yield
            return
        async with self._large:
            yield

    async def recipient(self, address: str) -> User | None:
        """Whose mail an address is: an exact match, else that of ``user+tag@domain`` without its tag."""
        user = await self.directory.find(address)
        if user is None:
            local, at, domain = address.rpartition("@")
            name, plus, _ = local.partition("+")
            if name and plus:
                user = await self.directory.find(f"{name}{at}{domain}")
        return user

    async def accept(self, mime: bytes, received: datetime | None = None) -> Message:
        """Bring a message's bytes durably to disk and make its index, once for all recipients.

        Raises OSError where the disk does not take them. No row names the bytes yet.
        """
        async with self.turn(len(mime)):
            return await asyncio.to_thread(self._accept, mime, received or datetime.now(UTC))

    def _accept(self, mime: bytes, received: datetime) -> Message:
        return msgspec.structs.replace(index_message(mime, received), blob=self.blobs.put(mime))

    async def deliver(
        self, message: Message, users: Iterable[User], folder: FolderType = FolderType.INBOX
    ) -> None:
        """Deliver an accepted message to every user or, where this raises, to none.

        Durable when it returns. Raises MailboxError, DatabaseUnavailable.
        """
        accounts = {user.account_id for user in users}

        async def work(transaction: Transaction) -> None:
            await self.deliver_within(transaction, message, accounts, folder)

        await self.database.write(work)

    async def deliver_within(
        self, transaction: Transaction, message: Message, account_ids: Iterable[int], folder: FolderType
    ) -> None:
        """Deliver as a part of a transaction that is under way. Raises MailboxError."""
        for account_id in account_ids:
            session = self.mailbox(account_id).session(transaction)
            destination = await session.folder_of_type(folder)
            await session.add(destination.folder_id, message)
