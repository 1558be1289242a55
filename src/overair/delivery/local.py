"""Mail into the mailboxes here: LMTP and SendMail both deliver through this."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from overair.delivery.meetings import note_meeting
from overair.delivery.out_of_office.noting import note
from overair.directory.interface import Directory, User
from overair.items.mail.message import Arrived, Message, read_message
from overair.mailboxes.interface import FolderType, Mailbox, Session
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
    time_zone: str = "UTC"
    """The IANA name of the zone of meetings that name none."""
    noted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after a delivery to somebody who is out of office; out_of_office/replies.py waits for it."""
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

    async def accept(self, mime: bytes, received: datetime | None = None) -> Arrived:
        """Bring a message's bytes durably to disk and make its index, once for all recipients.

        Raises OSError where the disk does not take them. No row names the bytes yet.
        """
        async with self.turn(len(mime)):
            return await asyncio.to_thread(self._accept, mime, received or datetime.now(UTC))

    def _accept(self, mime: bytes, received: datetime) -> Arrived:
        arrived = read_message(mime, received, self.time_zone)
        return arrived._replace(message=msgspec.structs.replace(arrived.message, blob=self.blobs.put(mime)))

    async def deliver(self, arrived: Arrived, users: Iterable[User], sender: str = "") -> None:
        """Deliver an accepted message to every user or, where this raises, to none.

        ``sender`` is its return path; "" is the null one, to which nobody replies. Durable when it
        returns. Raises MailboxFull and MailboxError's other kinds, DatabaseUnavailable.
        """
        recipients = {user.account_id: user for user in users}

        async def work(transaction: Transaction) -> bool:
            return await self.deliver_within(transaction, arrived, recipients.values(), sender)

        if await self.database.write(work):
            self.noted.set()

    async def deliver_within(
        self, transaction: Transaction, arrived: Arrived, users: Collection[User], sender: str = ""
    ) -> bool:
        """Deliver as a part of a transaction that is under way, each user once; a meeting stands in
        their calendars with it.

        Returns whether one of them may have to reply: whoever has committed it then sets ``noted``.
        Raises MailboxError.
        """
        for user in users:
            session = self.mailbox(user.account_id).session(transaction)
            theirs = arrived._replace(message=arrived.received_by((user.address, *user.aliases)))
            await _to_inbox(session, await note_meeting(session, user, theirs))
        message = arrived.message
        received = message.date_received or datetime.now(UTC)
        return await note(transaction, users, sender, message.blob or "", received)

    async def report_within(self, transaction: Transaction, report: Message, account_id: int) -> None:
        """Deliver what the server itself has to say, to a mailbox that is full, too. Raises MailboxError."""
        await _to_inbox(self.mailbox(account_id).session(transaction), report, beyond_quota=True)


async def _to_inbox(session: Session, message: Message, *, beyond_quota: bool = False) -> None:
    """Into the Inbox, or where the user moves all of the conversation to (MS-ASCON_R215)."""
    key = message.conversation_key
    folder_id = None if key is None else await session.conversation_folder(key)
    if folder_id is None:
        folder_id = (await session.folder_of_type(FolderType.INBOX)).folder_id
    await session.add(folder_id, message, beyond_quota=beyond_quota)
