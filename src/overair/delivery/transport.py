"""Mail out: what a user submits is queued with everything else that the request does, then delivered.

The queue's row is the intent of law 2: it is committed together with the copy in Sent Items and the
record of the request. Recipients who are here get the message in the transaction that takes them out
of the queue (here.py); the others by way of an SMTP server (elsewhere.py), where there is one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec
import structlog

from overair.delivery import queue, sent_mail
from overair.delivery.elsewhere import Elsewhere
from overair.delivery.here import Here
from overair.delivery.local import LocalDelivery
from overair.delivery.queue import Outgoing
from overair.delivery.sent_mail import SendLimits
from overair.delivery.submission import check, message_id
from overair.directory.interface import User
from overair.items.mail.message import Message, index_message
from overair.mailboxes.interface import FolderType, Session
from overair.storage.interface import Database, DatabaseUnavailable, Transaction
from overair.times import microseconds, utc_now

RETRY: Final = 60.0
"""Seconds after which a message that could not be delivered here is tried again."""

_log = structlog.get_logger("overair.delivery")


class Prepared(msgspec.Struct, frozen=True):
    """A message that is checked, with its bytes on disk."""

    sender: str
    recipients: tuple[str, ...]
    blob: str
    """What travels."""
    kept: Message | None
    """What goes to Sent Items."""
    name: str
    """By what it is known again when a device asks for it once more: what travels has a date of its own."""
    message_id: str | None = None
    """The Message-ID of what travels."""


class Transport:
    """Takes messages from users and delivers them.

    Recipients that nobody here is are left to ``elsewhere``; without it the sender is told of them.
    """

    def __init__(
        self,
        delivery: LocalDelivery,
        domain: str,
        limits: SendLimits,
        elsewhere: Elsewhere | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.elsewhere: Final = elsewhere
        self._delivery = delivery
        self._domain = domain
        self._limits = limits
        self._clock = clock
        self._here = Here(delivery, domain, clock, leave_others=elsewhere is not None)
        self._started = False
        self._running = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None

    def prepare(self, user: User, mime: bytes, *, save_in_sent: bool, name: str = "") -> Prepared:
        """Check a message and bring its bytes to disk; for a thread, since it takes its time.

        ``name`` is by what a repetition is known, its bytes where that is empty. Raises SubmissionRefused.
        """
        submitted = check(user, mime, self._domain, self._limits.recipients)
        blobs = self._delivery.blobs
        kept = None
        if save_in_sent:
            kept = msgspec.structs.replace(
                index_message(submitted.kept, self._clock()), blob=blobs.put(submitted.kept), read=True
            )
        name = name or hashlib.sha256(mime).hexdigest()
        return Prepared(
            submitted.sender,
            submitted.recipients,
            blobs.put(submitted.travelling),
            kept,
            name,
            message_id(submitted.travelling),
        )

    async def enqueue(self, session: Session, prepared: Prepared) -> None:
        """Send a message within the unit of work of the sender's mailbox.

        Raises SubmissionRefused (115), before anything is written, where the account has sent too much,
        and MailboxFull, before anything is sent, where there is no room for the copy in Sent Items.
        """
        await self._count(session, prepared)
        await self._keep(session, prepared)
        await self.enqueue_within(
            session.transaction,
            account_id=session.account_id,
            sender=prepared.sender,
            recipients=prepared.recipients,
            blob=prepared.blob,
        )

    async def announce(self, session: Session, prepared: Prepared) -> None:
        """Send a message to the attendees of a meeting within the unit of work that stores the meeting.

        Raises SubmissionRefused.
        """
        await self.enqueue(session, prepared)

    async def _count(self, session: Session, prepared: Prepared) -> None:
        """Count a message among those that its account has sent. Raises SubmissionRefused (115)."""
        await sent_mail.count(
            session.transaction,
            self._limits,
            account_id=session.account_id,
            recipients=len(prepared.recipients),
            now=microseconds(self._clock()),
        )

    async def _keep(self, session: Session, prepared: Prepared) -> None:
        """Put the copy of a message into Sent Items, where one is kept. Raises MailboxFull."""
        if prepared.kept is not None:
            sent_items = await session.folder_of_type(FolderType.SENT_ITEMS)
            await session.add(sent_items.folder_id, prepared.kept)

    async def enqueue_within(
        self, transaction: Transaction, *, account_id: int, sender: str, recipients: Sequence[str], blob: str
    ) -> None:
        """Send a message of an account whose bytes are on disk, within a transaction that is under way.

        ``sender`` is the return path; with "" nobody is told when it cannot be delivered. It counts
        towards no limit. Whoever has committed it calls ``deliver_waiting``.
        """
        await queue.add(
            transaction,
            account_id=account_id,
            sender=sender,
            recipients=recipients,
            blob=blob,
            now=microseconds(self._clock()),
        )

    async def start(self) -> None:
        """Go on with what the last run left in the queue, from now on by itself."""
        self._started = True
        await self.deliver_waiting()
        if self.elsewhere is not None:
            await self.elsewhere.start()

    async def deliver_waiting(self) -> None:
        """Deliver to everybody here whom the queue names, and set off what goes elsewhere.

        What cannot be delivered now stays and is tried again. Whoever has committed what ``enqueue``
        did calls this.
        """
        async with self._running:
            failed = False
            after = 0
            try:
                while (waiting := await self._next(after)) is not None:
                    after = waiting.message_key
                    failed = not await self._here.attempt(waiting) or failed
            except DatabaseUnavailable as error:
                # What is in the queue is safe there: whoever submitted it need not hear of this.
                failed = True
                _log.error("the queue cannot be read", error=str(error))
            if failed:
                self._try_again()
        if self.elsewhere is not None:
            self.elsewhere.wake()

    def retry(self) -> None:
        """Look at the whole queue now, where this server works on it."""
        if self._started:
            if self.elsewhere is not None:
                self.elsewhere.retry()
            self._again()

    async def close(self) -> None:
        """Finish the deliveries under way; the rest is delivered at the next start."""
        if self._retry is not None:
            self._retry.cancel()
        if self.elsewhere is not None:
            await self.elsewhere.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _try_again(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
        self._retry = asyncio.get_running_loop().call_later(RETRY, self._again)

    def _again(self) -> None:
        task = asyncio.get_running_loop().create_task(self.deliver_waiting())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _next(self, after: int) -> Outgoing | None:
        return await self._delivery.database.read(lambda transaction: queue.next_unsorted(transaction, after))


async def waiting_blobs(database: Database) -> set[str]:
    """The keys of the blobs that the queue names. Raises DatabaseUnavailable."""
    return await database.read(queue.blobs)


async def forget_outgoing(transaction: Transaction, account_id: int) -> None:
    """Remove what an account has in the queue, and what is counted of it."""
    await queue.forget_account(transaction, account_id)
    await sent_mail.forget_account(transaction, account_id)
