"""Sending automatic replies, once to each sender in a period.

A delivery leaves a note of a message to somebody who is out of office (noting.py). Here it is seen
whether the message is answered and how; the reply goes into the queue of mail out in the transaction that
removes the note and writes down that the sender was told. So a crash between the two loses no reply and
sends none twice, and what the last run left is settled at start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import bindparam, delete, select, update

from overair.delivery.local import LocalDelivery
from overair.delivery.out_of_office.absence import Absence, Audience, absence_of
from overair.delivery.out_of_office.answering import HEADER_READ, Question, question_of
from overair.delivery.out_of_office.composing import compose
from overair.delivery.out_of_office.noting import Noted, done, next_noted
from overair.delivery.out_of_office.tables import out_of_office, out_of_office_told
from overair.delivery.transport import Transport
from overair.directory.interface import User
from overair.items import ItemClass
from overair.items.contact import email_key
from overair.mailboxes.interface import FolderType, MailboxError, Session
from overair.protocol.settings import OofState
from overair.storage.interface import DatabaseUnavailable, Statement, Transaction
from overair.storage.statement import upsert
from overair.times import EPOCH, microseconds, moment_of, utc_now

TOLD_AGAIN: Final = timedelta(days=7)
"""After this time a sender is told again by somebody who is out of office without an end (RFC 3834, 2)."""
MOST_A_DAY: Final = 1_000
"""Replies of an account on one day (UTC); senders can be invented."""
RETRY: Final = 60.0
"""Seconds after which what failed is tried again."""
_DAY: Final = timedelta(days=1)

_o = out_of_office.c
_t = out_of_office_told.c
TOLD: Final = Statement(
    select(_t.told).where(_t.account_id == bindparam("account"), _t.sender == bindparam("address"))
)
TELL: Final = Statement(upsert(out_of_office_told, ("account_id", "sender"), ("told",)))
SENT: Final = Statement(select(_o.day, _o.sent).where(_o.account_id == bindparam("account")))
COUNT: Final = Statement(
    update(out_of_office)
    .where(_o.account_id == bindparam("account"))
    .values(day=bindparam("today"), sent=bindparam("number"))
)
FORGET_OLD: Final = Statement(
    delete(out_of_office_told).where(
        out_of_office_told.c.account_id == bindparam("account"),
        out_of_office_told.c.told < bindparam("before"),
    )
)

_log = structlog.get_logger("overair.delivery")


class AutomaticReplies:
    """Answers what deliveries have noted, from ``start`` to ``close``."""

    def __init__(
        self,
        delivery: LocalDelivery,
        transport: Transport,
        domain: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._delivery = delivery
        self._transport = transport
        self._domain = domain
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Settle what the last run left, and from now on what comes."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """End; what is not settled is at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._delivery.noted.clear()
            wait = None if await self.settle() else RETRY
            try:
                await asyncio.wait_for(self._delivery.noted.wait(), wait)
            except TimeoutError:
                continue

    async def settle(self) -> bool:
        """Answer everything that is noted; whether nothing has to be tried again."""
        after, whole, any_sent = 0, True, False
        try:
            while (noted := await next_noted(self._delivery.database, after)) is not None:
                after = noted.reply_key
                try:
                    any_sent = await self._settle(noted) or any_sent
                except (DatabaseUnavailable, MailboxError, OSError) as error:
                    _log.error("not answered yet", reply_key=noted.reply_key, error=str(error))
                    whole = False
        except DatabaseUnavailable as error:
            _log.error("what is to be answered cannot be read", error=str(error))
            whole = False
        if any_sent:
            await self._transport.deliver_waiting()
        return whole

    async def _settle(self, noted: Noted) -> bool:
        """Answer one message or find that it is not answered; whether it was."""
        try:
            reply = await self._reply(noted)
        except (DatabaseUnavailable, MailboxError, OSError):
            raise
        except Exception:  # one message must not hold up the others, whatever is wrong with it
            _log.exception("a message cannot be answered", reply_key=noted.reply_key)
            reply = None
        blob = None if reply is None else await asyncio.to_thread(self._delivery.blobs.put, reply)
        now = self._clock()

        async def work(transaction: Transaction) -> bool:
            if not await done(transaction, noted) or blob is None:
                return False
            absence = await absence_of(transaction, noted.account_id)
            if not await self._may_tell(transaction, noted, absence, now):
                return False
            await transaction.execute(
                TELL, account_id=noted.account_id, sender=noted.sender.lower(), told=microseconds(now)
            )
            await self._transport.enqueue_within(
                transaction, account_id=noted.account_id, sender="", recipients=[noted.sender], blob=blob
            )
            return True

        sent = await self._delivery.database.write(work)
        _log.info("out of office", account=noted.address, answered=sent)
        return sent

    async def _reply(self, noted: Noted) -> bytes | None:
        """The reply to a message; None where it gets none."""
        user = await self._delivery.directory.find(noted.address)
        if user is None or user.account_id != noted.account_id:
            return None
        question = await asyncio.to_thread(self._question, noted, user)
        if question is None:
            return None
        internal = await self._delivery.directory.is_internal(noted.sender)
        now = self._clock()

        async def look(session: Session) -> tuple[Absence, Audience] | None:
            absence = await absence_of(session.transaction, noted.account_id)
            if _was_told(await _told(session.transaction, noted), absence, now):
                return None
            if internal:
                return absence, Audience.INTERNAL
            return absence, await _audience_outside(session, noted.sender)

        found = await self._delivery.mailbox(noted.account_id).inspect(look)
        if found is None:
            return None
        absence, audience = found
        reply = absence.replies.to(audience)
        if not reply.is_sent or not absence.holds(moment_of(noted.received)):
            return None
        return await asyncio.to_thread(compose, reply, question, noted.sender, user, self._domain, now)

    def _question(self, noted: Noted, user: User) -> Question | None:
        try:
            return question_of(self._delivery.blobs.read(noted.blob, 0, HEADER_READ), noted.sender, user)
        except KeyError:
            return None  # its user deleted it before it could be answered, or its bytes are lost

    async def _may_tell(
        self, transaction: Transaction, noted: Noted, absence: Absence, now: datetime
    ) -> bool:
        """Whether the sender was not told yet and the day's replies are not used up; counts the reply."""
        if _was_told(await _told(transaction, noted), absence, now):
            return False
        row = await transaction.one(SENT, account=noted.account_id)
        if row is None:
            return False  # it was taken back, with the account
        today = (now - EPOCH) // _DAY
        sent: int = row[1] if row[0] == today else 0
        if sent >= MOST_A_DAY:
            return False
        if row[0] != today and absence.state is OofState.GLOBAL:
            await transaction.execute(
                FORGET_OLD, account=noted.account_id, before=microseconds(now - TOLD_AGAIN)
            )
        await transaction.execute(COUNT, account=noted.account_id, today=today, number=sent + 1)
        return True


async def _told(transaction: Transaction, noted: Noted) -> int | None:
    """When the sender was told in this period."""
    row = await transaction.one(TOLD, account=noted.account_id, address=noted.sender.lower())
    return None if row is None else row[0]


def _was_told(told: int | None, absence: Absence, now: datetime) -> bool:
    if told is None:
        return False
    return absence.state is not OofState.GLOBAL or told > microseconds(now - TOLD_AGAIN)


async def _audience_outside(session: Session, sender: str) -> Audience:
    """Whether somebody elsewhere is in the user's contacts."""
    key = email_key(sender)
    for folder in await session.folders():
        is_contacts = folder.item_class is ItemClass.CONTACTS
        if not is_contacts or folder.type is FolderType.RECIPIENT_INFORMATION_CACHE or key is None:
            continue
        if await session.with_key(folder.folder_id, key) is not None:
            return Audience.KNOWN
    return Audience.UNKNOWN
