"""Mail out: what a user submits is queued with everything else that the request does, then delivered.

The queue's row is the intent of law 2: it is committed together with the copy in Sent Items and the
record of the request, and it goes in the transaction that delivers the message.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

import msgspec
import structlog
from sqlalchemy import bindparam, delete, insert, select

from overair.delivery import non_delivery
from overair.delivery.local import LocalDelivery
from overair.delivery.submission import check
from overair.delivery.tables import outgoing_message
from overair.directory.interface import User
from overair.items.mail.header_fields import ADDED_HERE, MAXIMUM_HEADER, RawHeader
from overair.items.mail.message import Message, index_message
from overair.mailboxes.interface import FolderType, Session
from overair.storage.interface import Database, DatabaseUnavailable, Row, Transaction
from overair.storage.statement import Statement

RETRY: Final = 60.0
"""Seconds after which a message that could not be delivered is tried again."""
GIVE_UP: Final = 2 * 24 * 3600 * 1_000_000
"""Microseconds after which the sender is told that it could not be."""

_t = outgoing_message.c
ENQUEUE: Final = Statement(
    insert(outgoing_message).values(
        account_id=bindparam("account"),
        sender=bindparam("from_address"),
        recipients=bindparam("to_addresses"),
        blob=bindparam("key"),
        submitted=bindparam("now"),
    )
)
WAITING: Final = Statement(
    select(_t.message_key, _t.account_id, _t.sender, _t.recipients, _t.blob, _t.submitted)
    .where(_t.message_key > bindparam("after"))
    .order_by(_t.message_key)
    .limit(1)
)
BLOBS: Final = Statement(select(_t.blob))
FORGET_ACCOUNT: Final = Statement(delete(outgoing_message).where(_t.account_id == bindparam("account")))
DONE: Final = Statement(delete(outgoing_message).where(_t.message_key == bindparam("done")))

_log = structlog.get_logger("overair.delivery")


class Prepared(msgspec.Struct, frozen=True):
    """A message that is checked, with its bytes on disk."""

    sender: str
    recipients: tuple[str, ...]
    blob: str
    """What travels."""
    kept: Message | None
    """What goes to Sent Items."""


class Waiting(msgspec.Struct, frozen=True):
    """A message of the queue."""

    message_key: int
    account_id: int
    sender: str
    recipients: str
    blob: str
    submitted: int


class Transport:
    """Takes messages from users and delivers them to the accounts of this server.

    Recipients that are nobody here are told of in a report to the sender.
    """

    def __init__(self, delivery: LocalDelivery, domain: str, recipient_limit: int) -> None:
        self._delivery = delivery
        self._domain = domain
        self._recipient_limit = recipient_limit
        self._running = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None

    def prepare(self, user: User, mime: bytes, *, save_in_sent: bool) -> Prepared:
        """Check a message and bring its bytes to disk; for a thread, since it takes its time.

        Raises SubmissionRefused.
        """
        submitted = check(user, mime, self._domain, self._recipient_limit)
        blobs = self._delivery.blobs
        kept = None
        if save_in_sent:
            kept = msgspec.structs.replace(
                index_message(submitted.kept, datetime.now(UTC)), blob=blobs.put(submitted.kept), read=True
            )
        return Prepared(submitted.sender, submitted.recipients, blobs.put(submitted.travelling), kept)

    async def enqueue(self, session: Session, prepared: Prepared) -> None:
        """Send a message within the unit of work of the sender's mailbox."""
        await self.enqueue_within(
            session.transaction,
            account_id=session.account_id,
            sender=prepared.sender,
            recipients=prepared.recipients,
            blob=prepared.blob,
        )
        if prepared.kept is not None:
            sent_items = await session.folder_of_type(FolderType.SENT_ITEMS)
            await session.add(sent_items.folder_id, prepared.kept)

    async def enqueue_within(
        self, transaction: Transaction, *, account_id: int, sender: str, recipients: Sequence[str], blob: str
    ) -> None:
        """Send a message of an account whose bytes are on disk, within a transaction that is under way.

        ``sender`` is the return path; with "" nobody is told when it cannot be delivered.
        """
        await transaction.execute(
            ENQUEUE,
            account=account_id,
            from_address=sender,
            to_addresses=msgspec.json.encode(list(recipients)).decode(),
            key=blob,
            now=time.time_ns() // 1000,
        )

    async def deliver_waiting(self) -> None:
        """Deliver everything in the queue; what cannot be delivered now stays and is tried again.

        Whoever has committed what ``enqueue`` did calls this.
        """
        async with self._running:
            failed = False
            after = 0
            try:
                while (waiting := await self._next(after)) is not None:
                    after = waiting.message_key
                    failed = not await self._try(waiting) or failed
            except DatabaseUnavailable as error:
                # What is in the queue is safe there: whoever submitted it need not hear of this.
                failed = True
                _log.error("the queue cannot be read", error=str(error))
            if failed:
                self._try_again()

    async def close(self) -> None:
        """Finish the deliveries under way; the rest is delivered at the next start."""
        if self._retry is not None:
            self._retry.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _try_again(self) -> None:
        def again() -> None:
            task = asyncio.get_running_loop().create_task(self.deliver_waiting())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        if self._retry is not None:
            self._retry.cancel()
        self._retry = asyncio.get_running_loop().call_later(RETRY, again)

    async def _next(self, after: int) -> Waiting | None:
        row = await self._delivery.database.read(lambda transaction: transaction.one(WAITING, after=after))
        return _waiting(row) if row is not None else None

    async def _try(self, waiting: Waiting) -> bool:
        """Deliver a message; whether it left the queue.

        One that has waited for long is given up only when it fails again: the server may have been
        down for all that time.
        """
        overdue = time.time_ns() // 1000 - waiting.submitted > GIVE_UP
        for give_up in (False, True)[: 1 + overdue]:
            try:
                await self._deliver(waiting, give_up=give_up)
            except Exception:  # one message must not hold up the others, whatever is wrong with it
                _log.exception("message not delivered yet", message_key=waiting.message_key)
            else:
                return True
        return False

    async def _deliver(self, waiting: Waiting, *, give_up: bool) -> None:
        """Deliver to every recipient, report the others, and take the message out of the queue.

        ``give_up`` reports all of them.
        """
        users, undelivered = ({}, _addresses(waiting)) if give_up else await self._recipients(waiting)
        mime = await asyncio.to_thread(self._delivery.blobs.read, waiting.blob)
        now = datetime.now(UTC)
        arrived = None
        if users:
            traced = await asyncio.to_thread(self._traced, mime, waiting, now)
            arrived = await self._delivery.accept(traced, now)
        report = None
        if undelivered and waiting.sender:  # of what has no return path nobody is told (RFC 5321, 6.1)
            text = await asyncio.to_thread(
                non_delivery.report, mime, waiting.sender, undelivered, self._domain, now
            )
            report = (await self._delivery.accept(text, now)).message

        async def work(transaction: Transaction) -> None:
            if not await transaction.execute(DONE, done=waiting.message_key):
                return  # another node of the same database was faster
            if arrived is not None:
                await self._delivery.deliver_within(transaction, arrived, users.values())
            if report is not None:
                await self._delivery.report_within(transaction, report, waiting.account_id)

        await self._delivery.database.write(work)
        _log.info(
            "message delivered",
            message_key=waiting.message_key,
            delivered=len(users),
            undelivered=len(undelivered),
        )

    async def _recipients(self, waiting: Waiting) -> tuple[dict[int, User], list[str]]:
        """Whom a message goes to, by account, and the addresses that are nobody's."""
        users: dict[int, User] = {}
        undelivered: list[str] = []
        for address in _addresses(waiting):
            user = await self._delivery.recipient(address)
            if user is None:
                undelivered.append(address)
            else:
                users[user.account_id] = user
        return users, undelivered

    def _traced(self, mime: bytes, waiting: Waiting, now: datetime) -> bytes:
        """The message with the fields that say how it came (RFC 5321, 4.4)."""
        header = RawHeader(mime, MAXIMUM_HEADER + ADDED_HERE)
        stamp = format_datetime(now)
        header.put_first("Received", f"by {self._domain} with ActiveSync id {waiting.message_key}; {stamp}")
        header.put_first("Return-Path", f"<{waiting.sender}>")
        return header.to_bytes()


async def waiting_blobs(database: Database) -> set[str]:
    """The keys of the blobs that the queue names. Raises DatabaseUnavailable."""
    rows = await database.read(lambda transaction: transaction.all(BLOBS))
    return {str(row[0]) for row in rows}


async def forget_outgoing(transaction: Transaction, account_id: int) -> None:
    """Remove what an account has in the queue."""
    await transaction.execute(FORGET_ACCOUNT, account=account_id)


def _addresses(waiting: Waiting) -> list[str]:
    return msgspec.json.decode(waiting.recipients, type=list[str])


def _waiting(row: Row) -> Waiting:
    return msgspec.convert(dict(zip(Waiting.__struct_fields__, row, strict=True)), Waiting)
